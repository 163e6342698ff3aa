"""/order: choosing a service, by category or by typing."""

from collections.abc import Sequence

from bot.chat import ordering
from bot.chat.asking import account_and_catalog
from bot.chat.screens import catalog as screens
from bot.core.catalog import Catalog, Found
from bot.core.drafts import Draft
from bot.core.typed import one_id
from bot.gateway.context import ChatApplication, Context, first_word
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Tapped, Typed
from bot.gateway.texts import t
from bot.panel.models import Service
from storage import favourites
from storage.accounts import Account

CATEGORY = "\n"  # begins what is browsed when it is a category
FAVOURITES = CATEGORY + "★"
_LATELY = 4  # services ordered lately that the first page offers again, if the panel still does


async def order(context: Context) -> None:
    """Always begins anew. With arguments it goes as far as they lead."""
    found = await account_and_catalog(context)
    if found is None:
        return
    account, catalog = found
    typed = context.verbatim_argument if context.incoming.message else ""
    service_id, rest = first_word(typed)
    context.go(Step.CHOOSING, draft=Draft(), browsing="")
    service = catalog.by_id.get(one_id(service_id))
    if service is not None:
        await ordering.choose(context, account, service, typed=rest)
    elif one_id(service_id).isdigit() and not (await catalog.find(typed)).services:
        await context.show(screens.gone(service_id, version=context.go(Step.CHOOSING)))
    elif service_id:
        await search(context, account, catalog, typed)
    else:
        await show_list(context, account, catalog)


async def take_words(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is None:
        return
    account, catalog = found
    service = catalog.by_id.get(one_id(context.text))
    if service is not None:
        await ordering.choose(context, account, service)
    else:
        await search(context, account, catalog, context.text)


async def search(context: Context, account: Account, catalog: Catalog, text: str) -> None:
    found = await catalog.find(text)
    if found.services:
        context.go(_step(context), browsing=" ".join(text.split()))
        await show_list(context, account, catalog, looked=found)
    else:
        version = context.go(_step(context))
        await context.show(screens.nothing_found(text, version=version))


async def show_list(
    context: Context, account: Account, catalog: Catalog, *, page: int = 0, looked: Found | None = None
) -> None:
    """What the dialog is browsing: the categories, one of them, favourites, or what was searched for.

    `looked` is what the search found, if that was done just now.
    """
    version = context.go(_step(context))
    if not catalog.categories:
        await context.show(screens.empty())
        return
    listed = await _listed(context, account, catalog, looked)
    if listed is None:
        await _show_categories(context, account, catalog, page=page, version=version)
        return
    title, found = listed
    await context.show(
        screens.services(
            found.services,
            title=title,
            page=page,
            version=version,
            currency=account.currency,
            ordering=_step(context) is Step.CHOOSING,
            guessed=found.guessed,
        )
    )


async def _show_categories(
    context: Context, account: Account, catalog: Catalog, *, page: int, version: int
) -> None:
    lately = await favourites.ordered_lately(
        context.desk.db, chat_id=context.chat_id, panel=account.panel, limit=2 * _LATELY
    )
    await context.show(
        screens.categories(
            catalog.categories,
            page=page,
            version=version,
            ordering=_step(context) is Step.CHOOSING,
            lately=_offered(catalog, lately)[:_LATELY],
            starred=len(await _starred(context, account, catalog)),
        )
    )


async def _listed(
    context: Context, account: Account, catalog: Catalog, looked: Found | None
) -> tuple[str, Found] | None:
    """The title and the services of what is browsed; None for the categories."""
    browsing = context.dialog.browsing
    if browsing == FAVOURITES:
        starred = await _starred(context, account, catalog)
        return (t("★ Favourites"), Found(starred, guessed=False)) if starred else None
    if browsing.startswith(CATEGORY):
        category = catalog.category(browsing.removeprefix(CATEGORY))
        return (screens.name_of(category), Found(category.services, guessed=False)) if category else None
    return (browsing, looked or await catalog.find(browsing)) if browsing else None


async def _starred(context: Context, account: Account, catalog: Catalog) -> tuple[Service, ...]:
    ids = await favourites.listed(context.desk.db, chat_id=context.chat_id, panel=account.panel)
    return _offered(catalog, ids)


def _offered(catalog: Catalog, ids: Sequence[str]) -> tuple[Service, ...]:
    """Without those that the panel offers no more."""
    return tuple(catalog.by_id[service_id] for service_id in ids if service_id in catalog.by_id)


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
