"""What Telegram takes for a photo, and the sizes it makes of one."""

import struct
from typing import NamedTuple

from bot.sandbox.telegram.errors import bad_request

LARGEST_PHOTO = 10 * 1024 * 1024  # bytes
MOST_AROUND = 10_000  # pixels, width and height together
MOST_STRETCHED = 20  # times as long as wide
BOXES = (("s", 90), ("m", 320), ("x", 800), ("y", 1280), ("w", 2560))  # pixels of the longer side

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8\xff"
NO_FRAME = {0xC4, 0xC8, 0xCC}  # tables, amid the markers 0xC0 to 0xCF that begin a JPEG's picture


class Size(NamedTuple):
    kind: str
    width: int
    height: int


def sizes_of(content: bytes) -> tuple[Size, ...]:
    """The smallest first, up to the picture's own. Raises ApiError for what is no photo."""
    width, height = _measured(content)
    longest = max(width, height)
    if longest > MOST_STRETCHED * min(width, height) or width + height > MOST_AROUND:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    smaller = sum(box < longest for _, box in BOXES)
    return tuple(_scaled(kind, min(box / longest, 1), width, height) for kind, box in BOXES[: smaller + 1])


def ending_of(content: bytes) -> str:
    return "png" if content.startswith(PNG) else "jpg"


def _scaled(kind: str, scale: float, width: int, height: int) -> Size:
    return Size(kind, max(round(width * scale), 1), max(round(height * scale), 1))


def _measured(content: bytes) -> tuple[int, int]:
    """Width and height, as the header tells them."""
    try:
        width, height = _png(content) if content.startswith(PNG) else _jpeg(content)
    except (struct.error, ValueError):
        width = height = 0
    if not width or not height:
        raise bad_request("IMAGE_PROCESS_FAILED")
    return width, height


def _png(content: bytes) -> tuple[int, int]:
    chunk, width, height = struct.unpack_from(">4sII", content, 12)
    if chunk != b"IHDR":
        raise ValueError("no header")
    return width, height


def _jpeg(content: bytes) -> tuple[int, int]:
    if not content.startswith(JPEG):
        raise ValueError("neither PNG nor JPEG")
    at = 2
    while True:
        lead, marker, length = struct.unpack_from(">BBH", content, at)
        if lead != 0xFF:
            raise ValueError("no marker where one is expected")
        if 0xC0 <= marker <= 0xCF and marker not in NO_FRAME:
            height, width = struct.unpack_from(">HH", content, at + 5)
            return width, height
        at += 2 + length
