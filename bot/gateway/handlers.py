"""What an update is, as we tell them apart: a command, a text or file at some step, a tap on a button."""

import re
from abc import abstractmethod
from collections.abc import Awaitable, Callable, Iterable
from itertools import groupby
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler

from bot.core.typed import unmarked
from bot.gateway.buttons import Press
from bot.gateway.context import Context
from bot.gateway.dialog import Step, current_turn

Handle = Callable[[Context], Awaitable[None]]
_COMMAND = re.compile(r"/([a-z0-9_]{1,32})(?:@(\w+))?(?:\s|$)", re.IGNORECASE | re.ASCII)


Key = tuple[str, str]  # what kind of update, and which of it


class _Handler(BaseHandler[Update, Context, None]):
    """`key` says of which updates it may be the handler; None: of any."""

    key: Key | None = None

    def __init__(self, handle: Handle) -> None:
        async def callback(_: Update, context: Context) -> None:
            context.turn.handler = self.key or ("other", handle.__name__)
            await handle(context)

        super().__init__(callback)

    def check_update(self, update: object) -> bool:
        return isinstance(update, Update) and self.fits(update)

    @abstractmethod
    def fits(self, update: Update) -> bool: ...


class Command(_Handler):
    """`/name`, whatever the step."""

    def __init__(self, name: str, handle: Handle) -> None:
        super().__init__(handle)
        self.key = ("command", name)
        self._name = name

    def fits(self, update: Update) -> bool:
        return command(update.message) == self._name


class Typed(_Handler):
    """A text that is no command, at this step of the dialog, and about this if that matters."""

    def __init__(self, step: Step, handle: Handle, *, about: str | None = None) -> None:
        super().__init__(handle)
        self.key = ("typed", step)
        self._step = step
        self._about = about

    def fits(self, update: Update) -> bool:
        message = update.message
        return (
            message is not None
            and message.text is not None
            and command(message) is None
            and current_turn().dialog.step is self._step
            and self._about in {None, current_turn().dialog.order_id}
        )


class Sent(_Handler):
    """A file, at this step of the dialog."""

    def __init__(self, step: Step, handle: Handle) -> None:
        super().__init__(handle)
        self.key = ("sent", step)
        self._step = step

    def fits(self, update: Update) -> bool:
        message = update.message
        return (
            message is not None
            and message.document is not None
            and command(message) is None
            and current_turn().dialog.step is self._step
        )


class Tapped(_Handler):
    """A tap on a button with this verb; with `of_dialog` only while its dialog is where it was shown."""

    def __init__(self, verb: str, handle: Handle, *, of_dialog: bool = False) -> None:
        super().__init__(handle)
        self.key = ("tapped", verb)
        self._verb = verb
        self._of_dialog = of_dialog

    def fits(self, update: Update) -> bool:
        query = update.callback_query
        press = Press.decode(query.data or "") if query and isinstance(query.message, Message) else None
        if press is None or press.verb != self._verb:
            return False
        return not self._of_dialog or press.version == current_turn().version


class Otherwise(_Handler):
    """Any update for which `condition` holds."""

    def __init__(self, condition: Callable[[Update], object], handle: Handle) -> None:
        super().__init__(handle)
        self._condition = condition

    def fits(self, update: Update) -> bool:
        return bool(self._condition(update))


class Switch(BaseHandler[Update, Context, None]):
    """Many handlers as one that asks only those an update may be for: to ask all of them takes 20 µs."""

    def __init__(self, handlers: Iterable[_Handler]) -> None:
        super().__init__(_nothing)
        self._by_key: dict[Key, list[_Handler]] = {}
        for handler in handlers:
            if handler.key is None:
                raise TypeError("a switch is for handlers of one kind of update")
            self._by_key.setdefault(handler.key, []).append(handler)

    def check_update(self, update: object) -> "_Handler | None":
        key = key_of(update) if isinstance(update, Update) else None
        found = self._by_key.get(key, ()) if key else ()
        return next((handler for handler in found if handler.check_update(update)), None)

    async def handle_update(
        self, update: Update, application: Any, check_result: object, context: Context
    ) -> None:
        if isinstance(check_result, _Handler):
            await check_result.handle_update(update, application, check_result, context)


def switched(handlers: Iterable[BaseHandler[Any, Any, Any]]) -> list[BaseHandler[Any, Any, Any]]:
    """The same handlers in the same order, those between two that may be for any update as one."""
    found: list[BaseHandler[Any, Any, Any]] = []
    for has_key, group in groupby(handlers, lambda one: getattr(one, "key", None) is not None):
        some = list(group)
        found += [Switch(one for one in some if isinstance(one, _Handler))] if has_key else some
    return found


async def _nothing(_: Update, __: Context) -> None:
    return


def key_of(update: Update) -> Key | None:
    """None for what no handler with a key takes."""
    query, message = update.callback_query, update.message
    if query is not None:
        press = Press.decode(query.data or "")
        return ("tapped", press.verb) if press else None
    if message is None:
        return None
    name = command(message)
    if name is not None:
        return "command", name
    kind = "typed" if message.text is not None else "sent" if message.document is not None else None
    return (kind, current_turn().dialog.step) if kind else None


def command(message: Message | None) -> str | None:
    """The name of the command a message is, in lower case; None for any other message, and for a command
    to another bot. A file is the command that is written under it."""
    if message is None:
        return None
    text = message.caption if message.document else message.text
    found = _COMMAND.match(unmarked(text)) if text else None
    if found is None:
        return None
    is_ours = found[2] is None or found[2].casefold() == message.get_bot().username.casefold()
    return found[1].casefold() if is_ours else None
