"""What the panel says of orders somebody asks for, and how a wish to follow them went.

The ids that can be followed stand in the text as code, and nothing else does in an answer: the button
beneath reads them there, so it works as long as the message is there.
"""

from collections.abc import Iterator, Sequence

from markupsafe import Markup

from bot.chat.screens.orders import status_text
from bot.chat.screens.refusals import meant
from bot.core.ids import MOST_IDS
from bot.core.statuses import Finding, Following
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.context import About
from bot.gateway.figures import money, number
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, listed, paragraphs, phrases, plural, t, units
from bot.panel.models import OrderStatus, Unreadable
from storage.orders import Order

LONGEST_TEXT = 4000  # UTF-16 units; Telegram takes 4096
_IDS_A_LINE = 25
_MOST_CHILDREN = 20  # that are named


def beyond(ids: Sequence[str], command: str) -> Screen:
    """More ids came than one request takes: these are left for the next."""
    return Screen(
        paragraphs(
            plural(
                "I ask for {most} orders at once, so {n} is left. Tap to copy, then send it:",
                "I ask for {most} orders at once, so {n} are left. Tap to copy, then send it:",
                len(ids),
                most=number(MOST_IDS),
            ),
            t("<code>/{command} {ids}</code>", command=command, ids=" ".join(ids)),
        )
    )


def several(findings: Sequence[Finding], currency: str, about: About) -> list[Screen]:
    """A line for each, in as many messages as it takes; each with a button for those it can follow."""
    title = t("<b>{panel} says right now:</b>", panel=about.panel_name)
    told = [*((one, _line(one, currency)) for one in findings), *((None, text) for text in _meant(findings))]
    return [
        Screen(Markup("\n").join(text for _, text in part), _follow_rows([a for a, _ in part if a]))
        for part in _in_messages([(None, title), *told])
    ]


def one(finding: Finding, currency: str) -> Screen:
    """An order that is not followed, in full."""
    found = finding.found
    if not isinstance(found, OrderStatus):
        return Screen(
            paragraphs(
                lines(_line(finding, currency), *_meant([finding])),
                t(
                    "I can only ask for orders that were placed with your key …{last}.",
                    last=finding.asked.last_four,
                ),
            )
        )
    return Screen(
        paragraphs(
            t("Order {id}: <b>{status}</b>", id=_id(finding), status=status_text(found.word)),
            lines(
                _counted(t("start count"), found.start_count),
                _counted(t("remains"), found.remains),
                t("charge: {amount}", amount=money(found.charge, currency))
                if found.charge is not None
                else None,
                _children(found.children),
            ),
            t("It has ended, so there is nothing to follow.") if found.ended else None,
        ),
        _follow_rows([finding]),
    )


def followed(outcome: Following, currency: str, told_of: str) -> list[Screen]:
    """`told_of` is what their person wants to hear of."""
    new = [order.panel_order_id or "" for order in outcome.new]
    rest = [a for a in outcome.findings if a.id not in new]
    ended = [a.id for a in rest if isinstance(a.found, OrderStatus) and a.found.ended]
    running = [a.id for a in rest if isinstance(a.found, OrderStatus) and not a.found.ended]
    unknown = [_line(a, currency) for a in rest if not isinstance(a.found, OrderStatus)]
    told = [
        *_with_ids(new, _NEW[told_of]),
        *_with_ids(running, _ALREADY),
        *_with_ids(ended, _ENDED),
        *unknown,
        *_meant(outcome.findings),
    ]
    screens = [
        Screen(Markup("\n").join(text for _, text in part))
        for part in _in_messages([(None, text) for text in told])
    ]
    return [*screens[:-1], Screen(screens[-1].text, _shown(outcome.new))]


def unfollowed(order: Order) -> Screen:
    return Screen(
        t(
            "I do not follow order {id} any more. It goes on at the panel; "
            "<code>/track {id}</code> follows it again.",
            id=order.panel_order_id or "",
        )
    )


_NEW = {
    "every": phrases(
        "✅ <b>I follow this order now</b> and tell you when its status changes:",
        "✅ <b>I follow these {n} orders now</b> and tell you when their status changes:",
    ),
    "ended": phrases(
        "✅ <b>I follow this order now</b> and tell you when it ends:",
        "✅ <b>I follow these {n} orders now</b> and tell you when they end:",
    ),
    "none": phrases(
        "✅ <b>I follow this order now</b>. You want no news of changes; /orders shows how it is doing:",
        "✅ <b>I follow these {n} orders now</b>. You want no news of changes; /orders shows them:",
    ),
}
_ALREADY = phrases("I follow this one already:", "I follow these {n} already:")
_ENDED = phrases(
    "This one has ended, so there is nothing to follow:",
    "These {n} have ended, so there is nothing to follow:",
)


def _with_ids(ids: Sequence[str], words: tuple[str, str]) -> Iterator[Markup]:
    if ids:
        yield plural(*words, len(ids))
        for start in range(0, len(ids), _IDS_A_LINE):
            yield t("{ids}", ids=listed(ids[start : start + _IDS_A_LINE]))


def _shown(new: Sequence[Order]) -> Rows:
    if len(new) == 1:
        return ((Button(t("Show order"), Press("order", new[0].id)),),)
    return ((Button(t("My orders"), Press("orders")),),)


def _follow_rows(findings: Sequence[Finding]) -> Rows:
    count = sum(finding.can_be_followed for finding in findings)
    if not count:
        return ()
    text = t("Follow") if count == 1 else plural("Follow {n} order", "Follow {n} orders", count)
    return ((Button(text, Press("follow")),),)


def _line(finding: Finding, currency: str) -> Markup:
    match finding.found:
        case None:
            return t("{id} · the panel says nothing of it", id=finding.id)
        case Unreadable(""):
            return t("{id} · the panel's answer cannot be read", id=finding.id)
        case Unreadable(words):
            return t("{id} · the panel says: “{words}”", id=finding.id, words=words)
        case OrderStatus() as found:
            return _status_line(finding, found, currency)


def _meant(findings: Sequence[Finding]) -> Iterator[Markup]:
    """What the panel's words say, once for all of them."""
    if explained := meant(*(one.found.words for one in findings if isinstance(one.found, Unreadable))):
        yield explained


def _status_line(finding: Finding, found: OrderStatus, currency: str) -> Markup:
    parts = (
        t("{id} · <b>{status}</b>", id=_id(finding), status=status_text(found.word)),
        _counted(t("remains"), found.remains),
        _counted(t("start count"), found.start_count),
        t("charge: {amount}", amount=money(found.charge, currency)) if found.charge is not None else None,
        plural("{n} order made", "{n} orders made", len(found.children)) if found.children else None,
        t("I follow it") if finding.order is not None and not found.ended else None,
    )
    return Markup(" · ").join(part for part in parts if part)


def _id(finding: Finding) -> Markup:
    if finding.can_be_followed:
        return t("<code>{id}</code>", id=finding.id)
    return t("{id}", id=finding.id)


def _counted(name: str, value: int | None) -> Markup | None:
    return t("{name}: {n}", name=name, n=number(value)) if value is not None else None


def _children(children: Sequence[str]) -> Markup | None:
    if not children:
        return None
    named = listed(children[-_MOST_CHILDREN:])
    return plural("{n} order it made: {ids}", "{n} orders it made: {ids}", len(children), ids=named)


Told = tuple[Finding | None, Markup]


def _in_messages(told: Sequence[Told]) -> Iterator[list[Told]]:
    """As few messages as hold all of it, line by line."""
    part: list[Told] = []
    length = 0
    for finding, text in told:
        more = units(text) + 1
        if part and length + more > LONGEST_TEXT:
            yield part
            part, length = [], 0
        part.append((finding, text))
        length += more
    yield part
