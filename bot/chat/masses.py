"""/mass: many orders at once, from a list that is typed or sent as a file."""

import asyncio
from contextlib import suppress

from telegram.error import TelegramError

from bot.chat.asking import account_and_catalog, shut_meanwhile
from bot.chat.screens import masses as screens
from bot.chat.screens import start
from bot.core import mass_lines
from bot.core.catalog import Catalog
from bot.core.mass_lines import MOST_LINES, Line
from bot.core.masses import lines_of
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Sent, Tapped, Typed
from bot.gateway.shapes import LONGEST_TEXT
from bot.gateway.texts import t, units
from storage import masses
from storage.accounts import Account

SHOW_BEGUN_SECONDS = 3.0
LONGEST_TYPED = 4000  # characters; Telegram cuts messages at 4096


async def mass(context: Context) -> None:
    """Always begins anew. The list may stand behind the command, or in the file it is written under."""
    found = await account_and_catalog(context)
    if found is None:
        return
    has_file = context.message.document is not None
    text = await context.answer_text() if has_file else context.argument
    if text or has_file:
        await check_text(context, *found, text)
    else:
        await masses.drop_draft(context.desk.db, chat_id=context.chat_id)
        await context.show(screens.ask(version=context.go(Step.MASS)))


async def take_list(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        await check_text(context, *found, await context.answer_text())


async def check_text(context: Context, account: Account, catalog: Catalog, text: str) -> None:
    lines = mass_lines.read(text, titles=screens.titles())
    if 0 < len(lines) <= MOST_LINES:
        is_typed = context.message.document is None
        note = screens.maybe_cut() if is_typed and len(context.text) > LONGEST_TYPED else None
        await check(context, account, catalog, lines, note=note)
        return
    note = screens.too_many(len(lines)) if lines else screens.nothing_in_it()
    await masses.drop_draft(context.desk.db, chat_id=context.chat_id)
    await context.show(screens.ask(version=context.go(Step.MASS), note=note))


async def check(
    context: Context, account: Account, catalog: Catalog, lines: list[Line], *, note: str | None = None
) -> None:
    """The dry run. Verdicts that are too long for a message go as a file before it."""
    plan = await context.desk.masses.check(account, catalog.by_id, lines)
    version = context.go(Step.MASS)
    screen = screens.dry_run(plan, version=version, note=note)
    if units(screen.text) > LONGEST_TEXT:
        screen = screens.dry_run(plan, version=version, note=note, filed=True)
        content = screens.verdicts_file(plan)
        await context.desk.messenger.send_file(
            context.chat_id, screens.FILE_NAME, content, screens.file_caption()
        )
    await context.show(screen)


async def ask_current(context: Context) -> None:
    """What the dialog is at, once more: the list that was checked, or the question for one."""
    draft = await masses.draft_of(context.desk.db, chat_id=context.chat_id)
    if draft is None:
        await context.show(screens.ask(version=context.go(Step.MASS)))
        return
    found = await account_and_catalog(context)
    if found is not None:
        await check(context, *found, lines_of(draft))


async def confirm(context: Context) -> None:
    """`Place N orders`. What was shown is what is placed; if the panel changed it, it is shown again."""
    db, chat_id, mass_id = context.desk.db, context.chat_id, context.press.id
    draft = await masses.get(db, chat_id=chat_id, mass_id=mass_id)
    is_live = context.is_current and context.dialog.step is Step.MASS
    if draft is None or draft.state != "draft" or not is_live:
        if is_live:  # it was confirmed just before the bot ended
            context.leave()
        confirmed_before = await masses.was_confirmed(db, chat_id=chat_id, mass_id=mass_id)
        await _already(context, confirmed=confirmed_before)
        return
    found = await account_and_catalog(context, fresh=True)
    if found is None or await shut_meanwhile(context):
        return
    account, catalog = found
    confirmed = await context.desk.masses.confirm(
        account, catalog.by_id, draft, message_id=context.message.message_id
    )
    if confirmed is None:
        note = screens.changed() if account.id == draft.account_id else screens.another_key()
        await check(context, account, catalog, lines_of(draft), note=note)
        return
    context.leave()
    if confirmed:
        await _show_begun(context, mass_id)
        await context.desk.mass_job.tick()
    else:
        await _already(context, confirmed=True)


async def _show_begun(context: Context, mass_id: str) -> None:
    """Of no weight, and nothing is to wait for it: the lines are sent in any case."""
    screen = screens.progress(await context.desk.masses.progress(mass_id), context.desk.about)
    with suppress(TelegramError, TimeoutError):
        async with asyncio.timeout(SHOW_BEGUN_SECONDS):
            message_id = context.message.message_id
            await context.desk.hasty.edit(context.chat_id, message_id, screen)


async def leave(context: Context) -> None:
    await masses.drop_draft(context.desk.db, chat_id=context.chat_id)
    context.leave()
    await context.show(start.left(Step.MASS))


async def _already(context: Context, *, confirmed: bool) -> None:
    if confirmed:
        await context.toast(screens.confirmed_already())
    else:
        await context.toast(t("This button is from an earlier step. /mass starts a new list."))


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("mass", mass),
            Tapped("mass", confirm),
            Tapped("mass_leave", leave, of_dialog=True),
            Typed(Step.MASS, take_list),
            Sent(Step.MASS, take_list),
        ]
    )
