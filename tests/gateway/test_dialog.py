from decimal import Decimal

import pytest

from bot.core.drafts import Draft, Offer
from bot.gateway.dialog import Dialog, Step, Turn
from storage.conversations import Conversation, Visit

OFFER = Offer("a1", Decimal("0.90"), 50, 10_000, Decimal("0.045"), "USD", Decimal("100.84292"))
DRAFT = Draft(service_id="1", answers={"link": "https://example.com/ü", "quantity": "50"}, offer=OFFER)


def turn_at(conversation: Conversation) -> Turn:
    return Turn.begin(7, Visit(conversation, known=True, language="en", blocked=False), deadline=0.0)


@pytest.mark.parametrize("step", [step for step in Step if step is not Step.NOWHERE])
def test_every_step_is_found_again_with_all_it_holds(step: Step) -> None:
    dialog = Dialog(step, DRAFT, browsing="\n12", order_id="f00", resume=Step.CONFIRMING)

    assert Dialog.load(Conversation(step, dialog.dump(), 1)) == dialog


def test_a_draft_without_an_offer_is_found_again() -> None:
    dialog = Dialog(Step.CHOOSING, Draft())

    assert Dialog.load(Conversation(Step.CHOOSING, dialog.dump(), 1)) == dialog


def test_nowhere_keeps_nothing() -> None:
    assert Dialog(Step.NOWHERE, DRAFT, browsing="likes").dump() == "{}"

    found = Dialog.load(Conversation())

    assert (found.step, found.browsing, found.draft.answers) == (Step.NOWHERE, "", {})


def test_a_turn_that_went_nowhere_stores_nothing() -> None:
    assert turn_at(Conversation(version=5)).after() is None


def test_each_step_makes_older_buttons_stale() -> None:
    turn = turn_at(Conversation(version=5))

    turn.go(Dialog(Step.KEY))
    turn.leave()

    assert turn.version == 7
    assert turn.after() == Conversation("", "{}", 7)


def test_a_first_version_fits_no_button_from_before_an_erasure() -> None:
    turn = turn_at(Conversation())

    turn.go(Dialog(Step.KEY))

    assert turn.version > 1000
    assert len(str(turn.version)) <= 9


def test_a_forgotten_person_gets_no_row_again() -> None:
    turn = turn_at(Conversation(version=5))
    turn.go(Dialog(Step.KEY))

    turn.forgotten = True

    assert turn.after() is None


@pytest.mark.parametrize(
    ("step", "draft"), [("of tomorrow", "{}"), ("card", "cut off"), ("card", '{"draft": 7}'), ("card", "[1]")]
)
def test_what_cannot_be_read_any_more_counts_as_nowhere(step: str, draft: str) -> None:
    turn = turn_at(Conversation(step, draft, 5))
    assert (turn.dialog.step, turn.version) == (Step.NOWHERE, 5)
