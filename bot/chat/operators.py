"""What only operators may do: for everybody else it is not there."""

from collections.abc import Awaitable, Sequence
from typing import Protocol, TypeVar

from bot.chat.screens import start
from bot.chat.unexpected import old_button, unknown_command
from bot.gateway.context import Context
from bot.gateway.handlers import Handle, command
from bot.gateway.messenger import Screen
from storage.database import Database

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)
T_contra = TypeVar("T_contra", contravariant=True)


class Read(Protocol[T_co]):
    def __call__(self, db: Database, /, *, offset: int, limit: int) -> Awaitable[Sequence[T_co]]: ...


class Listing(Protocol[T_contra]):
    def __call__(self, found: Sequence[T_contra], /, *, page: int, more: bool) -> Screen: ...


def operators_only(handle: Handle) -> Handle:
    """Others get the same answer as for any unknown command, old button or text out of turn."""

    async def guarded(context: Context) -> None:
        if context.chat_id in context.desk.operators:
            await handle(context)
        elif context.incoming.callback_query is not None:
            await old_button(context)
        elif command(context.incoming.message) is not None:
            await unknown_command(context)
        else:  # an answer to what they were asked while they were an operator
            context.leave()
            await context.say(start.unexpected())

    return guarded


async def show_page(context: Context, read: Read[T], listing: Listing[T], *, per_page: int) -> None:
    """The page of a list that a button asks for; the first one without a button."""
    page = context.press.page if context.incoming.callback_query else 0
    found = await read(context.desk.db, offset=page * per_page, limit=per_page + 1)
    await context.show(listing(found[:per_page], page=page, more=len(found) > per_page))
