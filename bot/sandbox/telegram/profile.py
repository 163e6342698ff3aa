"""What a bot says about itself: its name, descriptions and commands, by language and scope."""

import re
from typing import Any

from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.fields import Fields, nested, string

LONGEST = {"name": 64, "description": 512, "short_description": 120}
MOST_COMMANDS = 100
DEFAULT_SCOPE = ("default", "", "")


class Profile:
    def __init__(self, name: str) -> None:
        self._texts: dict[tuple[str, str], str] = {("name", ""): name}
        self._commands: dict[tuple[tuple[str, ...], str], list[Json]] = {}

    def set_text(self, kind: str, fields: Fields) -> bool:
        text = string(fields, kind)
        if len(text) > LONGEST[kind]:
            raise bad_request(f"{kind} is too long".replace("_", " "))
        self._texts[kind, string(fields, "language_code")] = text
        return True

    def text(self, kind: str, fields: Fields) -> Json:
        language = string(fields, "language_code")
        return {kind: self._texts.get((kind, language)) or self._texts.get((kind, ""), "")}

    def set_commands(self, fields: Fields) -> bool:
        commands = nested(fields, "commands")
        if not isinstance(commands, list):
            raise bad_request("can't parse commands JSON object")
        if len(commands) > MOST_COMMANDS:
            raise bad_request("BOT_COMMANDS_TOO_MUCH")
        self._commands[_place(fields)] = [_command(command) for command in commands]
        return True

    def commands(self, fields: Fields) -> list[Json]:
        return self._commands.get(_place(fields), [])

    def delete_commands(self, fields: Fields) -> bool:
        self._commands.pop(_place(fields), None)
        return True

    def commands_in(self, chat_id: int, language: str) -> list[Json]:
        """What a person's menu shows in a private chat: the closest scope wins, then the language."""
        scopes = (("chat", str(chat_id), ""), ("all_private_chats", "", ""), DEFAULT_SCOPE)
        places = ((scope, spoken) for scope in scopes for spoken in (language, ""))
        return next((self._commands[place] for place in places if place in self._commands), [])


def _place(fields: Fields) -> tuple[tuple[str, ...], str]:
    scope = nested(fields, "scope", "BotCommandScope") or {}
    where = (scope.get("type", "default"), str(scope.get("chat_id", "")), str(scope.get("user_id", "")))
    return where, string(fields, "language_code")


def _command(command: Any) -> Json:
    if not isinstance(command, dict) or not {"command", "description"} <= command.keys():
        raise bad_request("can't parse BotCommand")
    name, description = str(command["command"]).removeprefix("/"), str(command["description"])
    if not re.fullmatch(r"[a-z0-9_]{1,32}", name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}
