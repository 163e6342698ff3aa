"""/settings: what a person wants to be told, and when. Buttons say what is to be, so that a tap that is
handled twice changes nothing more."""

from dataclasses import replace

from markupsafe import Markup

from bot.chat.asking import account_or_ask
from bot.chat.screens import settings as screens
from bot.chat.unexpected import old_button
from bot.core import zones
from bot.core.quiet import hours
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Tapped, Typed
from bot.gateway.languages import spoken
from bot.gateway.texts import t
from storage import preferences
from storage.preferences import Preferences

QUIET, ZONE = "quiet", "zone"  # what is awaited at Step.SETTINGS


async def settings(context: Context) -> None:
    if await account_or_ask(context) is None:
        return
    if context.argument:
        await take_words(context, context.argument)
    else:
        await show(context, await _wanted(context))


async def show_again(context: Context) -> None:
    if await account_or_ask(context) is not None:
        await show(context, await _wanted(context))


async def show(context: Context, wanted: Preferences, *, note: Markup | None = None) -> None:
    if context.dialog.step is Step.SETTINGS:
        context.leave()
    await context.show(screens.settings(wanted, now=context.desk.clock(), note=note))


async def choose_told_of(context: Context) -> None:
    chosen = context.press.id
    if chosen not in screens.TOLD_OF:
        await old_button(context)
    elif await account_or_ask(context) is not None:
        await save(context, replace(await _wanted(context), told_of=chosen))


async def choose_digest(context: Context) -> None:
    if context.press.id not in {"on", screens.OFF}:
        await old_button(context)
    elif await account_or_ask(context) is not None:
        wanted = replace(await _wanted(context), digest=context.press.id == "on")
        await save(context, wanted, by_clock=wanted.digest)


async def choose_announcements(context: Context) -> None:
    if context.press.id not in {"on", screens.OFF}:
        await old_button(context)
    elif await account_or_ask(context) is not None:
        await save(context, replace(await _wanted(context), announcements=context.press.id == "on"))


async def choose_quiet(context: Context) -> None:
    chosen = context.press.id
    between = next((each for each in screens.HOURS if chosen == f"{each[0]}-{each[1]}"), None)
    if chosen not in {"", screens.OFF} and between is None:
        await old_button(context)
    elif await account_or_ask(context) is None:
        return
    elif chosen == "":
        await ask_quiet(context)
    else:
        await save_quiet(context, between)


async def choose_zone(context: Context) -> None:
    chosen = context.press.id
    name = zones.find(chosen)
    if chosen != "" and name not in zones.COMMON:
        await old_button(context)
    elif await account_or_ask(context) is None:
        return
    elif chosen == "" or name is None:
        await ask_zone(context)
    else:
        await save(context, replace(await _wanted(context), time_zone=name))


async def ask_quiet(context: Context, *, note: Markup | None = None) -> None:
    awaited = _await(context, QUIET)
    await context.show(screens.quiet(await _wanted(context), awaited=awaited, note=note))


async def ask_zone(context: Context, *, note: Markup | None = None) -> None:
    awaited, now = _await(context, ZONE), context.desk.clock()
    await context.show(screens.zone(await _wanted(context), now=now, awaited=awaited, note=note))


async def take(context: Context) -> None:
    await take_words(context, context.text)


async def take_words(context: Context, words: str) -> None:
    """Hours or a time zone, whichever was asked for: they cannot be taken for one another."""
    between, name = hours(words), zones.find(words, str(spoken().locale))
    if between is not None or words.strip().casefold() == screens.OFF:
        await save_quiet(context, between)
    elif name is not None:
        await save(context, replace(await _wanted(context), time_zone=name))
    else:
        ask = ask_quiet if context.dialog.order_id == QUIET else ask_zone
        await ask(context, note=screens.not_understood(words))


async def save_quiet(context: Context, between: tuple[int, int] | None) -> None:
    start, end = between or (None, None)
    wanted = replace(await _wanted(context), quiet_from=start, quiet_to=end)
    await save(context, wanted, by_clock=between is not None)


async def save(context: Context, wanted: Preferences, *, by_clock: bool = False) -> None:
    """What is `by_clock` needs to know which; so who never said is asked."""
    await preferences.save(context.desk.db, wanted, chat_id=context.chat_id)
    await context.toast(t("Saved."))
    note = None if context.incoming.callback_query else screens.saved()
    if by_clock and not zones.is_chosen(wanted.time_zone):
        await ask_zone(context, note=screens.saved())
    else:
        await show(context, wanted, note=note)


async def ask_again(context: Context) -> None:
    """What was asked for before a key came in between."""
    await (ask_quiet if context.dialog.order_id == QUIET else ask_zone)(context)


async def _wanted(context: Context) -> Preferences:
    return await preferences.of(context.desk.db, chat_id=context.chat_id)


def _await(context: Context, what: str) -> bool:
    """Take the next message for it, unless a dialog stands."""
    awaited = context.dialog.step in {Step.NOWHERE, Step.SETTINGS}
    if awaited:
        context.go(Step.SETTINGS, order_id=what)
    return awaited


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("settings", settings),
            Tapped("settings", show_again),
            Tapped("told", choose_told_of),
            Tapped("digest", choose_digest),
            Tapped("announced", choose_announcements),
            Tapped("quiet", choose_quiet),
            Tapped("zone", choose_zone),
            Typed(Step.SETTINGS, take),
        ]
    )
