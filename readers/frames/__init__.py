"""Serial protocols of card readers, without I/O: bytes in any pieces in, cards and faults out."""
