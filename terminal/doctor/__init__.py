"""The doctor: one file for each part of a terminal; what is wrong, why it matters, and the cure."""
