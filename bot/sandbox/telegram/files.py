"""Files that people and the bot send each other, photos too: how one comes in, getFile, the download."""

import mimetypes
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.sandbox.telegram.errors import ApiError, bad_request
from bot.sandbox.telegram.fields import Fields, string
from bot.sandbox.telegram.photos import LARGEST_PHOTO, Size, ending_of, sizes_of

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
    sizes: tuple[Size, ...] = ()  # of a photo, the smallest first

    @property
    def is_photo(self) -> bool:
        return bool(self.sizes)

    @property
    def text(self) -> str:
        return self.content.decode("utf-8-sig")

    def json(self) -> dict[str, Any]:
        """As it stands in a message. The sandbox scales nothing: each size downloads as the whole picture."""
        if self.is_photo:
            return {"photo": [self.identity(kind) | {"width": w, "height": h} for kind, w, h in self.sizes]}
        mime_type = mimetypes.guess_type(self.name)[0] or "application/octet-stream"
        return {"document": {"file_name": self.name, "mime_type": mime_type} | self.identity()}

    def identity(self, kind: str = "") -> dict[str, Any]:
        """`kind` is the letter of a photo's size."""
        unique = "AQAD" if self.is_photo else "AgAD"
        return {
            "file_id": f"{self.id}{kind}",
            "file_unique_id": f"{unique}{self.id[4:]}{kind}",
            "file_size": len(self.content),
        }


class Files:
    def __init__(self) -> None:
        self._by_id: dict[str, File] = {}

    def add(self, name: str, content: bytes) -> File:
        number = len(self._by_id)
        ending = name.rpartition(".")[2] if "." in name else "bin"
        file = File(f"BQAC{number:08}", _kept_name(name), content, f"documents/file_{number}.{ending}")
        return self._by_id.setdefault(file.id, file)

    def add_photo(self, content: bytes) -> File:
        """Raises ApiError for what Telegram takes for no photo."""
        number, ending, sizes = len(self._by_id), ending_of(content), sizes_of(content)
        file = File(f"AgAC{number:08}", f"photo.{ending}", content, f"photos/file_{number}.{ending}", sizes)
        self._by_id |= {file.id + size.kind: file for size in sizes}
        return file

    def get(self, file_id: str) -> File | None:
        return self._by_id.get(file_id)

    def at(self, path: str) -> File | None:
        return next((file for file in self._by_id.values() if file.path == path), None)


def sent_file(telegram: "Telegram", fields: Fields, kind: str) -> File:
    """The "document" or "photo" of a call."""
    return file_of(telegram, fields, fields.get(kind), kind)


def file_of(telegram: "Telegram", fields: Fields, given: Any, kind: str) -> File:
    """Uploaded as it is or under `attach://`, or the id of a known file."""
    if isinstance(given, str) and given.startswith("attach://"):
        given = fields.get(given.removeprefix("attach://"))
    if isinstance(given, Upload):
        return _uploaded(telegram, given, kind)
    if not given:
        raise bad_request(f"there is no {kind} in the request")
    known = telegram.files.get(str(given))
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if known.is_photo != (kind == "photo"):
        raise bad_request(f"can't use file of type {_type(known)} as {kind.title()}")
    return known


def _uploaded(telegram: "Telegram", upload: Upload, kind: str) -> File:
    size = len(upload.content)
    if not size:
        raise bad_request("file must be non-empty")
    if size > LARGEST_SENT:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "document":
        return telegram.files.add(upload.name, upload.content)
    if size > LARGEST_PHOTO:
        most = f"the maximum size is {LARGEST_PHOTO} bytes"
        raise bad_request(f"file of size {size} bytes is too big for a photo; {most}")
    return telegram.files.add_photo(upload.content)


def _type(file: File) -> str:
    return "Photo" if file.is_photo else "Document"


async def get_file(telegram: "Telegram", fields: Fields) -> dict[str, Any]:
    if not string(fields, "file_id"):
        raise bad_request("file_id not specified")
    file = telegram.files.get(string(fields, "file_id"))
    if file is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if len(file.content) > LARGEST_FETCHED:
        raise bad_request("file is too big")
    return file.identity(string(fields, "file_id").removeprefix(file.id)) | {"file_path": file.path}


def _kept_name(name: str) -> str:
    plain = name.replace("\\", "/").rpartition("/")[2].strip() or "file"
    stem, dot, ending = plain.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}{dot}{ending}" if dot else plain[:LONGEST_NAME]
