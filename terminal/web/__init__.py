"""The screens in a browser and the command line's socket: one server, in its own thread."""
