"""/start, /help, /privacy, /cancel."""

from bot.chat import services
from bot.chat.menu import set_own_menu
from bot.chat.screens import start
from bot.core.ids import order_ids
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Tapped


async def greet(context: Context) -> None:
    if await services.open_shared(context):
        return
    account = await context.desk.accounts.current(context.chat_id)
    if account is not None:
        await context.show(start.welcome_back(context.desk.about, account.last_four))
    else:
        context.go(Step.KEY)
        await context.show(start.welcome(context.desk.about))
    is_operator, is_chosen = context.chat_id in context.desk.operators, context.turn.visit.chosen is not None
    if is_operator or is_chosen:  # from now on Telegram takes it; and a version later it has other commands
        await set_own_menu(context.bot, context.chat_id, is_operator=is_operator, is_chosen=is_chosen)


async def show_help(context: Context) -> None:
    desk = context.desk
    await context.show(start.help_text(desk.about, is_operator=context.chat_id in desk.operators))


async def show_privacy(context: Context) -> None:
    await context.show(start.privacy(context.desk.about))


async def cancel(context: Context) -> None:
    ids = order_ids(context.argument) if context.incoming.message else []
    if ids:
        await context.show(start.meant_cancel_orders(ids))
        return
    if context.dialog.step is Step.NOWHERE:
        await context.show(start.nothing_to_leave())
        return
    step = context.dialog.step
    context.leave()
    await context.show(start.left(step))


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("start", greet),
            Command("help", show_help),
            Command("privacy", show_privacy),
            Command("cancel", cancel),
            Tapped("leave", cancel, of_dialog=True),
        ]
    )
