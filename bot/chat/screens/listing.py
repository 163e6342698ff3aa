"""The list of orders: by how they stand, by what is searched for, and what one order made."""

from collections.abc import Mapping, Sequence

from bot.chat.screens.families import count_made, parent_button
from bot.chat.screens.orders import label
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.figures import number
from bot.gateway.messenger import Screen
from bot.gateway.texts import paragraphs, phrase, plural, t
from storage.listing import Shelf
from storage.orders import Order

_NAMES = {
    Shelf.ALL: phrase("All"),
    Shelf.OPEN: phrase("Open"),
    Shelf.ENDED: phrase("Ended"),
    Shelf.REFILLING: phrase("Refilling"),
    Shelf.UNCERTAIN: phrase("Uncertain"),
}
_NONE = {
    Shelf.OPEN: phrase("No order is open right now."),
    Shelf.ENDED: phrase("No order has ended yet."),
    Shelf.REFILLING: phrase("No order is being refilled right now."),
    Shelf.UNCERTAIN: phrase("No order is uncertain: I know of each whether it was placed."),
}


def none_yet() -> Screen:
    return Screen(
        t("No orders yet. /order places your first one."), ((Button(t("New order"), Press("new")),),)
    )


def no_such_page() -> Screen:
    return Screen(t("This page is empty. /orders shows your newest orders."))


def listing(
    found: Sequence[Order],
    children: Mapping[str, int],
    *,
    shelf: Shelf,
    uncertain: int,
    page: int,
    more: bool,
) -> Screen:
    """`found` is one page, newest first, `children` how many runs or posts they have; `more`: there is
    another page behind it. `uncertain` is how many orders are."""
    if not found:
        return Screen(t(_NONE[shelf]), _shelves(shelf, uncertain))
    return Screen(
        paragraphs(
            t("<b>Your orders</b>, newest first"),
            t("Page {page}", page=number(page + 1)) if page or more else None,
        ),
        (
            *_rows(found, children),
            *turning("orders", shelf.value, page=page, more=more),
            *_shelves(shelf, uncertain),
        ),
    )


def results(
    found: Sequence[Order], children: Mapping[str, int], *, words: str, page: int, more: bool
) -> Screen:
    """The words stand in the text as code: turning the page reads them there."""
    return Screen(
        paragraphs(
            t("<b>Your orders with</b> <code>{words}</code>, newest first", words=words),
            t("Page {page}", page=number(page + 1)) if page or more else None,
        ),
        (
            *_rows(found, children),
            *turning("found", "", page=page, more=more),
            (Button(t("All my orders"), Press("orders")),),
        ),
    )


def nothing_found(words: str) -> Screen:
    return Screen(
        paragraphs(
            t("I know no order of yours with <code>{words}</code> as its id or in its link.", words=words),
            t("An order that was placed elsewhere? <code>/status ID</code> asks the panel for it."),
        ),
        ((Button(t("All my orders"), Press("orders")),),),
    )


def family(parent: Order, found: Sequence[Order], *, count: int, page: int, more: bool) -> Screen:
    """What an order made; `count` in all."""
    return Screen(
        paragraphs(
            t(
                "<b>{made}</b> of order {id}, newest first",
                made=count_made(parent, count),
                id=parent.panel_order_id or "",
            ),
            t("I'll tell you when one of them ends."),
            t("Page {page}", page=number(page + 1)) if page or more else None,
        ),
        (
            *_rows(found, {}),
            *turning("children", parent.id, page=page, more=more),
            (parent_button(parent),),
        ),
    )


def _rows(found: Sequence[Order], children: Mapping[str, int]) -> Rows:
    return tuple(
        (Button(label(order, count_made(order, children.get(order.id, 0))), Press("order", order.id)),)
        for order in found
    )


def turning(verb: str, what: str = "", *, page: int, more: bool) -> Rows:
    row = []
    if page > 0:
        row.append(Button(t("‹ Back"), Press(verb, what, page - 1)))
    if more:
        row.append(Button(t("Next ›"), Press(verb, what, page + 1)))
    return (tuple(row),) if row else ()


def _shelves(shown: Shelf, uncertain: int) -> Rows:
    """In two rows, since five buttons side by side are cut short on a phone."""
    buttons = [Button(_shelf(one, shown, uncertain), Press("orders", one.value)) for one in Shelf]
    return (tuple(buttons[:3]), tuple(buttons[3:]))


def _shelf(shelf: Shelf, shown: Shelf, uncertain: int) -> str:
    name = t(_NAMES[shelf])
    if shelf is Shelf.UNCERTAIN and uncertain:
        name = plural("{n} uncertain", "{n} uncertain", uncertain)
    return t("• {name}", name=name) if shelf is shown else name
