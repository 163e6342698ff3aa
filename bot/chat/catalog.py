"""/order: choosing a service, by category or by typing."""

from bot.chat import ordering
from bot.chat.asking import account_and_catalog
from bot.chat.screens import catalog as screens
from bot.core.catalog import Catalog
from bot.core.drafts import Draft
from bot.gateway.context import ChatApplication, Context, first_word
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Tapped, Typed
from storage.accounts import Account

CATEGORY = "\n"  # begins what is browsed when it is a category


async def order(context: Context) -> None:
    """Always begins anew. With arguments it goes as far as they lead."""
    found = await account_and_catalog(context)
    if found is None:
        return
    account, catalog = found
    typed = context.argument if context.incoming.message else ""
    service_id, rest = first_word(typed)
    context.go(Step.CHOOSING, draft=Draft(), browsing="")
    service = catalog.by_id.get(service_id.removeprefix("#"))
    if service is not None:
        await ordering.choose(context, account, service, typed=rest)
    elif service_id:
        await search(context, account, catalog, typed)
    else:
        await show_list(context, account, catalog)


async def take_words(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        await search(context, *found, context.text)


async def search(context: Context, account: Account, catalog: Catalog, text: str) -> None:
    found = catalog.search(text)
    exact = catalog.by_id.get(text.strip().removeprefix("#"))
    if exact is not None:
        await ordering.choose(context, account, exact)
    elif found:
        context.go(Step.CHOOSING, browsing=" ".join(text.split()))
        await show_list(context, account, catalog)
    else:
        version = context.go(Step.CHOOSING)
        await context.show(screens.nothing_found(text, version=version))


async def show_list(context: Context, account: Account, catalog: Catalog, *, page: int = 0) -> None:
    """What the dialog is browsing: the categories, one of them, or what was searched for."""
    browsing = context.dialog.browsing
    version = context.go(Step.CHOOSING)
    if not catalog.categories:
        await context.show(screens.empty())
        return
    category = catalog.category(browsing.removeprefix(CATEGORY)) if browsing.startswith(CATEGORY) else None
    if category is not None:
        found, title = category.services, screens.name_of(category)
    elif browsing and not browsing.startswith(CATEGORY):
        found, title = catalog.search(browsing), browsing
    else:
        await context.show(screens.categories(catalog.categories, page=page, version=version))
        return
    await context.show(
        screens.services(found, title=title, page=page, version=version, currency=account.currency)
    )


async def turn_page(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        await show_list(context, *found, page=context.press.page)


async def open_category(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        context.go(Step.CHOOSING, browsing=CATEGORY + context.press.id)
        await show_list(context, *found)


async def back_to_categories(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        context.go(Step.CHOOSING, browsing="")
        await show_list(context, *found)


async def pick(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is None:
        return
    account, catalog = found
    service = catalog.by_id.get(context.press.id)
    if service is None:
        version = context.go(Step.CHOOSING)
        await context.show(screens.gone(context.press.id, version=version))
        return
    await ordering.choose(context, account, service)


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("order", order),
            Tapped("new", order),
            Tapped("page", turn_page, of_dialog=True),
            Tapped("cat", open_category, of_dialog=True),
            Tapped("list", back_to_categories, of_dialog=True),
            Tapped("svc", pick, of_dialog=True),
            Typed(Step.CHOOSING, take_words),
        ]
    )
