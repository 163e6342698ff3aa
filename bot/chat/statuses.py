"""/status and /track: any orders of a person's key, by their ids, also those that were placed elsewhere."""

from collections.abc import Sequence

from bot.chat.asking import account_or_ask
from bot.chat.cards import card
from bot.chat.ids import ids_of
from bot.chat.screens import statuses as screens
from bot.chat.unexpected import old_button
from bot.core.ids import MOST_IDS, order_ids
from bot.core.statuses import Finding
from bot.gateway.context import ChatApplication, Context
from bot.gateway.dialog import Step
from bot.gateway.handlers import Command, Tapped, Typed
from bot.gateway.texts import t
from bot.panel.models import OrderStatus
from storage import following, orders, preferences
from storage.accounts import Account


async def status(context: Context) -> None:
    account = await account_or_ask(context)
    if account is None:
        return
    ids = await ids_of(context, "status")
    if not ids:
        return
    findings = await context.desk.statuses.ask(account, ids[:MOST_IDS])
    if len(ids) == 1:
        await show_one(context, account, findings[0])
    else:
        await show_several(context, account, findings)
    if len(ids) > MOST_IDS:
        await context.say(screens.beyond(ids[MOST_IDS:], "status"))


async def show_one(context: Context, account: Account, finding: Finding) -> None:
    """The order's card when it is followed."""
    order = finding.order
    if order is not None and isinstance(finding.found, OrderStatus):
        fresh = await orders.get(context.desk.db, chat_id=context.chat_id, order_id=order.id)
        await context.say(await card(context, fresh or order))
    else:
        await context.say(screens.one(finding, account.currency))


async def show_several(context: Context, account: Account, findings: Sequence[Finding]) -> None:
    for screen in screens.several(findings, account.currency, context.desk.about):
        await context.say(screen)


async def track(context: Context) -> None:
    account = await account_or_ask(context)
    if account is None:
        return
    ids = await ids_of(context, "track")
    if not ids:
        return
    await follow(context, account, ids[:MOST_IDS])
    if len(ids) > MOST_IDS:
        await context.say(screens.beyond(ids[MOST_IDS:], "track"))


async def follow_shown(context: Context) -> None:
    """The ids stand in the message of the button."""
    shown = context.message.parse_entities(["code"]).values()
    ids = order_ids(" ".join(shown))[:MOST_IDS]
    if not ids:
        await old_button(context)
        return
    account = await account_or_ask(context)
    if account is not None:
        await context.toast()
        await follow(context, account, ids)


async def follow(context: Context, account: Account, ids: Sequence[str]) -> None:
    outcome = await context.desk.statuses.follow(account, ids)
    wanted = await preferences.of(context.desk.db, chat_id=context.chat_id)
    for screen in screens.followed(outcome, account.currency, wanted.told_of):
        await context.say(screen)


async def unfollow(context: Context) -> None:
    db, chat_id, order_id = context.desk.db, context.chat_id, context.press.id
    order = await orders.get(db, chat_id=chat_id, order_id=order_id)
    if order is None or not await following.stop(db, chat_id=chat_id, order_id=order_id):
        await context.toast(t("I do not know this order. /orders shows yours."))
        return
    await context.show(screens.unfollowed(order))


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Command("status", status),
            Command("track", track),
            Typed(Step.IDS, status, about="status"),
            Typed(Step.IDS, track, about="track"),
            Tapped("follow", follow_shown),
            Tapped("unfollow", unfollow),
        ]
    )
