"""What a terminal does with a tap, one file a profile."""
