"""Rules for every kind of content; each file is found by itself."""
