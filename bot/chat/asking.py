"""What several features need first: the person's account, and their price list."""

from bot.chat.screens import gate as gate_screens
from bot.chat.screens import start
from bot.core.catalog import Catalog
from bot.gateway.context import Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import key_of
from storage.accounts import Account


async def account_or_ask(context: Context) -> Account | None:
    """The person's account. Without one they are asked for a key, and None is returned."""
    account = await context.desk.accounts.current(context.chat_id)
    if account is None:
        await context.toast()
        context.go(Step.KEY)
        await context.say(start.ask_key(context.desk.about))
    return account


async def account_and_catalog(context: Context, *, fresh: bool = False) -> tuple[Account, Catalog] | None:
    """None when there is no account yet. Raises PanelError when there is no price list to be had.

    `fresh` waits for a new price list when the stored one is some minutes old.
    """
    account = await account_or_ask(context)
    if account is None:
        return None
    await context.toast()
    return account, await context.desk.catalogs.of(account, fresh=fresh)


async def shut_meanwhile(context: Context) -> bool:
    """Whether operators have shut somebody out while their tap waited for the panel; they are told."""
    why = context.desk.gate.judge(context.chat_id, key_of(context.incoming))
    if why is not None:
        await context.say(gate_screens.shut_meanwhile(why))
    return why is not None
