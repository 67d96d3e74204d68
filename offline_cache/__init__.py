"""The terminal's two files: the journal, which is the truth, and the copy of the school's data."""
