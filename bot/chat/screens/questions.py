"""The questions of a form, and what is wrong with an answer."""

from markupsafe import Markup

from bot.chat.screens.catalog import rate
from bot.chat.screens.wording import ASKING, CHOICES, FIELDS, WRONG
from bot.core.countries import named
from bot.core.fields import COUNTRY, DELAY, DEVICE, TRAFFIC, Field
from bot.core.invalid import InvalidAnswer
from bot.core.links import takes_name
from bot.core.numbers import day
from bot.core.typed import unmarked
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.figures import country, number, whole_day
from bot.gateway.languages import spoken
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, plural, shorten, t
from bot.panel.models import Service

LONGEST_VALUE = 300  # characters of an answer that is shown
_CHOICES = {field.name: field for field in (COUNTRY, DELAY, DEVICE, TRAFFIC)}
_NUMBERS = {"quantity", "min", "max", "posts", "old_posts", "runs", "answer_number"}


def question(
    field: Field,
    service: Service,
    currency: str,
    *,
    version: int,
    wrong: InvalidAnswer | None,
    note: str | None,
    back: Press,
) -> Screen:
    skip = (Button(t("Skip"), Press("skip", "", 0, version)),)
    return Screen(
        paragraphs(
            note,
            invalid(wrong) if wrong else None,
            lines(
                t("<b>{id}</b> · {name}", id=service.id, name=shorten(service.name, 250)),
                rate(service, currency),
            ),
            t(_asking(field, service), min=number(service.min), max=number(service.max)),
        ),
        (
            *_choices(field, version=version),
            *(skip,) * field.optional,
            *((no_drip_feed(version),),) * (field.name in {"runs", "interval"}),
            (Button(t("‹ Back"), back), Button(t("Leave"), Press("leave", "", 0, version))),
        ),
    )


def _asking(field: Field, service: Service) -> str:
    of_account = ASKING.get(f"account.{field.name}") if takes_name(service) else None
    return ASKING.get(f"{service.kind}.{field.name}") or of_account or ASKING[field.name]


def _choices(field: Field, *, version: int) -> Rows:
    buttons = [
        Button(choice_words(field, value), Press("choose", value, 0, version)) for value in field.choices
    ]
    return tuple(tuple(buttons[place : place + 2]) for place in range(0, len(buttons), 2))


def value_words(name: str, value: str, *, in_runs: bool = False) -> str:
    """An answer as people read it; of a list the first entries, and how many there are."""
    if name == "quantity" and in_runs:
        return t("{n} in each run", n=number(int(value)))
    if name == "interval":
        return plural("every minute", "every {n} minutes", int(value))
    if name == "expiry" and value:  # day first for the panel, and not for every reader
        return whole_day(day(value))
    if name in _CHOICES:
        return choice_words(_CHOICES[name], value)
    if name in _NUMBERS and value.isdigit():
        return number(int(value))
    found = value.split("\n")
    shown = shorten(" / ".join(found), LONGEST_VALUE)
    return shown if len(found) == 1 else t("{entries} ({n})", entries=shown, n=number(len(found)))


def choice_words(field: Field, value: str) -> str:
    words = CHOICES[field.name].get(value)
    return t(words) if words else country(value) or value


def chosen(field: Field, text: str) -> str:
    """What was typed; in place of a button's label the value that the button stands for."""
    if not field.verbatim:
        text = unmarked(text)
    if field.name == "country" and (found := named(text, spoken().locale.language)):
        return found
    typed = " ".join(text.split()).casefold()
    return next((one for one in field.choices if choice_words(field, one).casefold() == typed), text)


def invalid(wrong: InvalidAnswer) -> Markup:
    values = {n: number(v) if isinstance(v, int) else v for n, v in wrong.params.items()}
    return t("⚠️ {problem}", problem=t(WRONG[wrong.reason], **values))


def doubt(link: str, here: str, there: str, *, back: Press, version: int) -> Screen:
    """A link of one network for a service of another."""
    return Screen(
        paragraphs(
            t(
                "⚠️ <b>This is a link of {here}, but the service is for {there}.</b>",
                here=here,
                there=there,
            ),
            t("link: {link}", link=shorten(link, LONGEST_VALUE)),
            t("Please send another link. Panels seldom give money back for a wrong one."),
        ),
        (
            (Button(t("Use it anyway"), Press("anyway", "", 0, version)),),
            (Button(t("‹ Back"), back), Button(t("Leave"), Press("leave", "", 0, version))),
        ),
    )


def name_of(field: str) -> str:
    return t(FIELDS[field])


def no_drip_feed(version: int) -> Button:
    return Button(t("No drip-feed"), Press("drip", "off", 0, version))
