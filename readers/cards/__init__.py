"""Card protocols without I/O: generators that yield an APDU and are sent its response."""
