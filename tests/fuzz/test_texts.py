"""Whatever a person types, wherever they are in a dialog: they get an answer, and nothing breaks."""

import json
from collections.abc import Mapping

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.chat.menu import COMMANDS
from bot.core import forms
from bot.core.drafts import Draft
from bot.gateway.dialog import Dialog, Step
from bot.panel.models import Service
from bot.panel.price_lists import services
from bot.sandbox.panel.catalogue import catalogue
from tests.fuzz.conftest import Victim, few, many

LONGEST = 4096  # characters of a message, by Telegram
ANSWERS: Mapping[str, str] = {
    "link": "https://example.com/p/1",
    "quantity": "1000",
    "comments": "one\ntwo\nthree\nfour\nfive",
    "usernames": "@one\n@two",
    "username": "@someone",
    "hashtags": "#one\n#two",
    "hashtag": "#one",
    "keywords": "one\ntwo",
    "media": "https://example.com/m/1",
    "answer_number": "2",
    "groups": "https://t.me/one",
    "min": "100",
    "max": "200",
    "delay": "0",
    "posts": "3",
    "old_posts": "1",
    "expiry": "31/12/2030",
    "country": "US",
    "device": "1",
    "type_of_traffic": "1",
    "google_keyword": "shoes",
    "referring_url": "https://example.com",
    "runs": "2",
    "interval": "60",
}
BY_KIND: Mapping[str, Service] = {
    service.kind: service for service in reversed(services(json.loads(json.dumps(catalogue()))))
}


def questions() -> list[Dialog]:
    """One dialog for each question of each form."""
    found = []
    for kind, form in forms.FORMS.items():
        draft = Draft(service_id=BY_KIND[kind].id, drip=form.drips)
        while field := forms.question(BY_KIND[kind], draft):
            found.append(Dialog(step=Step.ANSWERING, draft=draft))
            draft = draft.with_answer(field.name, ANSWERS[field.name])
        found.append(Dialog(step=Step.ANSWERING, draft=draft))
    return found


ELSEWHERE = [
    Dialog(step=step, order_id=about)
    for step in Step
    for about in ({Step.IDS: ["status", "track", "refill", "cancel_orders"]}.get(step, ["", "unknown"]))
    if step is not Step.ANSWERING
]
DIALOGS = st.sampled_from(questions()) | st.sampled_from(ELSEWHERE)
WORDS = st.sampled_from([
    *ANSWERS.values(), "0", "-1", "1e5", "٣٤", "1 000 000", "9" * 4000, "1" * 19, "0.1", "²", "½", "#1",
    "1 | https://example.com/p/1 | 100", "1,https://example.com,100", '1|"|', "\u202e\u0000\ufeff", "<b>",
    "{n}", "https://[", "https://user@:0/", "http://" + "a" * 3000, "javascript:1", "31/02/2030", "1/1/99999",
    "🎁" * 900, "a" * 32, "/", "//", "/order@panelgram_bot", "/order@other_bot", "None", "%s", "\n\n", "s_1",
])  # fmt: skip
CHARACTERS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
SENTENCES = st.lists(WORDS | CHARACTERS, min_size=1, max_size=4).map(" ".join)
LISTS = st.lists(WORDS | CHARACTERS, max_size=30).map("\n".join)
NAMES = st.sampled_from([f"/{name}" for name, _ in COMMANDS])
WHOLE = SENTENCES | LISTS | st.tuples(NAMES, st.sampled_from(" \n"), SENTENCES).map("".join)
TEXTS = WHOLE.map(lambda text: text.strip()[:LONGEST].strip()).filter(bool)


@few
@given(dialog=DIALOGS, text=TEXTS)
@example(dialog=Dialog(step=Step.BROWSING), text="x")
def test_every_text_gets_an_answer(victim: Victim, dialog: Dialog, text: str) -> None:
    types(victim, dialog, text)


@pytest.mark.long
@many
@given(dialog=DIALOGS, text=TEXTS)
def test_every_one_of_many_texts_gets_an_answer(victim: Victim, dialog: Dialog, text: str) -> None:
    types(victim, dialog, text)


def types(victim: Victim, dialog: Dialog, text: str) -> None:
    victim.is_at(dialog.step, dialog.dump())
    typed = victim.runs(victim.person.types(text))
    victim.runs(victim.deals_with(victim.newest_update))
    assert victim.said_since(typed.id), text
    victim.logs_no_error()
