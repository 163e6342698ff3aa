"""/access, /allow, /deny."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.chat.screens.listing import turning
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.figures import number
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, plural, t

PER_PAGE = 20


def state(*, listed_only: bool, listed: int) -> Screen:
    on_it = plural("{n} person is on the list.", "{n} people are on the list.", listed)
    look = Button(t("Show the list"), Press("access_list"))
    if listed_only:
        return Screen(
            paragraphs(t("🔐 <b>Only who is on the list may use me.</b> {on_it}", on_it=on_it), _how()),
            ((Button(t("Open to everybody"), Press("access", "open")), look),),
        )
    return Screen(
        paragraphs(t("🔓 <b>Everybody may use me.</b> {on_it}", on_it=on_it), _how()),
        ((Button(t("Only who is listed"), Press("access", "list")), look),),
    )


def _how() -> Markup:
    return lines(
        t("<code>/allow ID</code> and <code>/deny ID</code> change the list, also several IDs at once."),
        t("While only the list counts, whoever is not on it reads their ID in my answer."),
    )


def ask(shut_out: int) -> Screen:
    """Before so many are shut out."""
    return Screen(
        paragraphs(
            plural(
                "<b>{n} person who is here now is not on the list</b> and would be shut out.",
                "<b>{n} people who are here now are not on the list</b> and would be shut out.",
                shut_out,
            ),
            t("Their orders go on, and they are told how these end. Nothing is changed yet."),
        ),
        (
            (Button(t("Allow everybody who is here now"), Press("access", "with")),),
            (
                Button(t("Shut them out"), Press("access", "without")),
                Button(t("‹ Back"), Press("access")),
            ),
        ),
    )


def how_to(command: str) -> Screen:
    return Screen(
        paragraphs(
            t("Which ID? Send <code>/{command} 123456789</code>, also several at once.", command=command),
            t("Whoever is not let in reads their ID in my answer."),
        )
    )


def allowed(ids: Sequence[int], *, listed_only: bool) -> Screen:
    return Screen(
        paragraphs(
            plural(
                "✅ {n} ID is on the list: {ids}",
                "✅ {n} IDs are on the list: {ids}",
                len(ids),
                ids=_ids(ids),
            ),
            None if listed_only else _does_not_hold(),
        )
    )


def denied(ids: Sequence[int], *, listed_only: bool) -> Screen:
    return Screen(
        paragraphs(
            plural(
                "✅ {n} ID is not on the list: {ids}",
                "✅ {n} IDs are not on the list: {ids}",
                len(ids),
                ids=_ids(ids),
            ),
            t("Their orders go on, and they are told how these end.") if listed_only else _does_not_hold(),
        )
    )


def _does_not_hold() -> Markup:
    return t("Right now everybody may use me; /access makes the list count.")


def _ids(ids: Sequence[int]) -> Markup:
    return Markup(", ").join(t("<code>{id}</code>", id=one) for one in ids)


def listing(found: Sequence[int], *, page: int, more: bool) -> Screen:
    pages = turning("access_list", page=page, more=more)
    back: Rows = ((Button(t("‹ Access"), Press("access")),),)
    if not found:
        return Screen(t("Nobody is on the list here."), (*pages, *back))
    return Screen(
        paragraphs(
            t("<b>Who may use me</b>, the newest first"),
            t("Page {page}", page=number(page + 1)) if page or more else None,
            lines(*(t("<code>{id}</code>", id=one) for one in found)),
        ),
        (*pages, *back),
    )
