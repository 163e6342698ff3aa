"""A restart before every single tap and text, at every step of every dialog: nobody notices."""

from dataclasses import dataclass

import pytest

from bot.gateway.dialog import Step
from bot.sandbox.panel import Panel, Trouble
from bot.sandbox.telegram import Person
from tests.conftest import KEY, World
from tests.journeys.stories import LINK, change, eventually, rows, says, taps


@dataclass(frozen=True)
class Story:
    """What a person does, and what the answer to each says; a tap's label stands in brackets."""

    acts: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]  # where they are after each
    newcomer: bool = False
    operator: bool = False


STORIES = {
    "a key": Story((("/key", "API key"), (KEY, "Connected.")), (Step.KEY, Step.NOWHERE), newcomer=True),
    "a key that interrupts": Story(
        ((f"/order 1 {LINK}", "Send the quantity"), ("/key", "API key"), (KEY, "Send the quantity")),
        (Step.ANSWERING, Step.KEY, Step.ANSWERING),
    ),
    "an order": Story(
        (
            ("/order", "which category"),
            ("followers", "Instagram Followers"),
            ("[1 · Instagram Followers]", "Send the link"),
            (LINK, "Send the quantity"),
            ("1000", "Please check your order"),
            ("[Change]", "change"),
            ("[quantity]", "Send the quantity"),
            ("2000", "Please check your order"),
            ("[Place order]", "is placed"),
        ),
        (
            Step.CHOOSING,
            Step.CHOOSING,
            Step.ANSWERING,
            Step.ANSWERING,
            Step.CONFIRMING,
            Step.CONFIRMING,
            Step.ANSWERING,
            Step.CONFIRMING,
            Step.NOWHERE,
        ),
    ),
    "looking around": Story(
        (
            ("/services", "categor"),
            ("custom comments", "Custom Comments"),
            ("[2 · Instagram Custom Comments]", "Instagram Custom Comments"),
            ("[‹ Back]", "Custom Comments"),
        ),
        (Step.BROWSING,) * 4,
    ),
    "a list": Story(
        (
            ("/mass", "Send me one line for each"),
            (f"1 | {LINK} | 100", "Please check your 1 order"),
            ("[Place 1 order]", "The file has every line"),
        ),
        (Step.MASS, Step.MASS, Step.NOWHERE),
    ),
    "ids": Story(
        (("/status", "Which orders"), ("which ones?", "no id in"), ("99", "99")),
        (Step.IDS, Step.IDS, Step.NOWHERE),
    ),
    "an uncertain order": Story(
        (
            (f"/order 1 {LINK} 1000", "Please check your order"),
            ("[Place order]", "I do not know whether"),
            ("[Enter the id]", "id"),
            ("23501", "Order 23501 was placed"),
        ),
        (Step.CONFIRMING, Step.NOWHERE, Step.ORDER_ID, Step.NOWHERE),
    ),
    "settings": Story(
        (
            ("/settings", "What I tell you"),
            ("[Quiet hours]", "When shall I keep quiet"),
            ("22:30-07:15", "Which clock is yours"),
            ("Berlin", "22:30–07:15"),
        ),
        (Step.NOWHERE, Step.SETTINGS, Step.SETTINGS, Step.NOWHERE),
    ),
    "a language in mid-dialog": Story(
        (
            (f"/order 1 {LINK}", "Send the quantity"),
            ("/language", "Which language shall I speak?"),
            ("[• English]", "as you chose"),
            ("[As my Telegram is set]", "as your Telegram is set"),
            ("1000", "Please check your order"),
        ),
        (*[Step.ANSWERING] * 4, Step.CONFIRMING),
    ),
    "a shared card": Story(
        (("/start s_2", "API key"), (KEY, "does not answer"), ("well?", "2 · Instagram Custom Comments")),
        (Step.KEY, Step.CARD, Step.NOWHERE),
        newcomer=True,
    ),
    "an announcement": Story(
        (
            ("/broadcast", "What shall I announce?"),
            ("Hello everybody", "This is what people will get."),
            ("[Change]", "What shall I announce?"),
            ("Hello again", "This is what people will get."),
            ("[Send to 1 person]", "The announcement is out."),
        ),
        (*[Step.BROADCAST] * 4, Step.NOWHERE),
        operator=True,
    ),
}


def test_no_step_is_left_out() -> None:
    assert {step for story in STORIES.values() for step in story.steps} == set(Step)


@pytest.mark.parametrize("name", STORIES)
async def test_a_restart_before_every_tap_and_text_is_not_noticed(
    world: World, panel: Panel, name: str
) -> None:
    story = STORIES[name]
    chat = await world.person(7, key=None if story.newcomer else KEY)
    if story.operator:
        world.settings["admin_ids"] = (7,)
    if name == "an uncertain order":
        panel.misbehave(Trouble.LOST_ANSWER, action="add")
    for (act, answer), step in zip(story.acts, story.steps, strict=True):
        if name == "a shared card" and act == KEY:
            panel.misbehave(Trouble.SERVER_ERROR, action="services", times=1)
        await world.stop()
        await change(
            world, "UPDATE accounts SET catalog_at = NULL WHERE catalog_digest IS NULL"
        )  # a while ago
        await world.start()
        await does(chat, act)
        await chat.sees(answer, within=15.0)
        await eventually(lambda step=step: step_of(world) == step)  # type: ignore[misc]


async def does(chat: Person, act: str) -> None:
    if act.startswith("["):
        await taps(chat, act.strip("[]"))
    else:
        await says(chat, act)


def step_of(world: World) -> str:
    found = rows(world, "SELECT step FROM conversations")
    return str(found[0]["step"]) if found else ""
