"""Whatever Telegram sends: nothing breaks, nobody after it waits, and who can be answered is."""

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.fuzz.conftest import Victim, few, many
from tests.fuzz.mutations import mutated

USER = {"id": 1001, "is_bot": False, "first_name": "Person", "language_code": "en", "username": "person"}
CHAT = {"id": 1001, "type": "private", "first_name": "Person"}
BOT = {"id": 110201543, "is_bot": True, "first_name": "Panelgram", "username": "panelgram_bot"}
MESSAGE = {"message_id": 5, "from": USER, "chat": CHAT, "date": 1_800_000_000}
TEXT = MESSAGE | {"text": "/orders now", "entities": [{"type": "bot_command", "offset": 0, "length": 7}]}
FILE = {"file_id": "f", "file_unique_id": "u", "file_name": "list.txt", "file_size": 9}
STICKER = {"file_id": "s", "file_unique_id": "s", "type": "regular", "width": 5, "height": 5}
KEYS = {"inline_keyboard": [[{"text": "Order", "callback_data": "order:1:0:0"}]]}
SHOWN = MESSAGE | {"from": BOT, "text": "Shown", "reply_markup": KEYS}
TAP = {"id": "77", "from": USER, "message": SHOWN, "chat_instance": "1", "data": "order:1:0:0"}
FROM = {"type": "user", "sender_user": USER, "date": 1}
MEMBER = {"user": BOT, "status": "member"}
UPDATES: dict[str, Any] = {
    "message": TEXT,
    "a file": MESSAGE | {"document": FILE, "caption": "/mass"},
    "a forward": TEXT | {"reply_to_message": SHOWN, "forward_origin": FROM},
    "a sticker": MESSAGE | {"sticker": STICKER | {"is_animated": False, "is_video": False}},
    "edited_message": TEXT | {"edit_date": 1_800_000_001},
    "callback_query": {
        "id": "77",
        "from": USER,
        "message": SHOWN,
        "chat_instance": "1",
        "data": "order:1:0:0",
    },
    "my_chat_member": {
        "chat": CHAT,
        "from": USER,
        "date": 1,
        "old_chat_member": MEMBER,
        "new_chat_member": MEMBER,
    },
}
KINDS = [
    "channel_post", "edited_channel_post", "inline_query", "chosen_inline_result", "shipping_query",
    "pre_checkout_query", "poll", "poll_answer", "chat_join_request", "message_reaction", "business_message",
    "chat_boost", "of_tomorrow",
]  # fmt: skip

WRONG = (
    st.sampled_from([(kind if "_" in kind else "message", update) for kind, update in UPDATES.items()])
    | st.tuples(st.sampled_from(KINDS), st.sampled_from(list(UPDATES.values())))
).flatmap(lambda kind_and_update: mutated(dict([kind_and_update])))


@few
@given(update=WRONG)
@example(update={"message": TEXT | {"chat": [{}]}})
@example(update={"message": TEXT | {"chat": CHAT | {"id": 10**30}}})
@example(update={"message": TEXT | {"chat": CHAT | {"id": 999}}})
@example(update={"message": TEXT | {"text": 1}})
@example(update={"callback_query": TAP | {"message": []}})
@example(update={"my_chat_member": {"chat": CHAT, "from": USER, "date": 1, "old_chat_member": MEMBER}})
@example(
    update={"inline_query": {"id": "1", "from": USER | {"language_code": True}, "query": "", "offset": ""}}
)
def test_updates_with_something_wrong_in_them(victim: Victim, update: Any) -> None:
    survives(victim, update)


@pytest.mark.long
@many
@given(update=WRONG)
def test_many_updates_with_something_wrong_in_them(victim: Victim, update: Any) -> None:
    survives(victim, update)


@pytest.mark.parametrize("kind", KINDS)
def test_updates_of_kinds_we_do_not_serve(victim: Victim, kind: str) -> None:
    survives(victim, {kind: TEXT})


def survives(victim: Victim, update: Any) -> None:
    """It ends, without an error; and a person who writes after it is answered."""
    victim.runs(victim.sends(update if isinstance(update, dict) else {}))
    victim.logs_no_error()
    victim.is_at("")
    typed = victim.runs(victim.person.types("/help"))
    victim.runs(victim.deals_with(victim.newest_update))
    assert victim.said_since(typed.id)
