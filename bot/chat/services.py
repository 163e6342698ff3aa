"""/services: looking for services without ordering; a service's card, its star and its link."""

import re

from bot.chat import catalog as lists
from bot.chat import ordering
from bot.chat.asking import account_and_catalog
from bot.chat.screens import services as screens
from bot.chat.screens import start as start_screens
from bot.core.catalog import Catalog
from bot.core.drafts import Draft
from bot.core.typed import one_id
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Dialog, Step
from bot.gateway.handlers import Command, Tapped, Typed
from bot.gateway.texts import t
from bot.panel.models import Service
from storage import favourites
from storage.accounts import Account

_SHARED = re.compile(r"s_([\w-]{1,32})", re.ASCII)


async def browse(context: Context) -> None:
    """Always begins anew. With words it searches for them."""
    found = await account_and_catalog(context)
    if found is None:
        return
    context.go(Step.BROWSING, draft=Draft(), browsing="")
    if context.argument:
        await look_for(context, *found, context.argument)
    else:
        await lists.show_list(context, *found)


async def take_words(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        await look_for(context, *found, context.text)


async def look_for(context: Context, account: Account, catalog: Catalog, text: str) -> None:
    service = catalog.by_id.get(one_id(text))
    if service is not None:
        await show_card(context, account, service)
    else:
        await lists.search(context, account, catalog, text)


async def open_card(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is not None:
        await show_by_id(context, *found, context.press.id, page=context.press.page)


async def show_by_id(
    context: Context, account: Account, catalog: Catalog, service_id: str, *, page: int = 0
) -> None:
    service = catalog.by_id.get(service_id)
    if service is None:
        await context.show(screens.gone(service_id))
    else:
        await show_card(context, account, service, page=page)


async def show_card(context: Context, account: Account, service: Service, *, page: int = 0) -> None:
    """`page` is where its list was."""
    starred = await favourites.listed(context.desk.db, chat_id=context.chat_id, panel=account.panel)
    await context.show(
        screens.card(
            service,
            account.currency,
            link=f"https://t.me/{context.bot.username}?start=s_{service.id}",
            starred=service.id in starred,
            page=page,
            site=context.desk.about.panel_site,
        )
    )


async def star(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is None:
        return
    account, catalog = found
    if context.press.id in catalog.by_id:
        await favourites.add(
            context.desk.db,
            chat_id=context.chat_id,
            panel=account.panel,
            service_id=context.press.id,
            now=context.desk.clock(),
        )
    await show_by_id(context, account, catalog, context.press.id, page=context.press.page)


async def unstar(context: Context) -> None:
    found = await account_and_catalog(context)
    if found is None:
        return
    account, catalog = found
    await favourites.remove(
        context.desk.db, chat_id=context.chat_id, panel=account.panel, service_id=context.press.id
    )
    await show_by_id(context, account, catalog, context.press.id, page=context.press.page)


async def order(context: Context) -> None:
    """`Order` on a card: as `/order SERVICE`, so it begins anew."""
    found = await account_and_catalog(context)
    if found is None:
        return
    account, catalog = found
    service = catalog.by_id.get(context.press.id)
    if service is None:
        await context.show(screens.gone(context.press.id))
        return
    context.go(Step.CHOOSING, draft=Draft(), browsing="")
    await ordering.choose(context, account, service)


async def back(context: Context) -> None:
    """From a card to the list it was opened from, or to all categories. An order in hand is left alone."""
    if context.dialog.step not in {Step.NOWHERE, Step.BROWSING}:
        await context.toast(t("You are in the middle of something else: finish it, or /cancel."))
        return
    found = await account_and_catalog(context)
    if found is not None:
        page = context.press.page if context.dialog.step is Step.BROWSING else 0
        context.go(Step.BROWSING)
        await lists.show_list(context, *found, page=page)


async def open_shared(context: Context) -> bool:
    """`/start s_ID`, as a service's link sends it; False for any other /start.

    Who has no key yet is greeted and asked for one, and then shown the card.
    """
    shared = _SHARED.fullmatch(context.argument)
    if shared is None:
        return False
    if await context.desk.accounts.current(context.chat_id) is None:
        context.turn.go(Dialog(step=Step.KEY, resume=Step.CARD, browsing=shared[1]))
        await context.show(start_screens.welcome(context.desk.about))
        return True
    found = await account_and_catalog(context)
    if found is not None:
        await show_by_id(context, *found, shared[1])
    return True


async def show_awaited(context: Context) -> None:
    """The card that a key was asked for first."""
    found = await account_and_catalog(context)
    if found is not None:
        service_id = context.dialog.browsing
        context.leave()
        await show_by_id(context, *found, service_id)


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("services", browse),
            Tapped("services", back),
            Tapped("card", open_card),
            Tapped("star", star),
            Tapped("unstar", unstar),
            Tapped("buy", order),
            Typed(Step.BROWSING, take_words),
            Typed(Step.CARD, show_awaited),
        ]
    )
