"""Sound to download and subscribe to: MP3 and M4A of one loudness, with tags, a waveform and a clip to try."""
