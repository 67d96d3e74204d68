"""Paper: documents, their layout and bytes, printers, the spool, the ESC/POS interpreter."""
