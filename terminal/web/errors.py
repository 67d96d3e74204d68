"""What can go wrong with the web server.

    WebError
    └── WebAddressError    an address or a socket file cannot be served; needs a technician

Each text is one line: what, where, and the cure.
"""


class WebError(Exception):
    """The screens cannot be served."""


class WebAddressError(WebError):
    """An address or a socket file cannot be served."""
