"""Badge readers: one file per hardware family; each turns its device into taps and health."""
