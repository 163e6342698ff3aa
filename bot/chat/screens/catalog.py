"""Categories and services, eight to a page."""

from collections.abc import Sequence

from markupsafe import Markup

from bot.core.catalog import Category
from bot.core.forms import form, paid_by_post, sold_whole
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.figures import money, number
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, shorten, t
from bot.panel.models import Service

PER_PAGE = 8
_LONGEST_LABEL = 48  # characters; a phone shows some 35 of them
_LONGEST_NAME, _LONGEST_TYPE = 150, 60  # eight of each, with what stands beside, fit a message


def categories(
    found: Sequence[Category],
    *,
    page: int,
    version: int,
    ordering: bool,
    lately: Sequence[Service],
    starred: int,
) -> Screen:
    """Above the first of them stand the services used `lately` and the way to those `starred`."""
    pages = page_count(len(found))
    page = min(page, pages - 1)
    shown = found[page * PER_PAGE : (page + 1) * PER_PAGE]
    rows = tuple(
        (
            Button(
                shorten(f"{name_of(c)} ({number(len(c.services))})", _LONGEST_LABEL),
                Press("cat", c.ref, 0, version),
            ),
        )
        for c in shown
    )
    return Screen(
        paragraphs(
            t("<b>New order: which category?</b>") if ordering else t("<b>Services: which category?</b>"),
            t("Tap one, or type words to search, or a service's number."),
            _page_line(page, pages),
        ),
        (
            *(_shortcuts(lately, starred, version=version, ordering=ordering) if page == 0 else ()),
            *rows,
            *_turning(page, pages, version=version, back=None),
        ),
    )


def services(
    found: Sequence[Service],
    *,
    title: str,
    page: int,
    version: int,
    currency: str,
    ordering: bool,
    guessed: bool,
) -> Screen:
    """`ordering`: a tap on one begins its order; else it opens its card."""
    pages = page_count(len(found))
    page = min(page, pages - 1)
    shown = found[page * PER_PAGE : (page + 1) * PER_PAGE]
    rows = tuple(
        (Button(shorten(f"{s.id} · {s.name}", _LONGEST_LABEL), _press(s, page, version, ordering=ordering)),)
        for s in shown
    )
    back = Press("list", "", 0, version)
    return Screen(
        paragraphs(
            t("<b>{title}</b>", title=shorten(title, _LONGEST_NAME)),
            t("No exact match. Did you mean:") if guessed else None,
            *(_described(service, currency) for service in shown),
            _page_line(page, pages),
        ),
        (*rows, *_turning(page, pages, version=version, back=back)),
    )


def nothing_found(words: str, *, version: int) -> Screen:
    return Screen(
        paragraphs(
            t("<b>Nothing found for “{words}”.</b>", words=shorten(words, 100)),
            t("Try fewer or shorter words, type a service's number, or look through the categories."),
        ),
        ((Button(t("Categories"), Press("list", "", 0, version)),),),
    )


def empty() -> Screen:
    return Screen(t("The panel offers no services to your key at the moment. Please ask its support."))


def not_orderable(service: Service, site: str, *, version: int) -> Screen:
    return Screen(
        paragraphs(
            t("<b>{id} · {name}</b>", id=service.id, name=shorten(service.name, _LONGEST_NAME)),
            unknown_type(service, site),
            t("Nothing was ordered. Please pick another one."),
        ),
        ((Button(t("‹ Back"), Press("list", "", 0, version)),),),
    )


def unknown_type(service: Service, site: str) -> Markup:
    return t(
        "The panel calls its type “{type}”; I do not know what it needs, so I do not guess. "
        "Order it at {site}.",
        type=service.type,
        site=site,
    )


def gone(service_id: str, *, version: int) -> Screen:
    return Screen(
        t("The panel does not offer service {id} to you. Please pick another one.", id=service_id),
        ((Button(t("Categories"), Press("list", "", 0, version)),),),
    )


def name_of(category: Category) -> str:
    return category.name or str(t("Other"))


def page_count(items: int) -> int:
    return max((items + PER_PAGE - 1) // PER_PAGE, 1)


def rate(service: Service, currency: str) -> str:
    price = money(service.rate, currency)
    if sold_whole(service):
        return t("{price} a package", price=price)
    if paid_by_post(service):
        return t("{price} per 1000, post by post", price=price)
    return t("{price} per 1000", price=price)


def _press(service: Service, page: int, version: int, *, ordering: bool) -> Press:
    return Press("svc", service.id, 0, version) if ordering else Press("card", service.id, page)


def _shortcuts(lately: Sequence[Service], starred: int, *, version: int, ordering: bool) -> Rows:
    rows = [
        (Button(shorten(f"↻ {s.id} · {s.name}", _LONGEST_LABEL), _press(s, 0, version, ordering=ordering)),)
        for s in lately
    ]
    if starred:
        rows.append((Button(t("★ Favourites ({n})", n=starred), Press("fav", "", 0, version)),))
    return tuple(rows)


def _described(service: Service, currency: str) -> str:
    details = [rate(service, currency)]
    if not sold_whole(service):
        details.append(t("min {least}, max {most}", least=number(service.min), most=number(service.max)))
    if form(service) is None:
        details.append(t("not to be ordered here: {type}", type=shorten(service.type, _LONGEST_TYPE)))
    return lines(
        t("<b>{id}</b> · {name}", id=service.id, name=shorten(service.name, _LONGEST_NAME)),
        t(" · ").join(details),
    )


def _page_line(page: int, pages: int) -> str | None:
    return t("Page {page} of {pages}", page=number(page + 1), pages=number(pages)) if pages > 1 else None


def _turning(page: int, pages: int, *, version: int, back: Press | None) -> Rows:
    """`back` is where the first page leads back to; None: nowhere."""
    row: list[Button] = []
    if page > 0:
        row.append(Button(t("‹ Back"), Press("page", "", page - 1, version)))
    elif back is not None:
        row.append(Button(t("‹ Back"), back))
    if page + 1 < pages:
        row.append(Button(t("Next ›"), Press("page", "", page + 1, version)))
    return (tuple(row),) if row else ()
