"""/export: all of a person's orders as a file."""

from datetime import UTC, datetime

from bot.chat.screens import exporting as screens
from bot.chat.screens import listing
from bot.core.exporting import export
from bot.gateway.context import ChatApplication, Context
from bot.gateway.handlers import Command


async def send_export(context: Context) -> None:
    desk = context.desk
    made = await export(desk.db, chat_id=context.chat_id)
    if made is None:
        await context.say(listing.none_yet())
        return
    today = datetime.fromtimestamp(desk.clock(), UTC)
    await desk.messenger.send_file(
        context.chat_id, f"orders-{today:%Y-%m-%d}.csv", made.content, screens.caption(made)
    )


def add_to(application: ChatApplication) -> None:
    application.add_handlers([Command("export", send_export)])
