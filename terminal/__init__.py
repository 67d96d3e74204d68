"""The terminal: composition root, till loop, staff screen, and what the daemon says of itself."""
