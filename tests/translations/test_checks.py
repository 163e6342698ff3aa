"""Each mistake of a translator is told, with the language, the text, and what to do."""

from collections.abc import Mapping

import pytest

from bot.translations.catalogues import begun
from bot.translations.checks import cramped, problems
from bot.translations.texts import Text

PRICE = "• <b>Price</b>: see /orders or https://example.com/p/1"
RIGHT_PRICE = "• <b>Цена</b>: /orders, https://example.com/p/1."
NOTHING: Mapping[str, str] = {}
Form = str | tuple[str, ...]
TEXTS = {
    text.one: text
    for text in (
        Text("Hello {name}"),
        Text(PRICE),
        Text("{n} order", "{n} orders"),
        Text("This order, {id}:", "These {n} orders, {id}:"),
        Text("Go on ›"),
    )
}
RIGHT: dict[str, Form] = {
    "Hello {name}": "Привет, {name}",
    PRICE: RIGHT_PRICE,
    "{n} order": ("{n} заказ", "{n} заказа", "{n} заказов"),
    "This order, {id}:": ("Этот {n} заказ, {id}:", "Эти {n} заказа, {id}:", "Эти {n} заказов, {id}:"),
    "Go on ›": "Дальше ›",
}


def catalogue(said: Mapping[str, Form], code: str = "ru", *, above: Mapping[str, str] = NOTHING) -> str:
    entries = [begun(code)]
    for one, form in said.items():
        entry = [above.get(one, ""), f'msgid "{one}"']
        if isinstance(form, str):
            entry.append(f'msgstr "{form}"')
        else:
            entry.append(f'msgid_plural "{TEXTS[one].many if one in TEXTS else one}"')
            entry.extend(f'msgstr[{place}] "{each}"' for place, each in enumerate(form))
        entries.append("\n".join(line for line in entry if line))
    return "\n\n".join(entries)


def found(one: str, form: Form) -> list[str]:
    return problems("ru", catalogue({**RIGHT, one: form}), TEXTS)


def test_a_right_one_has_no_problems() -> None:
    assert problems("ru", catalogue(RIGHT), TEXTS) == []


@pytest.mark.parametrize(
    ("one", "form", "told"),
    [
        ("Hello {name}", "", "is not translated"),
        ("Hello {name}", "Привет", "{name} is missing"),
        ("Hello {name}", "Привет, {имя}", "{имя} is not filled in here: use {name}"),
        ("Hello {name}", "Привет, {name", "a { or } stands alone"),
        ("Hello {name}", "Привет, {name} <b>!</b>", "its tags must be those of the English text: none"),
        ("Hello {name}", "Привет, {name}, /orders", "its commands must be those of the English text: none"),
        ("Hello {name}", " Привет, {name}", "it must begin as the English text does"),
        ("Hello {name}", "Привет, {name}\\n", "it must end as the English text does"),
        (PRICE, RIGHT_PRICE.replace("</b>", ""), "<b> is not closed"),
        (PRICE, RIGHT_PRICE.replace("<b>", ""), "</b> closes nothing"),
        (PRICE, RIGHT_PRICE.replace("b>", "big>"), "Telegram knows no <big>"),
        (PRICE, RIGHT_PRICE.replace("/orders", "/orders < 1"), "a < or > belongs to no tag"),
        (PRICE, RIGHT_PRICE.replace("/orders", "/заказы"), "its commands must be those of"),
        (PRICE, RIGHT_PRICE.replace("example", "пример"), "its addresses must be those of"),
        (PRICE, RIGHT_PRICE.replace("• ", ""), "it must begin as the English text does: “• ”"),
        ("Go on ›", "Дальше", "it must end as the English text does: “›”"),
        ("{n} order", ("{n} заказ", "", "{n} заказов"), "is not translated: fill in msgstr[1]"),
        ("{n} order", ("Один заказ", "{n} заказа", "{n} заказов"), "msgstr[0] “Один заказ”: {n} is missing"),
        ("{n} order", ("{n} заказ", "{n} заказа", "заказов"), "msgstr[2] “заказов”: {n} is missing"),
        ("{n} order", ("{n} а", "{n} б", "{n} в", "{n} г"), "the file cannot be read"),
        ("{n} order", "{n} заказов", "is counted otherwise in the code: run `make translations`"),
        ("Old words", "Старые слова", "“Old words” is not said any more: run `make translations`"),
    ],
)
def test_a_mistake_is_told(one: str, form: Form, told: str) -> None:
    problem = found(one, form)[0]
    assert problem.startswith("ru: ")
    assert told in problem
    assert one in problem or "cannot be read" in problem


def test_a_missing_text_is_told() -> None:
    there = {one: form for one, form in RIGHT.items() if one != "Go on ›"}
    (problem,) = problems("ru", catalogue(there), TEXTS)
    assert problem == "ru: “Go on ›” is missing: run `make translations`, then translate it"


def test_a_guess_is_told() -> None:
    (problem,) = problems("ru", catalogue(RIGHT, above={"Go on ›": "#, fuzzy"}), TEXTS)
    assert "“Go on ›” is fuzzy" in problem


def test_an_obsolete_entry_is_told() -> None:
    old = catalogue(RIGHT) + '\n\n#~ msgid "Gone"\n#~ msgstr "Нет"\n'
    (problem,) = problems("ru", old, TEXTS)
    assert "“Gone” is not said any more" in problem


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("nplurals=2; plural=(n != 1);", "Plural-Forms has 2 forms, and the language 3 (one, few, many)"),
        ("nplurals=3; plural=(n==1 ? 0 : n<5 ? 1 : 2);", "Plural-Forms takes the wrong form for 0"),
    ],
)
def test_wrong_plural_forms_are_told(line: str, told: str) -> None:
    content = catalogue({"Hello {name}": "Привет, {name}"})
    header = next(one for one in content.splitlines() if "Plural-Forms" in one)
    texts = {"Hello {name}": TEXTS["Hello {name}"]}
    (problem,) = problems("ru", content.replace(header, f'"Plural-Forms: {line}\\n"'), texts)
    assert told in problem
    assert "write nplurals=3; plural=" in problem


@pytest.mark.parametrize(
    ("code", "one", "forms"),
    [
        ("de", "{n} order", ("Ein Auftrag", "{n} Aufträge")),  # its first form is for 1 alone
        ("fr", "This order, {id}:", ("Cette commande, {id} :", "Ces {n}, {id} :", "Ces {n}, {id} :")),
        ("ar", "{n} order", ("لا شيء", "طلب", "طلبان", "{n} طلبات", "{n} طلبًا", "{n} طلب")),
    ],
)
def test_a_form_for_one_number_may_leave_it_out(code: str, one: str, forms: tuple[str, ...]) -> None:
    assert problems(code, catalogue({one: forms}, code), {one: TEXTS[one]}) == []


def test_a_form_for_none_and_one_may_not() -> None:
    forms = ("Une commande", "{n} commandes", "{n} commandes")
    (problem,) = problems("fr", catalogue({"{n} order": forms}, "fr"), {"{n} order": TEXTS["{n} order"]})
    assert "msgstr[0] “Une commande”: {n} is missing" in problem


@pytest.mark.parametrize("code", ["zz", "pt-PT"])
def test_a_folder_whose_name_is_no_language_is_told(code: str) -> None:
    (problem,) = problems(code, catalogue(RIGHT), TEXTS)
    assert problem.startswith(f"{code}: the file cannot be read")


def test_what_is_too_long_for_its_place_is_told() -> None:
    content = catalogue({"Go on ›": "Д" * 35, "Hello {name}": "П" * 201})
    tight = cramped("ru", content, labels={"Go on ›"}, answers={"Hello {name}"})
    assert [problem.split(":")[0] for problem in tight] == ["ru", "ru"]
    assert "is too long for a button on a phone" in tight[0]
    assert "is too long for the answer to a tap, 200 characters" in tight[1]
    fits = catalogue({"Go on ›": "Д" * 29, "Hello {name}": "П" * 200})
    assert cramped("ru", fits, labels={"Go on ›"}, answers={"Hello {name}"}) == []
