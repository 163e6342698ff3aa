"""What several features need first: the person's account, and their price list."""

from bot.chat.screens import start
from bot.core.catalog import Catalog
from bot.gateway.context import Context
from bot.gateway.dialog import Step
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
