"""The questions of a form, and what is wrong with an answer."""

from collections.abc import Mapping

from markupsafe import Markup

from bot.chat.screens.catalog import rate
from bot.core.countries import WORLD
from bot.core.fields import COUNTRY, DELAY, DEVICE, TRAFFIC, Field
from bot.core.invalid import InvalidAnswer
from bot.core.links import takes_name
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.messenger import Screen
from bot.gateway.texts import country, lines, number, paragraphs, plural, shorten, t
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


# By field, or by type and field where a type means something of its own by it.
_ASKING: Mapping[str, str] = {
    "link": "Send the <b>link</b> it is for, like https://example.com/p/1",
    "account.link": "Send the <b>link</b> of the profile, channel or group, or just its @name.",
    "web traffic.link": "Send the <b>link</b> of the site or page that is to be visited.",
    "quantity": "Send the <b>quantity</b>: a number from {min} to {max}.",
    "comments": "Send {min} to {max} <b>comments</b>, one on each line, or as a .txt file.",
    "custom comments package.comments": "Send the <b>comments</b>, one on each line, or as a .txt file.",
    "comment replies.comments": "Send {min} to {max} replies (<b>comments</b>), one on each line, or as a "
    ".txt file.",
    "keywords": "Send the <b>keywords</b>, one on each line, or as a .txt file.",
    "groups": "Send the <b>groups</b> people are invited from: their links, one on each line, or as a .txt "
    "file.",
    "usernames": "Send the <b>usernames</b> to mention, one on each line, or as a .txt file.",
    "mentions custom list.usernames": "Send {min} to {max} <b>usernames</b> to mention, one on each line, or "
    "as a .txt file.",
    "hashtags": "Send the <b>hashtags</b>, one on each line, or as a .txt file.",
    "hashtag": "Send the <b>hashtag</b> whose users are mentioned.",
    "username": "Send the <b>username</b>.",
    "mentions user followers.username": "Send the <b>username</b> whose followers are mentioned.",
    "comment likes.username": "Send the <b>username</b> of the person who wrote the comment.",
    "comment replies.username": "Send the <b>username</b> of the person who wrote the comment.",
    "subscriptions.username": "Send the <b>username</b> whose new posts get it.",
    "media": "Send the <b>media</b>: the link of the post whose likers are mentioned.",
    "answer_number": "Send the <b>answer number</b>: which answer of the poll to vote for, counted from 1.",
    "min": "Each new post gets a number between min and max, picked by chance.\n\nSend the <b>min</b>: from "
    "{min} to {max}.",
    "max": "Send the <b>max</b> for each new post: up to {max}.",
    "delay": "How long after a new post does it begin? Choose the <b>delay</b>.",
    "posts": "For how many new <b>posts</b>? Send a number, or skip this for no limit.",
    "old_posts": "How many <b>old posts</b>, published already, get it too? Send a number, or skip this for "
    "none.",
    "expiry": "On which day does it end (<b>expiry</b>)? Send a date like 31/12/2030, or skip this for none.",
    "country": "From which <b>country</b> do visitors come? Tap one, or send its name or two-letter code.",
    "device": "Which <b>device</b> do visitors use?",
    "type_of_traffic": "Where do visitors come from? Choose the <b>type of traffic</b>.",
    "google_keyword": "Send the <b>Google keyword</b> visitors search for.",
    "referring_url": "Send the <b>referring URL</b>: the site visitors come from.",
    "runs": "Drip-feed: the same quantity several times, with a pause between. You pay for each run.\n\n"
    "How many <b>runs</b>? Send a number from 2 on.",
    "interval": "How many minutes between two runs (<b>interval</b>)? Send a number.",
}


def _asking(field: Field, service: Service) -> str:
    of_account = _ASKING.get(f"account.{field.name}") if takes_name(service) else None
    return _ASKING.get(f"{service.kind}.{field.name}") or of_account or _ASKING[field.name]


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
    if name in _CHOICES:
        return choice_words(_CHOICES[name], value)
    if name in _NUMBERS and value.isdigit():
        return number(int(value))
    found = value.split("\n")
    shown = shorten(" / ".join(found), LONGEST_VALUE)
    return shown if len(found) == 1 else t("{entries} ({n})", entries=shown, n=number(len(found)))


def choice_words(field: Field, value: str) -> str:
    if field.name == "country" and value != WORLD:
        return country(value) or value
    words = t(field.choices[value])
    return words if words[1:2].isupper() else words[:1].upper() + words[1:]


def invalid(wrong: InvalidAnswer) -> Markup:
    values = {n: number(v) if isinstance(v, int) else v for n, v in wrong.params.items()}
    texts = {
        "link": "That is no link I can order for. Please copy it from your browser or app: "
        "one address without spaces, like https://example.com/p/1",
        "name_for_link": "This service is for a post, not for an account, so a name is not enough. Please "
        "copy the post's link from your browser or app.",
        "number": "I need a whole number, written like 1000 or 1 000.",
        "bounds": "I need a whole number from {min} to {max}.",
        "range": "The quantity must be from {min} to {max}.",
        "count": "Lines counted: {count}. Please send {min} to {max}, one on each line.",
        "empty_list": "I found nothing in it. Please send one on each line.",
        "long_list": "That is too long: at most {max} characters. Please send less.",
        "word_in_list": "Line {line} holds more than a name. Please send one on each line, without spaces.",
        "word": "I need one name without spaces.",
        "only_a_number": "This service counts the comments themselves. Please send them, one on each line.",
        "min_range": "The min must be from {min} to {max}.",
        "max_range": "The max must be from {min} to {max}.",
        "phrase": "I need a few words on one line, at most {max} characters.",
        "choice": "Please tap one of the buttons below.",
        "country": "I do not know this country. Please send its name in English or its two-letter code, "
        "like DE.",
        "date": "I need a date, day first: like 31/12/2030.",
        "past": "This day is over. Please send one to come, day first: like 31/12/2030.",
    }
    return t("⚠️ {problem}", problem=t(texts[wrong.reason], **values))


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
    """The API's own word for a field."""
    return t(field.replace("_", " "))


def no_drip_feed(version: int) -> Button:
    return Button(t("No drip-feed"), Press("drip", "off", 0, version))
