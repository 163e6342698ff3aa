"""Price lists are read the quick way where that goes, and to the same effect where it does not."""

import json
from decimal import Decimal
from typing import Any

import pytest

from bot.panel import price_lists, replies
from bot.panel.errors import BadKey, PanelGarbled
from bot.panel.models import Service
from tests.panel.sample_models import SERVICES
from tests.panel.test_samples import sample

USUAL = {"service": "7", "name": "Likes", "type": "Default", "category": "Likes", "rate": "0.90"}
LIKES = Service("7", "Likes", "Default", "Likes", Decimal("0.90"), 1, 10**9)


def read(*items: Any) -> tuple[Service, ...]:
    """Both ways, which must agree."""
    text = json.dumps(items)
    found = price_lists.services(price_lists.load(text))
    assert found == price_lists.services(replies.load(text))
    return found


@pytest.mark.parametrize("name", SERVICES)
def test_the_quick_way_reads_the_same(name: str) -> None:
    assert price_lists.services(price_lists.load(sample(f"services/{name}"))) == SERVICES[name]


def test_a_usual_list_goes_the_quick_way() -> None:
    assert all(isinstance(line, price_lists.Line) for line in price_lists.load(json.dumps([USUAL])))


def test_every_digit_of_a_rate_is_kept() -> None:
    text = json.dumps([USUAL]).replace('"0.90"', "0.12345678901234567")
    assert str(price_lists.services(price_lists.load(text))[0].rate) == "0.12345678901234567"


@pytest.mark.parametrize(
    "name", ["cut \ud83d", "nul \x00 in", "two  spaces", " around ", "tab\tin", "no\xa0break"]
)
def test_names_become_one_clean_line(name: str) -> None:
    clean = "".join(c for c in name if c not in "\ud83d\x00")
    assert read(USUAL | {"name": name})[0].name == " ".join(clean.split())


@pytest.mark.parametrize("odd", [[], {}, [1], {"a": 1}])
@pytest.mark.parametrize(
    "field", ["name", "type", "category", "min", "max", "refill", "desc", "average_time"]
)
def test_a_list_or_object_where_a_text_belongs_says_nothing(field: str, odd: object) -> None:
    found = read(USUAL | {field: odd})[0]
    assert found._replace(name="Likes", category="Likes") == LIKES


@pytest.mark.parametrize("odd", [[], {}, None, True, "", "free", "-1", -1])
def test_a_line_without_a_rate_is_left_out_and_the_next_is_read(odd: object) -> None:
    assert read(USUAL | {"service": 6, "rate": odd}, USUAL) == (LIKES,)


def test_true_is_no_number_even_beside_ones() -> None:
    lines = [USUAL | {"service": n, "rate": rate} for n, rate in enumerate([1, True, "1", 1.0, False, 0])]
    assert [(one.id, str(one.rate)) for one in read(*lines)] == [
        ("0", "1"),
        ("2", "1"),
        ("3", "1.0"),
        ("5", "0"),
    ]


@pytest.mark.parametrize("service_id", ["a_b-9", " 7 ", 7, 7.0, "9" * 32])
def test_ids_as_panels_write_them(service_id: object) -> None:
    text = str(int(service_id) if isinstance(service_id, float) else service_id)
    assert read(USUAL | {"service": service_id})[0].id == text.strip()


@pytest.mark.parametrize("service_id", ["", "a b", "²", "é", "9" * 33, True, None, -7])
def test_a_line_without_an_id_is_left_out(service_id: object) -> None:
    found = read(USUAL | {"service": service_id}, USUAL | {"service": "8"})
    assert [one.id for one in found] in (["8"], [str(service_id), "8"])
    assert len(found) == 1 + (service_id == -7)


def test_errors_are_heard() -> None:
    with pytest.raises(BadKey):
        price_lists.load('{"error": "Invalid API key"}')
    with pytest.raises(PanelGarbled):
        price_lists.load(json.dumps([USUAL]), status_code=502)
    with pytest.raises(PanelGarbled):
        price_lists.load("[" * 100_000)
