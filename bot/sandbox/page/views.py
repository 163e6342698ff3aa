"""What a browser shows of a chat, and what of it is new."""

from dataclasses import asdict, dataclass
from itertools import islice

from bot.sandbox.telegram import File, Message, Person
from bot.sandbox.telegram.chats import Json

SHOWN = 200  # messages


@dataclass(frozen=True)
class Hint:
    """A line above the chat, with something to copy from it."""

    text: str
    copy: str = ""


def view(person: Person, hint: Hint | None) -> Json:
    profile, chat = person.telegram.profile, person.chat
    language = (person.user.language_code or "").partition("-")[0]
    spoken = {"language_code": language}
    shown = list(islice(chat.newest(), SHOWN))
    return {
        "bot": profile.text("name", spoken)["name"],
        "about": profile.text("description", spoken)["description"],
        "hint": asdict(hint) if hint else None,
        "commands": profile.commands_in(person.user.id, language),
        "started": chat.started,
        "blocked": chat.blocked,
        "doing": chat.doing,
        "messages": [_message(message) for message in reversed(shown)],
    }


def news(now: Json, before: Json) -> Json:
    """What differs between two views: messages by their id, None in place of those that are gone."""
    shown, known = _by_id(now), _by_id(before)
    changed = {number: message for number, message in shown.items() if known.get(number) != message}
    new = changed | dict.fromkeys(known.keys() - shown.keys())
    rest = {what: value for what, value in now.items() if what != "messages" and before.get(what) != value}
    return rest | {"messages": new} if new else rest


def _by_id(seen: Json) -> dict[int, Json]:
    return {message["id"]: message for message in seen.get("messages", [])}


def _message(message: Message) -> Json:
    return {
        "id": message.id,
        "mine": not message.sender.is_bot,
        "text": message.text,
        "entities": message.entities,
        "keyboard": message.keyboard,
        "file": _file(message.file) if message.file else None,
        "date": message.date,
        "edited": message.edited_at is not None,
    }


def _file(file: File) -> Json:
    return {"id": file.id, "name": file.name, "size": len(file.content), "photo": file.is_photo}
