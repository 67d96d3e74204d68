"""Families: whose parents are whose, how they get in, what they are told."""
