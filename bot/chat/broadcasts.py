"""/broadcast: an announcement of the operators to everybody. Shown first, and sent once."""

import secrets

from markupsafe import Markup

from bot.chat.operators import operators_only
from bot.chat.screens import broadcasts as screens
from bot.chat.screens import start
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.formatting import as_html
from bot.gateway.handlers import Command, Tapped, Typed
from bot.gateway.texts import t, units
from storage import broadcasts
from storage.broadcasts import Broadcast


async def broadcast(context: Context) -> None:
    """The text may stand behind the command."""
    if context.argument:
        words = context.verbatim_argument
        await preview(context, since=len(context.verbatim.rstrip()) - len(words))
    else:
        await ask(context)


async def ask(context: Context, *, note: Markup | None = None) -> None:
    await broadcasts.drop_draft(context.desk.db, chat_id=context.chat_id)
    await context.show(screens.ask(version=context.go(Step.BROADCAST), note=note))


async def take(context: Context) -> None:
    await preview(context, since=0)


async def preview(context: Context, *, since: int) -> None:
    """What is announced begins at character `since`."""
    message, length = context.message, units(context.verbatim[since:])
    if length > screens.LONGEST:
        await ask(context, note=screens.too_long(length))
        return
    text = as_html(context.verbatim, message.entities or message.caption_entities, since=since)
    now = context.desk.clock()
    draft = Broadcast(secrets.token_hex(6), context.chat_id, "draft", str(text), None, now)
    await broadcasts.put_draft(context.desk.db, draft)
    await show(context, draft)


async def show(context: Context, draft: Broadcast) -> None:
    """As people will get it, and beneath to how many it goes."""
    desk = context.desk
    people = await broadcasts.count_people(desk.db, operators=desk.operators)
    await context.say(screens.announcement(Markup(draft.text)))  # noqa: S704 - our own, as it was
    await context.say(screens.preview(draft.id, people, version=context.go(Step.BROADCAST)))


async def ask_current(context: Context) -> None:
    """What the dialog is at, once more: the text that was shown, or the question for one."""
    draft = await broadcasts.draft_of(context.desk.db, chat_id=context.chat_id)
    await (ask(context) if draft is None else show(context, draft))


async def confirm(context: Context) -> None:
    """A second tap, or one that is handled again after a restart, finds no draft any more."""
    desk = context.desk
    is_live = context.is_current and context.dialog.step is Step.BROADCAST
    confirmed = is_live and await broadcasts.confirm(
        desk.db,
        chat_id=context.chat_id,
        broadcast_id=context.press.id,
        message_id=context.message.message_id,
        operators=desk.operators,
        now=desk.clock(),
    )
    if is_live:
        context.leave()
    if confirmed:
        await context.toast(t("On its way."))
        await desk.broadcast_job.tick()
    else:
        await context.toast(t("This announcement was sent already, or left. /broadcast begins a new one."))


async def leave(context: Context) -> None:
    await broadcasts.drop_draft(context.desk.db, chat_id=context.chat_id)
    context.leave()
    await context.show(start.left(Step.BROADCAST))


async def stop(context: Context) -> None:
    """Any operator may."""
    if await broadcasts.stop(context.desk.db, broadcast_id=context.press.id):
        await context.toast(t("Nobody gets it from now on."))
        await context.desk.broadcast_job.tick()
    else:
        await context.toast(t("This announcement has ended already."))


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("broadcast", operators_only(broadcast)),
            Typed(Step.BROADCAST, operators_only(take)),
            Tapped("broadcast", operators_only(confirm)),
            Tapped("broadcast_change", operators_only(ask), of_dialog=True),
            Tapped("broadcast_leave", operators_only(leave), of_dialog=True),
            Tapped("broadcast_stop", operators_only(stop)),
        ]
    )
