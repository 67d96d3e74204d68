"""What came of the questions: each with a name, what was expected, and what came."""

from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

from sync.errors import SyncError


@dataclass(frozen=True, slots=True)
class Check:
    """One question to a server. came: what it answered instead; empty where it did as expected.

    is_asked: False where an earlier answer left nothing to ask.
    """

    name: str
    expected: str
    came: str
    is_asked: bool = True

    @property
    def is_kept(self) -> bool:
        """Whether the server did as the contract says."""
        return self.is_asked and not self.came


class Unexpected(Exception):  # noqa: N818  it is a finding, and never leaves this package
    """The server answered otherwise; the text says how."""


class Notes:
    """Collects the checks of a run, and tells each as it is done."""

    def __init__(self, tell: Callable[[Check], None]) -> None:
        self._tell = tell
        self.checks: list[Check] = []

    def check(self, name: str, expected: str) -> "Question":
        """Ask one question, in a `with` block; what is raised within is what came."""
        return Question(self, name, expected)

    def leave_out(self, name: str, expected: str, why: str) -> None:
        """Note a question that could not be asked."""
        self.add(Check(name, expected, f"not asked: {why}", is_asked=False))

    def add(self, check: Check) -> None:
        """Take what came of a question."""
        self.checks.append(check)
        self._tell(check)


class Question:
    """One question on its way. Whatever comes of it, the next one is asked."""

    def __init__(self, notes: Notes, name: str, expected: str) -> None:
        self._notes = notes
        self._name = name
        self._expected = expected

    def __enter__(self) -> None:
        """Begin to ask."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> bool:
        """Note what came; only a mistake of the kit's own goes further."""
        match error:
            case None:
                came = ""
            case Unexpected():
                came = str(error)
            case SyncError():
                came = f"no answer: {error}"
            case KeyError() | TypeError() | ValueError() | IndexError():
                words = " ".join(str(error).split())
                came = f"an answer of another form: {type(error).__name__} {words}"
            case _:
                return False
        self._notes.add(Check(self._name, self._expected, came))
        return True


def expect(*, holds: bool, came: str) -> None:
    """Raise Unexpected, with what came, when something does not hold."""
    if not holds:
        raise Unexpected(came)
