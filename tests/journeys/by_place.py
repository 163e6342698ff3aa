"""Stories told in any language: buttons are found by what they carry, not by what they say."""

from collections.abc import Callable

from bot.sandbox.panel import Panel
from bot.sandbox.telegram import Person
from bot.sandbox.telegram.chats import Message
from tests.conftest import KEY, World
from tests.journeys.stories import LINK, eventually, next_message, rows, says


def data(message: Message, verb: str, *, at: int = 0) -> str:
    """What the first button of this verb carries, or a later one."""
    found = [str(button.get("callback_data", "")) for row in message.keyboard for button in row]
    return [one for one in found if one.split(":")[0] == verb][at]


async def taps(person: Person, verb: str, *, on: Message | None = None, at: int = 0) -> Message:
    """Tap, and wait for the message that changes by it, or comes."""
    message = on or person.last
    shown = {m.id: (m.text, m.buttons) for m in person.messages}
    tap = await person.taps_data(data(message, verb, at=at), message)

    def look() -> Message | None:
        newest = person.chat.newest(from_bot=True)
        return next((m for m in newest if shown.get(m.id) != (m.text, m.buttons)), None)

    found = await person.chat.changed.until(look, within=person.patience)
    assert found is not None, person.reads
    await tap.answer()
    return found


async def connects(person: Person, world: World) -> None:
    typed = await person.types(KEY)
    await next_message(person, typed)
    await eventually(lambda: rows(world, "SELECT 1 FROM accounts"))


async def orders(person: Person, *, link: str = LINK, quantity: str = "1000") -> Message:
    """Guided, up to the summary."""
    await says(person, "/order")
    await taps(person, "cat")
    await taps(person, "svc")
    await says(person, link)
    return await says(person, quantity)


async def confirms(person: Person, shown: Message, panel: Panel) -> Message:
    """The same message with the outcome, which has a button."""
    await taps(person, "place", on=shown)
    return await person_sees(
        person, shown, lambda: bool(shown.buttons) and "place:" not in str(shown.keyboard)
    )


async def person_sees(person: Person, message: Message, look: Callable[[], object]) -> Message:
    found = await person.chat.changed.until(lambda: look() or None, within=person.patience)
    assert found, person.reads
    return message
