"""The seam to the database: what the rest of `storage` may ask of one.

Statements are plain SQL with named parameters (`:name`), without casts, so that a second database
needs variants only where a statement has to differ.
"""

import functools
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Row(Protocol):
    def __getitem__(self, column: str, /) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


class StorageError(Exception):
    """Base of what storage itself refuses; the message is one readable line."""


class DatabaseInUse(StorageError):
    """Another process holds the database or the bot token."""


class DatabaseTooNew(StorageError):
    """The schema was made by a newer version of the program."""


class WrongEncryptionKey(StorageError):
    """A stored panel key was encrypted with a key that is not in ENCRYPTION_KEYS."""


class DatabaseTrouble(StorageError):
    """The disk is full, or somebody holds the database: for now it takes nothing, and nothing was kept."""


class DatabaseSpoilt(DatabaseTrouble):
    """... since its file went wrong: what was opened cannot be relied on any more."""


class DatabaseDamaged(DatabaseSpoilt):
    """... and has to be looked through before it is used again."""


class Transaction(Protocol):
    async def fetch(self, sql: str, /, **values: Any) -> list[Row]:
        """The rows of a query, or of a change with RETURNING."""

    async def execute(self, sql: str, /, **values: Any) -> int:
        """The number of rows changed."""

    async def execute_many(self, sql: str, rows: Sequence[Mapping[str, Any]], /) -> None: ...


Work = Callable[[Transaction], Coroutine[Any, Any, T]]


class Database(Protocol):
    @property
    def trouble(self) -> DatabaseTrouble | None:
        """Why it took nothing when it was last asked to; stands until `heal` finds it well."""

    async def read(self, sql: str, /, **values: Any) -> list[Row]:
        """Rows of what is committed; never sees a half-done write."""

    async def execute(self, sql: str, /, **values: Any) -> int:
        """One change in a transaction of its own; the number of rows changed."""

    async def write(self, work: Work[T], /, *, durable: bool = False, intent: bool = False) -> T:
        """Do `work` in one transaction, rolled back on any exception of it.

        It may await nothing but the transaction: a database may run it as a whole where its connection
        lives. Once begun it goes to its end, also when whoever waits for it is cancelled.

        `durable` waits until it is on disk, so that not even a power cut undoes it: for intents,
        outcomes and keys. Otherwise a power cut may undo the last moments, a killed process nothing.

        An `intent` is refused while there is trouble, or too little room to store what comes of it.
        Raises DatabaseTrouble; then nothing was written.
        """

    async def probe(self) -> None:
        """Raises DatabaseTrouble unless an order could be written down right now. Writes little."""

    async def heal(self) -> bool:
        """See whether it takes writes again, if need be by opening it anew. False: `trouble` says why not."""

    async def leave_no_trace(self) -> None:
        """Clear what was erased out of the database's files, its log included, as far as nobody reads it."""

    async def shrink(self) -> bool:
        """Give some of what erasing left free back to the disk. False: there is no more worth it."""

    async def close(self) -> None: ...


def transaction(
    *, durable: bool = False, intent: bool = False
) -> Callable[
    [Callable[Concatenate[Transaction, P], Coroutine[Any, Any, T]]],
    Callable[Concatenate[Database, P], Coroutine[Any, Any, T]],
]:
    """Make a function of a transaction one of a database: each call is a transaction of its own.

    `durable` and `intent` are as for `Database.write`.
    """

    def of_database(
        work: Callable[Concatenate[Transaction, P], Coroutine[Any, Any, T]],
    ) -> Callable[Concatenate[Database, P], Coroutine[Any, Any, T]]:
        @functools.wraps(work)
        async def run(db: Database, /, *args: P.args, **kwargs: P.kwargs) -> T:
            return await db.write(lambda tx: work(tx, *args, **kwargs), durable=durable, intent=intent)

        return run

    return of_database
