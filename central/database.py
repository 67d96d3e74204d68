"""The small port to a database: one dialect of SQL, two engines behind it.

Statements are written once, with `?` for a value, and with SQLite's names for what finds a text in
another (`instr`) and, where tables are made, joins texts (`group_concat`) and numbers the rows that
come without a number (`INTEGER PRIMARY KEY`). What engines do
differently is asked of the port: many rows at once, rows by many keys, row locks, and what the
trigger that refuses changes looks like. A write transaction sees its own changes and ends whole or
not at all; a read transaction sees one moment of the database, however many statements it runs.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, Final

Value = str | int | bytes | bytearray | None
Keys = Sequence[str] | Sequence[bytes]
Row = tuple[Any, ...]
"""A row has the columns that its statement named, in that order."""
Shared = Mapping[str, Value]
"""Columns that have one value in many rows: it travels once."""
NOTHING: Final[Shared] = MappingProxyType({})


class Session(ABC):
    """One open transaction."""

    for_update: str
    """What follows a SELECT whose rows nobody else may change until the end: may be empty."""
    is_alone: bool
    """Whether nobody else writes anything in this database before a write transaction ends."""

    @abstractmethod
    def rows(self, sql: str, *values: Value) -> list[Row]:
        """Run a statement and return all its rows."""

    def row(self, sql: str, *values: Value) -> Row | None:
        """Run a statement and return its first row, or None."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    @abstractmethod
    def run(self, sql: str, *values: Value) -> int:
        """Run a statement and return how many rows it changed."""

    @abstractmethod
    def run_many(self, sql: str, rows: Iterable[Sequence[Value]]) -> None:
        """Run a statement once for each row of values."""

    @abstractmethod
    def rows_by(
        self, sql: str, keys: Keys, *values: Value, lock: bool = False, along: str = ""
    ) -> list[Row]:
        """Run a SELECT that ends in `… IN` for many keys. values: what stands before them.

        keys: texts, or bytes. lock: nobody else may change the rows until the transaction ends.
        along: the column in whose order the rows of one key lie in the index that is meant, where
        another one would do, badly: an engine cannot tell while it knows no figures of such rows.
        """

    @abstractmethod
    def each(self, table: str, alias: str, *, on: str, along: str) -> str:
        """Return what ends a FROM: for each row of what stands before it, a table's that fit.

        on: which fit. along: the table's key, a number, of which `on` names the span. The engine
        goes that way, whatever it believes of the sizes of both.
        """

    @abstractmethod
    def run_by(self, sql: str, keys: Sequence[str], *values: Value) -> None:
        """Run a statement that ends in `… IN` for many keys. values: what stands before them."""

    @abstractmethod
    def insert_many(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Value]],
        *,
        shared: Shared = NOTHING,
        conflict: str = "",
    ) -> None:
        """Insert rows. columns: of the rows; shared: more columns, of one value in all of them.

        conflict: `ON CONFLICT …`; without it a key that is there is an error.
        """

    @abstractmethod
    def insert_new(
        self,
        table: str,
        columns: Sequence[str],
        rows: Sequence[Sequence[Value]],
        *,
        returning: str,
    ) -> list[Row]:
        """Insert the rows whose keys are free, one after the other.

        returning: columns, by commas. Result: those of each row that was inserted, in any order.
        """


class Database(ABC):
    """Transactions on one database, from any thread."""

    name: str
    """Where the database is, without a password: for messages."""
    is_near: bool
    """Whether what is read comes from this process's own memory and disk, and waits for nobody."""

    @abstractmethod
    def writing(self) -> AbstractContextManager[Session]:
        """Open a write transaction; it commits at the end of the block, or is rolled back.

        Raises BusyError when the database does not answer, or loses a race with another writer.
        """

    @abstractmethod
    def reading(self) -> AbstractContextManager[Session]:
        """Open a transaction that reads one moment of the database."""

    @abstractmethod
    def has_table(self, name: str) -> bool:
        """Say whether a table, or a view, is there."""

    @abstractmethod
    def learn(self) -> None:
        """Let the engine see how many rows of what kind there are, if it plans by such figures."""

    @abstractmethod
    def creation(
        self,
        tables: Sequence[str],
        *,
        append_only: Sequence[str],
        partitioned: Sequence[str],
        clustered: Sequence[str],
    ) -> list[str]:
        """Return the engine's own statements that make tables.

        append_only: tables whose rows are refused every change. partitioned: tables that grow for
        ever, which an engine may split by school. clustered: tables that an engine may keep in
        the order of their key.
        """

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""
