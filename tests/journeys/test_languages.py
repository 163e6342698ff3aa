"""A person of each language: a guided order, the news of it and all the rest is told in theirs."""

import re
from collections.abc import AsyncIterator, Iterator
from gettext import NullTranslations
from pathlib import Path

import pytest

from bot.gateway.languages import END, ISOLATE, SOURCE, languages, offered
from bot.sandbox.panel import Panel, Trouble
from tests.conftest import KEY, World, world_in
from tests.journeys.by_place import confirms, connects, orders, taps
from tests.journeys.stories import LINK, eventually, next_message, rows, says
from tests.pseudo import Listener

CODES = sorted(languages())
RIGHT_TO_LEFT = [code for code in CODES if languages()[code].is_rtl]
RATE = "0.00094"
_MARKS = "\u061c\u200e\u200f\u2066\u2067\u2068\u2069"
_APART = re.compile(r"\u2068[^\u2069]*\u2069|<code>.*?</code>|<[^>]*>", re.DOTALL)
_TO_BE_APART = re.compile(r"https?://|(?<!\w)/[a-z]+|\b(?!(?:API|UTC)\b)[A-Za-z]{3,}|\b(?!1000\b)[0-9]{4,}")


class Missing(NullTranslations):
    """Is asked for what a catalogue does not have."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def gettext(self, message: str) -> str:
        self.asked.append(message)
        return message

    def ngettext(self, msgid1: str, _: str, __: int) -> str:
        self.asked.append(msgid1)
        return msgid1


@pytest.fixture(autouse=True)
def missing() -> Iterator[None]:
    """Nothing falls back to English."""
    fallback = Missing()
    for code, one in languages().items():
        if code != SOURCE:
            one.catalogue.add_fallback(fallback)
    yield
    for one in languages().values():
        one.catalogue._fallback = None  # type: ignore[attr-defined]
    assert fallback.asked == []


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with world_in(tmp_path, telegram=Listener()) as made:
        yield made


def amount(code: str, digits: str) -> re.Pattern[str]:
    """These digits, however the language writes them and the point between."""
    whole, _, rest = digits.partition(".")
    figures = {str(n): f"[{n}{chr(0x660 + n)}{chr(0x6F0 + n)}{chr(0x966 + n)}]" for n in range(10)}
    return re.compile("".join(map(figures.get, whole)) + "[.,٫]" + "".join(map(figures.get, rest)))  # type: ignore[arg-type]


def well_set(telegram: Listener, code: str) -> None:
    """What is copied with a tap has no mark in it; in right-to-left languages all else is apart."""
    for text in telegram.heard:
        for copied in re.findall(r"<code>(.*?)</code>", text, re.DOTALL):
            assert not set(copied) & set(_MARKS), text
    for chat in telegram.chats.values():
        for message in chat.messages.values():
            for row in message.keyboard:
                for button in row:
                    assert not set(str(button.get("copy_text", ""))) & set(_MARKS)
            if message.sender.is_bot and languages()[code].is_rtl:
                assert message.text.count("\u2068") == message.text.count("\u2069"), message.text


def apart(telegram: Listener) -> list[tuple[list[str], str]]:
    """Texts in which something foreign stands that is not set apart."""
    found = [text for text in telegram.heard if "\n" in text or "<b>" in text]
    rest = [(_TO_BE_APART.findall(_APART.sub("", text)), text) for text in found]
    return [one for one in rest if one[0]]


@pytest.mark.parametrize("way", ["telegram", "chosen"])
@pytest.mark.parametrize("code", CODES)
async def test_a_guided_order_and_its_news(world: World, panel: Panel, code: str, way: str) -> None:
    telegram = world.telegram
    assert isinstance(telegram, Listener)
    telegram.put_in("Sandbox panel")
    panel.set_service("1", rate=RATE)
    theirs = code if way == "telegram" else next(one for one in CODES if one != code)
    person = telegram.person(7, language_code=theirs.replace("_", "-").lower())
    await says(person, "/start")
    if way == "chosen":
        await says(person, "/language")
        await taps(person, "language", at=[one.code for one in offered()].index(code))
        telegram.heard.clear()
    await connects(person, world)

    shown = await orders(person)
    assert amount(code, RATE).search(shown.text), shown.text
    placed = await confirms(person, shown, panel)
    assert "23501" in placed.text
    panel.set_order("23501", status="In progress", start_count=10, remains=600)
    news = await next_message(person, placed)
    assert "23501" in news.text
    panel.set_order("23501", status="Partial", remains=157, charge="0.00079")
    last = await next_message(person, news)
    assert amount(code, "0.00079").search(last.text), last.text

    shown = await orders(person, link=f"{LINK}/2", quantity="100")
    await taps(person, "drip", on=shown)
    await says(person, "5")
    shown = await says(person, "60")
    await confirms(person, shown, panel)
    assert panel.calls("add")[-1] | {"runs": "5", "interval": "60"} == panel.calls("add")[-1]

    panel.misbehave(Trouble.ERROR, action="add", times=1, text="Not enough funds on balance")
    refused = await confirms(person, await orders(person, link=f"{LINK}/3"), panel)
    assert "Not enough funds on balance" in refused.text
    panel.misbehave(Trouble.LOST_ANSWER, action="add", times=1)
    await confirms(person, await orders(person, link=f"{LINK}/4"), panel)
    for command in (
        "/balance",
        "/orders",
        "/settings",
        "/help",
        "/privacy",
        "/stats",
        "/nonsense",
    ):
        await says(person, command)

    well_set(telegram, code)
    if languages()[code].is_rtl:
        assert not apart(telegram), "\n".join(map(str, apart(telegram)))
    if not {"a", "e"} & set(languages()[code].name.casefold()):
        foreign = [(telegram.plain(re.sub(r"<[^>]*>", " ", text)), text) for text in telegram.heard]
        assert not any(one[0] for one in foreign), "\n".join(str(one) for one in foreign if one[0])


@pytest.mark.parametrize("code", RIGHT_TO_LEFT)
async def test_what_is_copied_with_marks_or_typed_in_other_digits_is_understood(
    world: World, panel: Panel, code: str
) -> None:
    person = world.telegram.person(7, language_code=code)
    await says(person, "/start")
    typed = await person.types(f"{ISOLATE}{KEY}{END}")
    await next_message(person, typed)
    await eventually(lambda: rows(world, "SELECT 1 FROM accounts"))
    assert typed.deleted

    await says(person, f"{ISOLATE}/order{END}")
    await says(person, f"{ISOLATE}۱{END}")
    await says(person, f"\u200f{ISOLATE}{LINK}{END}")
    shown = await says(person, f"{ISOLATE}۱٬۰۰۰{END}")
    await confirms(person, shown, panel)
    await says(person, f"/order {ISOLATE}#١{END} {ISOLATE}{LINK}/2{END} ١٠٠٠")
    await confirms(person, person.last, panel)
    await says(person, f"/mass\n{ISOLATE}۱{END} | {ISOLATE}{LINK}/3{END} | ۵۰")
    await taps(person, "mass")
    await eventually(lambda: len(panel.calls("add")) == 3 or None)
    assert panel.calls("add") == [
        {"service": "1", "link": link, "quantity": quantity}
        for link, quantity in ((LINK, "1000"), (f"{LINK}/2", "1000"), (f"{LINK}/3", "50"))
    ]
    assert "23501" in (await says(person, f"/status {ISOLATE}۲۳۵۰۱{END}")).text
    found = await says(person, f"/orders {ISOLATE}۲۳۵۰۱{END}")
    assert [label.split()[0] for label in found.buttons if "·" in label] == ["23501"]
    await says(person, f"/settings {ISOLATE}۲۲:۳۰–۰۷:۱۵{END}")
    await says(person, f"/settings {ISOLATE}+۳:۳۰{END}")
    (wanted,) = rows(world, "SELECT quiet_from, quiet_to, time_zone FROM people")
    assert wanted == {"quiet_from": 1350, "quiet_to": 435, "time_zone": "+03:30"}


@pytest.mark.parametrize("way", ["answered", "behind the command"])
async def test_a_comment_is_posted_to_the_letter(world: World, panel: Panel, way: str) -> None:
    comment = f"\u200fعالی بود {ISOLATE}iPhone ۱۲{END}!"
    person = await world.person(7)
    if way == "answered":
        await says(person, f"/order 2 {LINK}")
        shown = await says(person, comment)
    else:
        shown = await says(person, f"/order 2 {LINK} {comment}")
    await confirms(person, shown, panel)
    assert panel.calls("add")[0]["comments"] == comment
