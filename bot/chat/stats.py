"""/stats: what a person spent, as a picture."""

from bot.chat.pictures import picture
from bot.chat.screens import listing
from bot.chat.screens import stats as screens
from bot.chat.unexpected import old_button
from bot.core import spending
from bot.gateway.context import ChatApplication, Context
from bot.gateway.handlers import Command, Tapped


async def show_stats(context: Context) -> None:
    await show(context, screens.USUAL)


async def change_period(context: Context) -> None:
    days = screens.PERIODS.get(context.press.id)
    if days is None:
        await old_button(context)
    else:
        await show(context, days)


async def show(context: Context, days: int) -> None:
    desk, chat_id = context.desk, context.chat_id
    await context.toast()
    spent = await spending.of_person(desk.db, chat_id=chat_id, days=days, now=desk.clock())
    if spent is None:
        await context.show(listing.none_yet())
        return
    account = await desk.accounts.current(chat_id)
    currency = screens.currency_of(spent, account.currency if account else "")
    drawn = await picture(*screens.drawing(spent, currency))
    await context.show(screens.stats(spent, currency, drawn))


def add_to(application: ChatApplication) -> None:
    application.add_handlers([Command("stats", show_stats), Tapped("stats", change_period)])
