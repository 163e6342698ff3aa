from typing import Any

import pytest

from bot.gateway.shapes import chat_of

SOMEBODY = {"id": 7, "is_bot": False, "first_name": "Eva"}
PRIVATE = {"id": 7, "type": "private"}
GROUP = {"id": -100, "type": "supergroup", "title": "G"}
IN_PRIVATE = {"message_id": 1, "date": 0, "chat": PRIVATE, "from": SOMEBODY}
IN_GROUP = {"message_id": 1, "date": 0, "chat": GROUP, "from": SOMEBODY}


@pytest.mark.parametrize(
    ("kind", "content", "chat_id"),
    [
        ("message", IN_PRIVATE, 7),
        ("message", IN_GROUP, -100),
        ("edited_message", IN_PRIVATE, 7),
        ("channel_post", {"message_id": 1, "date": 0, "chat": GROUP}, -100),
        ("callback_query", {"id": "1", "from": SOMEBODY, "message": IN_PRIVATE, "data": "x"}, 7),
        ("callback_query", {"id": "1", "from": SOMEBODY, "message": IN_GROUP, "data": "x"}, -100),
        ("callback_query", {"id": "1", "from": SOMEBODY, "inline_message_id": "9", "data": "x"}, 7),
        ("callback_query", {"id": "1", "from": SOMEBODY, "message": None, "data": "x"}, 7),
        ("my_chat_member", {"chat": PRIVATE, "from": SOMEBODY, "date": 0}, 7),
        ("my_chat_member", {"chat": GROUP, "from": SOMEBODY, "date": 0}, -100),
        ("chat_join_request", {"chat": GROUP, "from": SOMEBODY, "date": 0}, -100),
        ("message_reaction", {"chat": GROUP, "user": SOMEBODY, "message_id": 1}, -100),
        ("inline_query", {"id": "1", "from": SOMEBODY, "query": "", "offset": ""}, 7),
        ("pre_checkout_query", {"id": "1", "from": SOMEBODY}, 7),
        ("poll", {"id": "1", "question": "?"}, 0),
        ("of_tomorrow", ["unknown"], 0),
    ],
)
def test_finds_the_chat_of_an_update(kind: str, content: Any, chat_id: int) -> None:
    assert chat_of({"update_id": 1, kind: content}) == chat_id


def test_an_empty_update_belongs_to_no_chat() -> None:
    assert chat_of({"update_id": 1}) == 0


@pytest.mark.parametrize(
    "content", [{}, {"chat": "7"}, {"chat": {}}, {"chat": {"id": "7"}}, {"message": 7}, {"from": []}]
)
def test_an_update_of_a_shape_nobody_knows_belongs_to_no_chat(content: dict[str, Any]) -> None:
    assert chat_of({"update_id": 1, "message": content}) == 0
