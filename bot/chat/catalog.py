"""/order: choosing a service, by category or by typing."""

from collections.abc import Sequence

from bot.chat import ordering
from bot.chat.asking import account_and_catalog
from bot.chat.screens import catalog as screens
from bot.core.catalog import Catalog
from bot.core.drafts import Draft
from bot.gateway.context import ChatApplication, Context, first_word
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Tapped, Typed
from bot.gateway.texts import t
from bot.panel.models import Service
from storage import favourites
from storage.accounts import Account

CATEGORY = "\n"  # begins what is browsed when it is a category
FAVOURITES = CATEGORY + "★"
_LATELY = 4  # services ordered lately that the first page offers again


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
    if found is None:
        return
    account, catalog = found
    service = catalog.by_id.get(context.text.strip().removeprefix("#"))
    if service is not None:
        await ordering.choose(context, account, service)
    else:
        await search(context, account, catalog, context.text)


async def search(context: Context, account: Account, catalog: Catalog, text: str) -> None:
    found = await catalog.find(text)
    if found.services:
        context.go(_step(context), browsing=" ".join(text.split()))
        await show_list(context, account, catalog)
    else:
        version = context.go(_step(context))
        await context.show(screens.nothing_found(text, version=version))


async def show_list(context: Context, account: Account, catalog: Catalog, *, page: int = 0) -> None:
    """What the dialog is browsing: the categories, one of them, favourites, or what was searched for."""
    browsing, step = context.dialog.browsing, _step(context)
    version = context.go(step)
    ordering_now = step is Step.CHOOSING
    if not catalog.categories:
        await context.show(screens.empty())
        return
    starred = [catalog.by_id[one] for one in await _starred(context, account) if one in catalog.by_id]
    note = None
    category = catalog.category(browsing.removeprefix(CATEGORY)) if browsing.startswith(CATEGORY) else None
    found: Sequence[Service]
    if category is not None:
        found, title = category.services, screens.name_of(category)
    elif browsing == FAVOURITES and starred:
        found, title = starred, t("★ Favourites")
    elif browsing and not browsing.startswith(CATEGORY):
        looked = await catalog.find(browsing)
        found, title = looked.services, browsing
        note = screens.did_you_mean() if looked.guessed else None
    else:
        lately = [catalog.by_id[one] for one in await _lately(context, account) if one in catalog.by_id]
        await context.show(
            screens.categories(
                catalog.categories,
                page=page,
                version=version,
                ordering=ordering_now,
                lately=lately[:_LATELY],
                starred=len(starred),
            )
        )
        return
    await context.show(
        screens.services(
            found,
            title=title,
            page=page,
            version=version,
            currency=account.currency,
            ordering=ordering_now,
            note=note,
        )
    )


async def turn_page(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        await show_list(context, *found, page=context.press.page)


async def open_category(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        context.go(_step(context), browsing=CATEGORY + context.press.id)
        await show_list(context, *found)


async def open_favourites(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        context.go(_step(context), browsing=FAVOURITES)
        await show_list(context, *found)


async def back_to_categories(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        context.go(_step(context), browsing="")
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


def _step(context: Context) -> Step:
    """The lists are the same with and without ordering."""
    return Step.BROWSING if context.dialog.step is Step.BROWSING else Step.CHOOSING


async def _starred(context: Context, account: Account) -> list[str]:
    return await favourites.listed(context.desk.db, chat_id=context.chat_id, panel=account.panel)


async def _lately(context: Context, account: Account) -> list[str]:
    """Some more than are shown: the panel may not offer all of them any more."""
    return await favourites.ordered_lately(
        context.desk.db, chat_id=context.chat_id, panel=account.panel, limit=2 * _LATELY
    )


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("order", order),
            Tapped("new", order),
            Tapped("page", turn_page, of_dialog=True),
            Tapped("cat", open_category, of_dialog=True),
            Tapped("fav", open_favourites, of_dialog=True),
            Tapped("list", back_to_categories, of_dialog=True),
            Tapped("svc", pick, of_dialog=True),
            Typed(Step.CHOOSING, take_words),
        ]
    )
