"""The methods of the Bot API that send, edit and delete messages."""

from bot.sandbox.telegram.chats import Chat, Json, Message
from bot.sandbox.telegram.entities import Entity, detect, trim, units
from bot.sandbox.telegram.errors import bad_request, forbidden
from bot.sandbox.telegram.fields import Fields, nested, number, string
from bot.sandbox.telegram.files import File, file_of, sent_file
from bot.sandbox.telegram.html import parse_html
from bot.sandbox.telegram.markup import Markup, check_markup
from bot.sandbox.telegram.state import Telegram

LONGEST_TEXT = 4096  # UTF-16 code units, after the entities are parsed
LONGEST_CAPTION = 1024
MOST_DELETED = 100
DELETABLE = 48 * 3600  # seconds
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same"
    " as a current content and reply markup of the message"
)


async def send_message(telegram: Telegram, fields: Fields) -> Json:
    text, entities = _text(fields, too_long="message is too long")
    markup = _markup(fields)
    chat = writable(chat_of(telegram, fields))
    message = chat.add(
        telegram.bot,
        telegram.now(),
        text=text,
        entities=entities,
        markup=markup,
        reply_to=_replied_to(chat, fields),
    )
    return message.json()


async def send_document(telegram: Telegram, fields: Fields) -> Json:
    return _send_file(telegram, fields, sent_file(telegram, fields, "document"))


async def send_photo(telegram: Telegram, fields: Fields) -> Json:
    return _send_file(telegram, fields, sent_file(telegram, fields, "photo"))


def _send_file(telegram: Telegram, fields: Fields, file: File) -> Json:
    text, entities = _caption(fields)
    markup = _markup(fields)
    chat = writable(chat_of(telegram, fields))
    message = chat.add(
        telegram.bot,
        telegram.now(),
        text=text,
        entities=entities,
        markup=markup,
        reply_to=_replied_to(chat, fields),
        file=file,
    )
    return message.json()


async def edit_message_text(telegram: Telegram, fields: Fields) -> Json:
    text, entities = _text(fields, too_long="MESSAGE_TOO_LONG")
    message = _editable(telegram, fields)
    if message.file:
        raise bad_request("there is no text in the message to edit")
    return _edit(telegram, message, text, entities, _inline(_markup(fields)))


async def edit_message_caption(telegram: Telegram, fields: Fields) -> Json:
    text, entities = _caption(fields)
    message = _editable(telegram, fields)
    if not message.file:
        raise bad_request("there is no caption in the message to edit")
    return _edit(telegram, message, text, entities, _inline(_markup(fields)))


async def edit_message_media(telegram: Telegram, fields: Fields) -> Json:
    """A text becomes the caption of a file in this way, too."""
    media = nested(fields, "media", "InputMedia")
    if not isinstance(media, dict) or media.get("type") not in {"photo", "document"}:
        raise bad_request("can't parse InputMedia: only photos and documents are known here")
    file = file_of(telegram, fields, media.get("media"), media["type"])
    text, entities = _caption(media)
    message = _editable(telegram, fields)
    return _edit(telegram, message, text, entities, _inline(_markup(fields)), file=file)


async def edit_message_reply_markup(telegram: Telegram, fields: Fields) -> Json:
    message = _editable(telegram, fields)
    return _edit(telegram, message, message.text, message.entities, _inline(_markup(fields)))


async def delete_message(telegram: Telegram, fields: Fields) -> bool:
    message = chat_of(telegram, fields).messages.get(number(fields, "message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    if not _deletable(telegram, message):
        raise bad_request("message can't be deleted")
    message.chat.remove(message)
    return True


async def delete_messages(telegram: Telegram, fields: Fields) -> bool:
    """Deletes what it can of the given messages, and passes over the others."""
    ids = nested(fields, "message_ids")
    if not isinstance(ids, list) or not ids:
        raise bad_request("message identifiers are not specified")
    if len(ids) > MOST_DELETED:
        raise bad_request("too many message identifiers specified")
    chat = chat_of(telegram, fields)
    for message in [message for message in chat.messages.values() if message.id in ids]:
        if _deletable(telegram, message):
            chat.remove(message)
    return True


def _text(fields: Fields, *, too_long: str) -> tuple[str, list[Entity]]:
    text, entities = _parsed(string(fields, "text"), fields)
    text, entities = trim(text, entities)
    if not text:
        raise bad_request("text must be non-empty" if string(fields, "text") else "message text is empty")
    if units(text) > LONGEST_TEXT:
        raise bad_request(too_long)
    return text, detect(text, entities)


def _caption(fields: Fields) -> tuple[str, list[Entity]]:
    text, entities = trim(*_parsed(string(fields, "caption"), fields, entities="caption_entities"))
    if units(text) > LONGEST_CAPTION:
        raise bad_request("message caption is too long")
    return text, detect(text, entities)


def _parsed(text: str, fields: Fields, *, entities: str = "entities") -> tuple[str, list[Entity]]:
    match string(fields, "parse_mode").lower():
        case "html":
            return parse_html(text)
        case "":
            return text, nested(fields, entities) or []
        case "markdown" | "markdownv2":
            raise bad_request("only HTML is supported here as parse_mode")
        case _:
            raise bad_request("unsupported parse_mode")


def _markup(fields: Fields) -> Markup | None:
    return check_markup(nested(fields, "reply_markup", "reply keyboard markup"))


def _inline(markup: Markup | None) -> Markup | None:
    if markup and "inline_keyboard" not in markup:
        raise bad_request("inline keyboard expected")
    return markup


def chat_of(telegram: Telegram, fields: Fields) -> Chat:
    if not string(fields, "chat_id"):
        raise bad_request("chat_id is empty")
    chat = telegram.chats.get(number(fields, "chat_id"))
    if chat is None:
        raise bad_request("chat not found")
    return chat


def writable(chat: Chat) -> Chat:
    if chat.blocked:
        raise forbidden("bot was blocked by the user")
    if not chat.started:
        raise forbidden("bot can't initiate conversation with a user")
    return chat


def _replied_to(chat: Chat, fields: Fields) -> Message | None:
    reply = nested(fields, "reply_parameters", "reply parameters") or {}
    if not reply.get("message_id"):
        return None
    message = chat.messages.get(int(reply["message_id"]))
    if message is None and not reply.get("allow_sending_without_reply"):
        raise bad_request("message to be replied not found")
    return message


def _editable(telegram: Telegram, fields: Fields) -> Message:
    message = chat_of(telegram, fields).messages.get(number(fields, "message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    has_other_keyboard = message.markup is not None and not message.keyboard
    if message.sender is not telegram.bot or has_other_keyboard:
        raise bad_request("message can't be edited")
    return message


def _edit(
    telegram: Telegram,
    message: Message,
    text: str,
    entities: list[Entity],
    markup: Markup | None,
    *,
    file: File | None = None,
) -> Json:
    """`file` None: it stays as it is."""
    file = file or message.file
    if (text, entities, markup, file) == (message.text, message.entities, message.markup, message.file):
        raise bad_request(NOT_MODIFIED)
    message.text, message.entities, message.markup, message.file = text, entities, markup, file
    message.edited_at = telegram.now()
    message.chat.changed.fire()
    return message.json()


def _deletable(telegram: Telegram, message: Message) -> bool:
    """Young messages, but in a group only the bot's own."""
    mine = message.sender is telegram.bot
    return (mine or message.chat.person is not None) and telegram.clock() - message.date <= DELETABLE
