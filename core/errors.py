"""What can be wrong with data that comes to the core from outside.

    CoreError
    ├── MoneyFormatError      an amount is not written as whole cents
    ├── IdentityError         a card value cannot be an identity
    ├── MalformedEventError   event bytes do not say what an event must say
    ├── ChainError            events are not one unbroken chain
    ├── BatchError            batch bytes do not say what a batch must say
    └── FalseTicketError      a code looks like a ticket and is none of this school

Whoever reads data at a door catches these there; inside, values are always good ones.
"""


class CoreError(Exception):
    """Data from outside that the core cannot take; the text says what, where and the cure."""


class MoneyFormatError(CoreError):
    """An amount is not written as whole cents."""


class IdentityError(CoreError):
    """A card value cannot serve as an identity."""


class MalformedEventError(CoreError):
    """Event bytes do not say what an event must say."""


class ChainError(CoreError):
    """Events are not one unbroken chain."""

    def __init__(self, message: str, *, epoch: int, seq: int) -> None:
        super().__init__(message)
        self.epoch = epoch
        self.seq = seq


class BatchError(CoreError):
    """Batch bytes do not say what a batch must say."""


class FalseTicketError(CoreError):
    """A code looks like a ticket and was not made with this school's key."""
