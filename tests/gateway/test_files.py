"""Files both ways, against the sandbox's Telegram, over real HTTP."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from markupsafe import Markup
from telegram import Bot, Document
from telegram.error import BadRequest, Forbidden

from bot.gateway import files
from bot.gateway.buttons import Button, Press
from bot.gateway.files import Files, FileTrouble, NotFetched, NotText, TooLarge, as_text
from bot.gateway.messenger import Messenger, Screen
from bot.gateway.pacing import Budget
from bot.gateway.transport import Transport
from bot.sandbox.telegram import Person, Telegram, telegram_app
from bot.serving import serve

CAPTION = Screen(Markup("<b>Your orders</b> &amp; more"), ((Button("Menu", Press("menu")),),))

# The framework warns whenever Telegram asks for a pause.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")


@dataclass
class Line:
    telegram: Telegram
    messenger: Messenger
    files: Files
    person: Person

    async def sent(self, name: str, content: bytes | str) -> Document:
        """A file of the person, as the bot hears of it."""
        message = await self.person.sends_file(name, content)
        return Document.de_json(message.json()["document"])


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    telegram = Telegram()
    person = telegram.person(7)
    await person.types("/start")
    server = await serve(telegram_app(telegram))
    requests = Transport(), Transport()
    bot = Bot(telegram.token, f"{server.url}/bot", request=requests[0], get_updates_request=requests[1])
    await bot.initialize()
    received = Files(bot, requests[0], url=f"{server.url}/file/bot{telegram.token}")
    yield Line(telegram, Messenger(bot, Budget()), received, person)
    await bot.shutdown()
    await server.stop()


async def test_sends_a_file_with_its_caption_and_buttons(line: Line) -> None:
    content = bytes(range(256)) * 40 + b"\r\n--\r\n"
    message_id = await line.messenger.send_file(7, "orders.csv", content, CAPTION)

    assert line.person.last.id == message_id
    assert line.person.reads == "Your orders & more"
    assert line.person.buttons == ["Menu"]
    assert [(file.name, file.content) for file in line.person.files] == [("orders.csv", content)]


async def test_sends_a_file_again_while_telegram_stumbles(line: Line) -> None:
    line.telegram.trouble("sendDocument", status=502)
    line.telegram.trouble("sendDocument", status=429, retry_after=1)

    await line.messenger.send_file(7, "orders.csv", b"1,2", CAPTION)
    assert [file.text for file in line.person.files] == ["1,2"]


async def test_a_file_counts_as_a_message(line: Line) -> None:
    budget = Budget()
    messenger = Messenger(line.messenger._bot, budget)
    await messenger.send_file(7, "orders.csv", b"1,2", CAPTION)

    assert budget._until_chat(7) > 0


async def test_what_telegram_refuses_is_not_tried_again(line: Line) -> None:
    with pytest.raises(BadRequest, match="caption is too long"):
        await line.messenger.send_file(7, "a.csv", b"1", Screen(Markup("a" * 1025)))
    await line.person.blocks_bot()
    with pytest.raises(Forbidden):
        await line.messenger.send_file(7, "a.csv", b"1", CAPTION)
    assert len(line.telegram.calls("sendDocument")) == 2


async def test_a_file_cannot_become_a_text(line: Line) -> None:
    message_id = await line.messenger.send_file(7, "orders.csv", b"1", CAPTION)
    assert not await line.messenger.edit(7, message_id, CAPTION)


async def test_reads_a_file_a_person_sent(line: Line) -> None:
    assert await line.files.text(await line.sent("ids.txt", "one\ntwo é")) == "one\ntwo é"


async def test_fetches_again_while_telegram_stumbles(line: Line) -> None:
    document = await line.sent("ids.txt", "one")
    line.telegram.trouble("getFile", status=502)
    line.telegram.trouble("download", status=500)
    line.telegram.trouble("download", dropped=True)

    assert await line.files.text(document) == "one"


async def test_a_large_file_is_not_even_asked_for(line: Line) -> None:
    document = await line.sent("big.txt", b"a" * (files.LARGEST + 1))
    with pytest.raises(TooLarge):
        await line.files.text(document)
    assert line.telegram.calls("getFile") == []


async def test_a_file_that_hides_its_size_is_stopped_before_it_is_downloaded(line: Line) -> None:
    document = await line.sent("big.txt", b"a" * (files.LARGEST + 1))
    with pytest.raises(TooLarge):
        await line.files.text(Document(document.file_id, "unique"))
    assert line.telegram.calls("download") == []


async def test_a_download_stops_as_soon_as_it_is_too_long(line: Line) -> None:
    document = await line.sent("big.txt", b"a" * 10_000_000)
    path = line.telegram.files.get(document.file_id)
    assert path
    transport = line.files._transport
    assert await transport.download(f"{line.files._url}/{path.path}", longest=1000) is None
    assert await transport.download(f"{line.files._url}/{path.path}", longest=10_000_000) == path.content


async def test_a_file_telegram_does_not_know_any_more(line: Line) -> None:
    with pytest.raises(NotFetched):
        await line.files.text(Document("BQAC99", "unique"))


async def test_a_telegram_that_stays_away(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "FETCH_SECONDS", 0.2)
    document = await line.sent("ids.txt", "one")
    line.telegram.trouble("download", times=99, status=500)
    with pytest.raises(NotFetched):
        await line.files.text(document)


RUSSIAN, FRENCH = "Привет, мир", "voilà un café, señor"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (RUSSIAN.encode(), RUSSIAN),
        (RUSSIAN.encode("utf-8-sig"), RUSSIAN),
        (RUSSIAN.encode("utf-16"), RUSSIAN),
        ("\ufeff😀".encode("utf-16-be"), "😀"),
        (RUSSIAN.encode("cp1251"), RUSSIAN),
        (FRENCH.encode("cp1252"), FRENCH),
        (b"", ""),
        (b"1|a|2\r\n\t2;b;3\x0c", "1|a|2\r\n\t2;b;3\x0c"),
    ],
)
def test_reads_text_in_the_encodings_people_have(content: bytes, text: str) -> None:
    assert as_text(content) == text


@pytest.mark.parametrize(
    "content",
    [
        b"PK\x03\x04\x14\x00\x08",
        b"\x89PNG\r\n\x1a\n\x00",
        b"\xff\xd8\xff\xe0\x00\x10JFIF",
        b"\xff\xfea\xd8\x00",
        b"text\x00text",
        bytes(range(256)),
    ],
)
def test_refuses_what_is_no_text(content: bytes) -> None:
    with pytest.raises(NotText):
        as_text(content)


def test_there_are_words_for_every_trouble() -> None:
    assert set(FileTrouble.__subclasses__()) == {TooLarge, NotText, NotFetched}
