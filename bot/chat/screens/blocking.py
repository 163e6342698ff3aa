"""/block, /unblock, /blocked."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.chat.screens.listing import turning
from bot.gateway.figures import day, number
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, plural, shorten, t
from storage.gate import Blocked

PER_PAGE = 10
_LONGEST_REASON = 200  # UTF-16 units; ten of them fit a message


def how_to(command: str) -> Screen:
    return Screen(
        paragraphs(
            t("Which ID? Send <code>/{command} 123456789</code>.", command=command),
            t("Behind the ID you may add why; only operators see it.") if command == "block" else None,
        )
    )


def is_operator() -> Screen:
    return Screen(t("That is an operator. Take them out of <code>ADMIN_IDS</code> first."))


def blocked(chat_id: int, running: int) -> Screen:
    return Screen(
        paragraphs(
            t("⛔ <code>{id}</code> is blocked: I do nothing new for them.", id=chat_id),
            plural(
                "Their {n} open order goes on, and they are told how it ends.",
                "Their {n} open orders go on, and they are told how these end.",
                running,
            )
            if running
            else None,
            t("<code>/unblock {id}</code> lets them in again.", id=chat_id),
        )
    )


def unblocked(ids: Sequence[int]) -> Screen:
    found = Markup(", ").join(t("<code>{id}</code>", id=one) for one in ids)
    return Screen(t("✅ Not blocked: {ids}", ids=found))


def listing(found: Sequence[Blocked], *, page: int, more: bool) -> Screen:
    pages = turning("blocked", page=page, more=more)
    if not found:
        return Screen(t("Nobody is blocked."), pages)
    return Screen(
        paragraphs(
            t("<b>Blocked</b>, the newest first"),
            t("Page {page}", page=number(page + 1)) if page or more else None,
            lines(*map(_line, found)),
        ),
        pages,
    )


def _line(one: Blocked) -> Markup:
    when = day(one.blocked_at)
    if not one.reason:
        return t("<code>{id}</code> · {day}", id=one.chat_id, day=when)
    return t(
        "<code>{id}</code> · {day} · {reason}",
        id=one.chat_id,
        day=when,
        reason=shorten(one.reason, _LONGEST_REASON),
    )
