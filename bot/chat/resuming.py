"""Shows once more what a dialog waits for, after something came in between."""

from bot.chat import broadcasts, catalog, masses, ordering, services, settings, uncertain
from bot.chat.asking import account_and_catalog
from bot.chat.operators import operators_only
from bot.chat.screens import many
from bot.gateway.context import Context
from bot.gateway.dialog import Step


async def ask_again(context: Context) -> None:
    match context.dialog.step:
        case Step.CHOOSING | Step.BROWSING:
            found = await account_and_catalog(context)
            if found is not None:
                await catalog.show_list(context, *found)
        case Step.ANSWERING | Step.CONFIRMING:
            await ordering.ask_current(context)
        case Step.MASS:
            await masses.ask_current(context)
        case Step.BROADCAST:
            await operators_only(broadcasts.ask_current)(context)
        case Step.ORDER_ID:
            await uncertain.wait_for_id(context, context.dialog.order_id)
        case Step.IDS:
            await context.say(many.how_to(context.dialog.order_id, awaited=True))
        case Step.SETTINGS:
            await settings.ask_again(context)
        case Step.CARD:
            await services.show_awaited(context)
        case _:
            return
