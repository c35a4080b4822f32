"""The files of an episode that apps fetch: its sound, its chapters and its transcript."""
