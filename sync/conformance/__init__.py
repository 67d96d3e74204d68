"""The conformance kit: asks a server that claims the contract whether it keeps it.

It plays a terminal of its own, speaks the wire byte by byte, and sends facts that move no money
(taps that were refused). `kit.run` is the door; each file beside it asks about one chapter of
docs/wire.md, and each question has a name under which an answer can be looked up there.
"""
