"""Which questions each service type asks, and what its answers amount to."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from bot.core.drafts import Draft
from bot.core.fields import (
    ANSWER_NUMBER,
    ANY_COMMENTS,
    COMMENTS,
    COUNTED_USERNAMES,
    COUNTRY,
    DELAY,
    DEVICE,
    EXPIRY,
    GROUPS,
    HASHTAG,
    HASHTAGS,
    INTERVAL,
    KEYWORD,
    KEYWORDS,
    LINK,
    MAX,
    MEDIA,
    MIN,
    OLD_POSTS,
    POSTS,
    QUANTITY,
    REFERRER,
    RUNS,
    TRAFFIC,
    USERNAME,
    USERNAMES,
    Answers,
    Field,
    lines,
)
from bot.core.invalid import InvalidAnswer
from bot.core.links import foreign
from bot.core.numbers import day, whole_number
from bot.panel.models import Service

WHOLE = ""  # sold as a whole
A_POST = "posts"  # paid post by post


@dataclass(frozen=True, slots=True)
class Form:
    """What a service type asks for, in the order of the questions.

    `counts` is the field that says how many are ordered: a number, or a list with one a line; WHOLE or
    A_POST where nothing does. `drips`: it can be delivered in runs.
    """

    fields: tuple[Field, ...]
    counts: str = "quantity"
    drips: bool = False


# By `Service.kind`; from the API's table of types.
FORMS: Mapping[str, Form] = {
    "default": Form((LINK, QUANTITY), drips=True),
    "package": Form((LINK,), counts=WHOLE),
    "seo": Form((LINK, QUANTITY, KEYWORDS)),
    "custom comments": Form((LINK, COMMENTS), counts="comments"),
    "custom comments package": Form((LINK, ANY_COMMENTS), counts=WHOLE),
    "mentions": Form((LINK, QUANTITY, USERNAMES)),
    "mentions with hashtags": Form((LINK, QUANTITY, USERNAMES, HASHTAGS)),
    "mentions custom list": Form((LINK, COUNTED_USERNAMES), counts="usernames"),
    "mentions hashtag": Form((LINK, QUANTITY, HASHTAG)),
    "mentions user followers": Form((LINK, QUANTITY, USERNAME)),
    "mentions media likers": Form((LINK, QUANTITY, MEDIA)),
    "comment likes": Form((LINK, QUANTITY, USERNAME)),
    "comment replies": Form((LINK, USERNAME, COMMENTS), counts="comments"),
    "poll": Form((LINK, QUANTITY, ANSWER_NUMBER)),
    "invites from groups": Form((LINK, QUANTITY, GROUPS)),
    "subscriptions": Form((USERNAME, MIN, MAX, DELAY, POSTS, OLD_POSTS, EXPIRY), counts=A_POST),
    "web traffic": Form((LINK, QUANTITY, COUNTRY, DEVICE, TRAFFIC, KEYWORD, REFERRER), drips=True),
}
_DRIP = (RUNS, INTERVAL)


def form(service: Service) -> tuple[Field, ...] | None:
    """The questions of this service's type; None when the type cannot be ordered here."""
    found = FORMS.get(service.kind)
    return found.fields if found else None


def drips(service: Service) -> bool:
    """Whether drip-feed is offered: the type allows it, and the panel does not say no."""
    found = FORMS.get(service.kind)
    return found is not None and found.drips and service.dripfeed is not False


def sold_whole(service: Service) -> bool:
    found = FORMS.get(service.kind)
    return found is not None and found.counts == WHOLE


def paid_by_post(service: Service) -> bool:
    found = FORMS.get(service.kind)
    return found is not None and found.counts == A_POST


def questions(service: Service, draft: Draft) -> list[Field]:
    """All questions that the answers so far call for."""
    asked = (*(form(service) or ()), *(_DRIP if draft.drip and drips(service) else ()))
    return [field for field in asked if field.asked(draft.answers)]


def question(service: Service, draft: Draft) -> Field | None:
    """The question to ask: one that is asked again, else the next one. None when all are answered."""
    found = questions(service, draft)
    again = next((field for field in found if field.name == draft.asking), None)
    return again or next((field for field in found if field.name not in draft.answers), None)


def step_back(service: Service, draft: Draft) -> Draft | None:
    """At the question before; at none when all are answered. None when there is no question before."""
    found = questions(service, draft)
    names = [field.name for field in found]
    if all(name in draft.answers for name in names):
        return replace(draft, asking="", doubted="")
    at = question(service, draft)
    place = found.index(at) if at else 0
    return replace(draft, asking=names[place - 1], doubted="") if place else None


def answer(service: Service, draft: Draft, field: Field, text: str, *, now: float) -> Draft:
    """With this answer, as typed. A link of another network is not taken but doubted.

    Raises InvalidAnswer. `now` tells whether a date is over.
    """
    value = _parse(service, draft, field, text)
    _fit(draft.answers, field, value, service, now)
    if field is LINK and foreign(value, service):
        return replace(draft, asking=field.name, doubted=value, offer=None)
    return draft.with_answer(field.name, value)


def for_service(service: Service, draft: Draft, *, now: float) -> tuple[Draft, InvalidAnswer | None]:
    """The draft for this service instead, with the link if it has one; as `recheck`."""
    checked, wrong = recheck(service, draft.with_service(service.id), now=now)
    link = checked.answers.get("link", "")
    return (replace(checked, answers={}, doubted=link) if foreign(link, service) else checked), wrong


def skip(draft: Draft, field: Field) -> Draft:
    """Without an answer to an optional question. Raises InvalidAnswer when it is none."""
    if not field.optional:
        raise InvalidAnswer("needed")
    return draft.with_answer(field.name, "")


def recheck(service: Service, draft: Draft, *, now: float) -> tuple[Draft, InvalidAnswer | None]:
    """The draft with only those answers this service takes as it is now, and what is wrong with the first
    of the others."""
    wrong: InvalidAnswer | None = None
    draft = draft.in_runs(draft.drip and drips(service))
    checked = replace(draft, answers={})
    for field in (*(form(service) or ()), *(_DRIP if draft.drip else ())):
        value = draft.answers.get(field.name)
        if value is None or not field.asked(checked.answers):
            continue
        try:
            kept = value and _parse(service, draft, field, value)
            _fit(checked.answers, field, kept, service, now)
        except InvalidAnswer as error:
            wrong = wrong or error
        else:
            checked = checked.with_answer(field.name, kept)
    return checked, wrong


def settled(service: Service, draft: Draft) -> Draft:
    """With only those answers that the others still call for."""
    names = [field.name for field in questions(service, draft)]
    return replace(draft, answers={name: draft.answers[name] for name in names})


def sent(service: Service, draft: Draft) -> dict[str, str]:
    """The form fields of `add`, beside key, action and service."""
    values = {field.name: draft.answers.get(field.name, "") for field in questions(service, draft)}
    return {name: value for name, value in values.items() if value}


def of_order(service: Service, fields: Mapping[str, str]) -> Draft:
    """A new draft with what was sent for an order; what could be skipped and was is skipped again."""
    skipped = {field.name: "" for field in form(service) or () if field.optional}
    return Draft(service_id=service.id, answers=skipped | dict(fields), drip="runs" in fields)


def quantity(service: Service, answers: Answers) -> int | None:
    """How much is delivered in all: typed, or counted from a list. None for what is sold whole or by post."""
    found = FORMS.get(service.kind)
    if found is None or found.counts in {WHOLE, A_POST} or found.counts not in answers:
        return None
    value = answers[found.counts]
    each = int(value) if found.counts == "quantity" else len(lines(value))
    return each * int(answers.get("runs") or 1)


def target(answers: Answers) -> str:
    """What an order is for: its link, or the user name of a subscription."""
    return answers.get("link") or answers.get("username", "")


def _parse(service: Service, draft: Draft, field: Field, text: str) -> str:
    """As the field does, but a drip-feed's quantity, which is that of a run, is refused only where it would
    be too little or too much both for a run and for all of them: panels differ in what they compare."""
    if field is not QUANTITY or not draft.answers.get("runs"):
        return field.parse(text, service)
    each = whole_number(text)
    total = each * int(draft.answers["runs"])
    if each < 1 or not any(service.min <= count <= service.max for count in (each, total)):
        raise InvalidAnswer("range", min=service.min, max=service.max)
    return str(each)


def _fit(answers: Answers, field: Field, value: str, service: Service, now: float) -> None:
    """Raise InvalidAnswer when the value contradicts an earlier answer, or time."""
    if field is MAX and int(value) < int(answers.get("min", value)):
        raise InvalidAnswer("max_range", min=int(answers["min"]), max=service.max)
    if field is MIN and "max" in answers and int(value) > int(answers["max"]):
        raise InvalidAnswer("min_range", min=service.min, max=int(answers["max"]))
    if field is EXPIRY and value and day(value) < datetime.fromtimestamp(now, UTC).date():
        raise InvalidAnswer("past")
