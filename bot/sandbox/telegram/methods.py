"""The methods of the Bot API by name, with those that concern neither messages nor the profile."""

from collections.abc import Awaitable, Callable
from typing import Any

from bot.sandbox.telegram import messages
from bot.sandbox.telegram.chats import Json
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.fields import Fields, flag, nested, number, string
from bot.sandbox.telegram.files import get_file
from bot.sandbox.telegram.profile import Profile
from bot.sandbox.telegram.state import Telegram
from bot.sandbox.telegram.updates import allowed_updates

Method = Callable[[Telegram, Fields], Awaitable[Any]]

ACTIONS = {
    "typing",
    "upload_photo",
    "record_video",
    "upload_video",
    "record_voice",
    "upload_voice",
    "upload_document",
    "choose_sticker",
    "find_location",
    "record_video_note",
    "upload_video_note",
}


async def get_me(telegram: Telegram, _: Fields) -> Json:
    abilities = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
    return telegram.bot.json() | dict.fromkeys(abilities, False)


async def get_updates(telegram: Telegram, fields: Fields) -> list[Json]:
    updates = telegram.updates
    updates.allowed = allowed_updates(nested(fields, "allowed_updates"), updates.allowed)
    return await updates.poll(
        offset=number(fields, "offset"),
        limit=number(fields, "limit", 100),
        timeout=number(fields, "timeout"),
    )


async def set_webhook(telegram: Telegram, fields: Fields) -> bool:
    if string(fields, "url"):
        raise bad_request("webhooks are not supported here, poll with getUpdates")
    return await delete_webhook(telegram, fields)


async def delete_webhook(telegram: Telegram, fields: Fields) -> bool:
    if flag(fields, "drop_pending_updates"):
        telegram.updates.forget()
    return True


async def get_webhook_info(telegram: Telegram, _: Fields) -> Json:
    waiting = len(telegram.updates.waiting)
    return {"url": "", "has_custom_certificate": False, "pending_update_count": waiting}


async def answer_callback_query(telegram: Telegram, fields: Fields) -> bool:
    telegram.taps.answer(
        string(fields, "callback_query_id"),
        text=string(fields, "text"),
        alert=flag(fields, "show_alert"),
        url=string(fields, "url"),
    )
    return True


async def send_chat_action(telegram: Telegram, fields: Fields) -> bool:
    action = string(fields, "action").lower()
    if action not in ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = messages.writable(messages.chat_of(telegram, fields))
    chat.show(action, seconds=telegram.action_lifetime)
    return True


async def get_chat(telegram: Telegram, fields: Fields) -> Json:
    gifts = (
        "unlimited_gifts",
        "limited_gifts",
        "unique_gifts",
        "premium_subscription",
        "gifts_from_channels",
    )
    return messages.chat_of(telegram, fields).json() | {
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(gifts, False),
    }


async def agree(_: Telegram, __: Fields) -> bool:
    """For methods that have nothing to do here."""
    return True


def _profile(act: Callable[[Profile, Fields], Any]) -> Method:
    async def method(telegram: Telegram, fields: Fields) -> Any:
        return act(telegram.profile, fields)

    return method


METHODS: dict[str, Method] = {
    "getme": get_me,
    "getupdates": get_updates,
    "setwebhook": set_webhook,
    "deletewebhook": delete_webhook,
    "getwebhookinfo": get_webhook_info,
    "sendmessage": messages.send_message,
    "senddocument": messages.send_document,
    "editmessagetext": messages.edit_message_text,
    "editmessagereplymarkup": messages.edit_message_reply_markup,
    "deletemessage": messages.delete_message,
    "deletemessages": messages.delete_messages,
    "answercallbackquery": answer_callback_query,
    "getfile": get_file,
    "sendchataction": send_chat_action,
    "getchat": get_chat,
    "setchatmenubutton": agree,
    "logout": agree,
    "close": agree,
    "setmycommands": _profile(Profile.set_commands),
    "getmycommands": _profile(Profile.commands),
    "deletemycommands": _profile(Profile.delete_commands),
    "setmyname": _profile(lambda profile, fields: profile.set_text("name", fields)),
    "getmyname": _profile(lambda profile, fields: profile.text("name", fields)),
    "setmydescription": _profile(lambda profile, fields: profile.set_text("description", fields)),
    "getmydescription": _profile(lambda profile, fields: profile.text("description", fields)),
    "setmyshortdescription": _profile(lambda profile, fields: profile.set_text("short_description", fields)),
    "getmyshortdescription": _profile(lambda profile, fields: profile.text("short_description", fields)),
}
