"""/language: what a person chooses goes before what their Telegram is set to, at once and everywhere."""

from bot.chat.menu import set_own_menu
from bot.chat.screens import language as screens
from bot.chat.screens import start
from bot.chat.unexpected import old_button
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Tapped
from bot.gateway.languages import languages as there_are
from bot.gateway.languages import switch
from bot.gateway.texts import t
from storage import languages


async def ask(context: Context) -> None:
    await context.show(screens.choose(context.turn.visit.chosen))


async def choose(context: Context) -> None:
    code = context.press.id
    if code == "":
        await ask(context)
    elif code == screens.TELEGRAMS:
        await languages.drop_choice(context.desk.db, chat_id=context.chat_id)
        await _speak(context, context.language or context.turn.visit.language, chosen=None)
    elif code in there_are():
        await languages.choose(
            context.desk.db, chat_id=context.chat_id, language=code, now=context.desk.clock()
        )
        await _speak(context, code, chosen=code)
    else:
        await old_button(context)


async def _speak(context: Context, tag: str, *, chosen: str | None) -> None:
    switch(tag)
    await context.toast(t("Saved."))
    # who was welcomed in another language has not read yet what to do
    is_new = context.turn.dialog.step is Step.KEY and not context.turn.visit.known
    await context.show(start.welcome(context.desk.about) if is_new else screens.choose(chosen))
    is_operator = context.chat_id in context.desk.operators
    await set_own_menu(context.bot, context.chat_id, is_operator=is_operator, is_chosen=chosen is not None)


def add_to(application: ChatApplication) -> None:
    application.add_handlers([Command("language", ask), Tapped("language", choose)])
