"""The reference central service: books every terminal's facts once, and sends out copies."""
