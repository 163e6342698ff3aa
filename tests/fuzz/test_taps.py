"""Whatever a button says that nobody was shown: the tap is answered, and nothing breaks."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.buttons import LONGEST_DATA
from bot.gateway.dialog import Dialog
from tests.conftest import KEY
from tests.fuzz.conftest import Victim, few, many
from tests.fuzz.test_texts import DIALOGS
from tests.journeys.test_nobody_elses import VERBS

IDS = (
    st.sampled_from(
        ["", "1", "2", "on", "off", "link", "key", "order", "status", "0" * 12, "-", "_", "0" * 32]
    )
    | st.text("abcdef0123456789-_", max_size=33)
    | st.text(max_size=8)
)
NUMBERS = st.sampled_from([0, 1, 7, 8, 999_999, 10**10, -1, 1_800_000_000]) | st.integers()
CRAFTED = st.tuples(st.sampled_from(VERBS) | st.text(max_size=10), IDS, NUMBERS, NUMBERS | st.just(7)).map(
    lambda parts: ":".join(map(str, parts))
)
DATA = (CRAFTED | st.text(st.characters(exclude_categories=["Cs"]), max_size=64)).map(
    lambda data: data.encode()[:LONGEST_DATA].decode(errors="ignore")
)


@few
@given(dialog=DIALOGS, data=DATA)
def test_every_tap_is_answered(victim: Victim, dialog: Dialog, data: str) -> None:
    taps(victim, dialog, data)


@pytest.mark.long
@many
@given(dialog=DIALOGS, data=DATA)
def test_every_one_of_many_taps_is_answered(victim: Victim, dialog: Dialog, data: str) -> None:
    taps(victim, dialog, data)


def taps(victim: Victim, dialog: Dialog, data: str) -> None:
    victim.is_at(dialog.step, dialog.dump())
    tap = victim.runs(victim.person.taps_data(data))
    victim.runs(victim.deals_with(victim.newest_update))
    victim.runs(tap.answer())
    victim.logs_no_error()
    is_connected(victim)


def is_connected(victim: Victim) -> None:
    """Some buttons erase everything."""
    if not victim.rows("SELECT 1 FROM accounts WHERE replaced_at IS NULL"):
        victim.runs(victim.person.types("/start"))
        victim.runs(victim.deals_with(victim.newest_update))
        victim.runs(victim.person.types(KEY))
        victim.runs(victim.deals_with(victim.newest_update))
        assert victim.rows("SELECT 1 FROM accounts")
