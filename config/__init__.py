"""Typed settings of a terminal: read from TOML, checked whole, explained key by key."""
