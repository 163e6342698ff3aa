"""Files people send: fetched within a limit, and read as text in whatever encoding they are.

FileTrouble
├── TooLarge       more than LARGEST bytes
├── NotText        an image, an archive, or whatever else
└── NotFetched     Telegram did not give it
"""

import asyncio
import re
from urllib.parse import quote

from telegram import Bot, Document
from telegram.error import BadRequest, Forbidden, TelegramError

from bot.gateway.messenger import post
from bot.gateway.transport import Transport

LARGEST = 1024 * 1024  # bytes
FETCH_SECONDS = 15.0
TRY_PAUSE = 0.5  # seconds between tries

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_NOT_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


class FileTrouble(Exception):
    """What was sent as a file cannot be taken as an answer."""


class TooLarge(FileTrouble):
    pass


class NotText(FileTrouble):
    pass


class NotFetched(FileTrouble):
    pass


class Files:
    def __init__(self, bot: Bot, transport: Transport, *, url: str) -> None:
        """`url` is where files are downloaded from, the bot token in it."""
        self._bot = bot
        self._transport = transport
        self._url = url

    async def text(self, document: Document) -> str:
        """What a person sent as a file. Raises FileTrouble."""
        return as_text(await self.content(document))

    async def content(self, document: Document, *, largest: int = LARGEST) -> bytes:
        """Raises TooLarge, NotFetched."""
        if (document.file_size or 0) > largest:
            raise TooLarge
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await self._fetched(document.file_id, largest)
        except TimeoutError:
            raise NotFetched from None

    async def _fetched(self, file_id: str, largest: int) -> bytes:
        """Tried again until it works, the time is over or Telegram says that it never will."""
        while True:
            try:
                found = await post(self._bot, "getFile", file_id=file_id)
                if found.get("file_size", 0) > largest:
                    raise TooLarge
                content = await self._transport.download(
                    f"{self._url}/{quote(found['file_path'])}", longest=largest
                )
            except (BadRequest, Forbidden) as error:
                raise NotFetched from error
            except TelegramError:
                await asyncio.sleep(TRY_PAUSE)
            else:
                if content is None:
                    raise TooLarge
                return content


def as_text(content: bytes) -> str:
    """By its mark, else UTF-8, else the Cyrillic or the Western code page. Raises NotText."""
    encoding = next((name for mark, name in _MARKS if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise NotText from None
        text = content.decode(_code_page(content), "replace")
    if _NOT_TEXT.search(text):
        raise NotText
    return text


def _code_page(content: bytes) -> str:
    """Accented letters stand between plain ones, Cyrillic ones beside each other."""
    return "cp1251" if re.search(rb"[\xc0-\xff]{2}", content) else "cp1252"
