"""Files that people and the bot send each other: sendDocument, getFile and the way to download one."""

import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.fields import Fields, string

if TYPE_CHECKING:
    from bot.sandbox.telegram.state import Telegram

LARGEST_SENT = 50 * 1024 * 1024  # bytes, what a bot may upload
LARGEST_FETCHED = 20 * 1024 * 1024  # bytes, what getFile gives
LONGEST_NAME = 60  # characters that are kept of a file's name


class Upload(NamedTuple):
    """A file in a form."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class File:
    id: str
    name: str
    content: bytes
    path: str

    @property
    def text(self) -> str:
        return self.content.decode("utf-8-sig")

    def json(self) -> dict[str, Any]:
        """As it stands in a message."""
        mime_type = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        return {"file_name": self.name, "mime_type": mime_type} | self.identity()

    def identity(self) -> dict[str, Any]:
        return {"file_id": self.id, "file_unique_id": f"AgAD{self.id[4:]}", "file_size": len(self.content)}


class Files:
    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}

    def add(self, name: str, content: bytes) -> File:
        number = len(self._by_id)
        ending = name.rpartition(".")[2] if "." in name else "bin"
        file = File(f"BQAC{number:08}", _kept_name(name), content, f"documents/file_{number}.{ending}")
        return self._by_id.setdefault(file.id, file)

    def get(self, file_id: str) -> File | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> File | None:
        return next((file for file in self._by_id.values() if file.path == path), None)


def sent_file(telegram: "Telegram", fields: Fields) -> File:
    """The document of a call: uploaded as it is or under `attach://`, or the id of a known file."""
    given = fields.get("document")
    if isinstance(given, str) and given.startswith("attach://"):
        given = fields.get(given.removeprefix("attach://"))
    if isinstance(given, Upload):
        if not given.content:
            raise bad_request("file must be non-empty")
        if len(given.content) > LARGEST_SENT:
            raise ApiError(413, "Request Entity Too Large")
        return telegram.files.add(given.name, given.content)
    if not given:
        raise bad_request("there is no document in the request")
    known = telegram.files.get(str(given))
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return known


async def get_file(telegram: "Telegram", fields: Fields) -> dict[str, Any]:
    if not string(fields, "file_id"):
        raise bad_request("file_id not specified")
    file = telegram.files.get(string(fields, "file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > LARGEST_FETCHED:
        raise bad_request("file is too big")
    return file.identity() | {"file_path": file.path}


def _kept_name(name: str) -> str:
    plain = name.replace("\\", "/").rpartition("/")[2].strip() or "file"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if dot else plain[:LONGEST_NAME]
