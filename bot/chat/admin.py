"""/admin: how everything does, for operators."""

from bot.chat.operators import operators_only
from bot.chat.pictures import picture
from bot.chat.screens import admin as screens
from bot.core import spending
from bot.gateway.context import ChatApplication, Context
from bot.gateway.handlers import Command, Tapped
from storage import reports

DAYS = 30  # in the picture


async def show_overview(context: Context) -> None:
    desk = context.desk
    now = desk.clock()
    await context.toast()
    counts = await reports.counts(desk.db, now=now)
    spent = await spending.of_everybody(desk.db, chat_id=context.chat_id, days=DAYS, now=now)
    drawn = await picture(*screens.drawing(spent))
    await context.show(screens.overview(counts, spent, desk.vitals.read(), now=now, picture=drawn))


def add_to(application: ChatApplication) -> None:
    handle = operators_only(show_overview)
    application.add_handlers([Command("admin", handle), Tapped("admin", handle)])
