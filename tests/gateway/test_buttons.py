import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.gateway.buttons import Button, Copy, Press, keyboard, room, width


@pytest.mark.parametrize(
    "press",
    [
        Press("menu"),
        Press("open", "23501", 3, 17),
        Press("order", "ord_01HG8Z3W5K-x", 999_999, 1_700_000_000),
        Press("a" * 16, "b" * 32, 999, 999_999_999),
    ],
)
def test_a_press_comes_back_as_it_was_sent(press: Press) -> None:
    assert Press.decode(press.encode()) == press


@pytest.mark.parametrize(
    "press",
    [
        Press(""),
        Press("Order"),
        Press("two words"),
        Press("x" * 17),
        Press("open", "a:b"),
        Press("open", "é"),
        Press("open", "x" * 33),
        Press("open", page=-1),
        Press("open", page=1_000_000),
        Press("open", version=-1),
        Press("open", version=10**10),
    ],
)
def test_refuses_to_make_a_button_it_could_not_read(press: Press) -> None:
    with pytest.raises(ValueError, match="not a button's data"):
        press.encode()


def test_refuses_more_than_telegram_takes() -> None:
    with pytest.raises(ValueError, match="not a button's data"):
        Press("a" * 16, "b" * 32, 999_999, 9_999_999_999).encode()


@pytest.mark.parametrize(
    "data", ["", "menu", "menu::", "menu::0:0\n", " menu::0:0", "menu::٣:0", "menu::0:0:0"]
)
def test_makes_nothing_of_data_no_button_of_ours_carries(data: str) -> None:
    assert Press.decode(data) is None


@given(st.text() | st.from_regex(r"[a-z_]{1,17}:[\w-]{0,33}:[0-9]{1,7}:[0-9]{1,11}"))
def test_whatever_is_read_would_be_written_the_same(data: str) -> None:
    press = Press.decode(data)
    assert press is None or press.encode() == data


def test_a_keyboard_has_the_rows_given() -> None:
    rows = ((Button("Yes", Press("yes")), Button("No", Press("no"))), (Button("Menu", Press("menu")),))

    shown = keyboard(rows)

    assert shown is not None
    assert [[(b.text, b.callback_data) for b in row] for row in shown.inline_keyboard] == [
        [("Yes", "yes::0:0"), ("No", "no::0:0")],
        [("Menu", "menu::0:0")],
    ]


def test_no_rows_make_no_keyboard() -> None:
    assert keyboard(()) is None


def test_a_button_may_copy_instead() -> None:
    shown = keyboard(((Copy("Copy id", "23501"),),))

    assert shown is not None
    assert shown.to_dict() == {"inline_keyboard": [[{"text": "Copy id", "copy_text": {"text": "23501"}}]]}


@pytest.mark.parametrize(
    ("labels", "columns"),
    [
        (["All", "Open", "Ended"], [3]),
        (["Every change", "When it ends", "Nothing"], [2, 1]),
        (["Каждое изменение", "Завершение", "Ничего"], [1, 1, 1]),
        (["Тихие часы", "Часовой пояс"], [2]),
        (["Erase everything", "Keep"], [2]),
        (["Erase everything now", "Keep"], [1, 1]),
        (["x" * 200], [1]),
    ],
)
def test_a_row_that_a_phone_would_cut_becomes_several(labels: list[str], columns: list[int]) -> None:
    drawn = keyboard((tuple(Button(label, Press("menu")) for label in labels),))
    assert drawn
    assert [len(row) for row in drawn.inline_keyboard] == columns
    assert [button.text for row in drawn.inline_keyboard for button in row] == labels


def test_marks_above_and_between_letters_take_no_room() -> None:
    assert width("e\N{COMBINING ACUTE ACCENT}\N{ZERO WIDTH JOINER}") == width("e")
    assert width("a") < width("ж") < width("क") < width("🎁")
    assert room(1) > 2 * room(2) > 3 * room(3) > 0
