import subprocess
import sys
from decimal import Decimal
from gettext import NullTranslations
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st
from markupsafe import Markup

from bot.gateway import languages
from bot.gateway.figures import money, number
from bot.gateway.languages import Language, isolate, load, nearest, speaking, spoken
from bot.gateway.texts import lines, named, paragraphs, plural, shorten, t

GERMAN = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\n"

msgid "Hello {name}"
msgstr "Hallo {name}"

msgid "Not translated"
msgstr ""

#, fuzzy
msgid "Guessed"
msgstr "Geraten"

msgid "{n} order"
msgid_plural "{n} orders"
msgstr[0] "{n} Bestellung"
msgstr[1] "{n} Bestellungen"
"""


@pytest.fixture
def german(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for language in ("de", "pt_BR"):
        (tmp_path / language).mkdir()
        (tmp_path / language / "panelgram.po").write_text(GERMAN, encoding="utf-8")
    for code, made in load(tmp_path).items():
        monkeypatch.setitem(languages._known, code, made)
    languages._meant.cache_clear()


def test_escapes_what_comes_from_outside() -> None:
    assert t("<b>{name}</b>", name="<i>\"Tom\" & 'Co'</i> {x}") == Markup(
        "<b>&lt;i&gt;&#34;Tom&#34; &amp; &#39;Co&#39;&lt;/i&gt; {x}</b>"
    )


def test_does_not_escape_what_is_a_text_already() -> None:
    assert t("Go: {link}", link=t("<b>{x}</b>", x="&")) == "Go: <b>&amp;</b>"


@pytest.mark.parametrize(
    ("n", "said"), [(0, "0 orders"), (1, "1 order"), (2, "2 orders"), (1500, "1,500 orders")]
)
def test_counts_in_the_right_form(n: int, said: str) -> None:
    assert plural("{n} order", "{n} orders", n) == said


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("100.84292", "$100.84292"),
        ("0.00094", "$0.00094"),
        ("5", "$5.00"),
        ("1E+2", "$100.00"),
        ("-3", "-$3.00"),
        ("1234567.8", "$1,234,567.80"),
        ("0", "$0.00"),
        ("100000000", "$100,000,000.00"),
        ("123456789012345.678", "$123,456,789,012,345.678"),
        ("1E+24", "$1,000,000,000,000,000,000,000,000.00"),
        ("1E-24", "$0.000000000000000000000001"),
    ],
)
def test_money_has_all_its_digits_and_two_decimals_at_least(amount: str, shown: str) -> None:
    assert money(Decimal(amount), "USD") == shown


def test_money_without_a_currency_ends_with_the_amount() -> None:
    assert money(Decimal(5), "") == "5.00"


def test_a_number_keeps_every_digit() -> None:
    assert number(Decimal("1234.56789")) == "1,234.56789"


@given(st.text(st.characters(exclude_categories=["Cs"])), st.integers(min_value=1, max_value=20))
def test_a_shortened_text_fits_and_is_whole_characters(text: str, longest: int) -> None:
    short = shorten(text, longest)

    assert len(short.encode("utf-16-le")) <= longest * 2
    assert short == text or text.startswith(short.removesuffix("…"))


@pytest.mark.parametrize(
    ("text", "longest", "short"),
    [("abc", 3, "abc"), ("abcd", 3, "ab…"), ("🔥🔥", 4, "🔥🔥"), ("🔥🔥🔥", 4, "🔥…"), ("a 🔥🔥", 3, "a…")],
)
def test_counts_length_as_telegram_does(text: str, longest: int, short: str) -> None:
    assert shorten(text, longest) == short


@pytest.mark.usefixtures("german")
def test_speaks_a_language_whose_catalogue_is_there() -> None:
    with speaking("de-DE"):
        assert t("Hello {name}", name="<Eva>") == "Hallo &lt;Eva&gt;"
        assert plural("{n} order", "{n} orders", 1) == "1 Bestellung"
        assert plural("{n} order", "{n} orders", 1500) == "1.500 Bestellungen"
        assert money(Decimal("1234.5"), "EUR") == "1.234,50\N{NO-BREAK SPACE}€"
    assert t("Hello {name}", name="Eva") == "Hello Eva"


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize("text", ["Not translated", "Guessed", "Unknown to the catalogue"])
def test_what_is_not_translated_is_said_in_english(text: str) -> None:
    with speaking("de"):
        assert t(text) == text


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("de", "de"),
        ("de-AT", "de"),
        ("pt-BR", "pt_BR"),
        pytest.param("pt-br", "pt_BR"),
        ("pt", "pt_BR"),
        ("de-Latn-DE-1996", "de"),
        ("pt-br-x-own", "pt_BR"),
        ("", "en"),
        ("xx-nowhere", "en"),
        ("-_" * 150, "en"),
    ],
)
def test_takes_the_nearest_language(asked: str, found: str) -> None:
    assert nearest(asked) == found


@pytest.mark.parametrize(("asked", "locale"), [("uz-Cyrl", "uz"), ("uz-AF", "uz"), ("es-MX", "es_MX")])
def test_takes_the_ways_of_a_country_unless_it_writes_in_another_script(asked: str, locale: str) -> None:
    with speaking(asked):
        assert str(spoken().locale) == locale


@pytest.mark.parametrize(
    ("code", "broken"),
    [
        ("ru", GERMAN.replace("plural=(n != 1)", "plural=(n =! 1)").encode()),
        ("ru", GERMAN.replace("nplurals=2", "nplurals=two").encode()),
        ("ru", GERMAN.replace("Hallo", "Grüße").encode("latin-1")),
        ("zz", GERMAN.encode()),
        ("pt-PT", GERMAN.encode()),
    ],
)
def test_a_catalogue_that_cannot_be_read_keeps_no_other_from_being_spoken(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, code: str, broken: bytes
) -> None:
    for folder, content in (("de", GERMAN.encode()), (code, broken)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "panelgram.po").write_bytes(content)

    assert set(load(tmp_path)) == {"en", "de"}
    assert f"{code}/panelgram.po is left out" in caplog.text


@pytest.mark.parametrize("named", ["", "xx", "ru", "ar@latin"])
def test_a_catalogue_is_of_the_language_of_its_folder_whatever_its_header_says(
    tmp_path: Path, named: str
) -> None:
    header = GERMAN.replace('"Plural-Forms', f'"Language: {named}\\n"\n"Plural-Forms')
    (tmp_path / "ar").mkdir()
    (tmp_path / "ar" / "panelgram.po").write_text(header.replace("plural=(n != 1)", "plural=(n != 7)"))
    catalogue = load(tmp_path)["ar"].catalogue

    assert catalogue.gettext("Hello {name}") == "Hallo \u2068{name}\u2069"
    assert catalogue.ngettext("{n} order", "{n} orders", 7) == "\u200f\u2068{n}\u2069 Bestellung"


def test_parts_that_are_not_there_leave_no_gap() -> None:
    assert paragraphs("a", None, "", "b") == "a\n\nb"
    assert lines("a", None, Markup("<b>b</b>")) == "a\n<b>b</b>"
    assert lines("<", "x") == "&lt;\nx"


def test_a_sign_of_letters_is_not_taken_apart_in_a_text_from_right_to_left() -> None:
    with speaking("ar"):
        assert money(Decimal("0.00094"), "USD").endswith("US$\N{LEFT-TO-RIGHT MARK}")


@pytest.mark.parametrize("language", ["en", "ar"])
def test_nothing_is_said_of_what_nobody_named(language: str) -> None:
    with speaking(language):
        assert named("", 250) == ""
        assert "Likes" in named("Likes", 250)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{price} برای هر هزار", "⟩[{price}] برای هر هزار"),
        ("• <b>{panel} نمی‌پذیرد.</b>", "⟩• <b>[{panel}] نمی‌پذیرد.</b>"),
        ("سلام {name}\n/order – سفارش", "سلام [{name}]\n⟩[/order] – سفارش"),
        ("{id} · {name}", "⟩[{id}] · [{name}]"),
        (": {id}", "⟩: [{id}]"),
        ("، ", "⟩، "),
        ("سلام", "سلام"),
    ],
)
def test_a_line_that_begins_with_what_is_kept_apart_has_its_direction_marked(text: str, line: str) -> None:
    marks = str.maketrans("[]⟩", languages.ISOLATE + languages.END + languages.RIGHT_TO_LEFT)
    assert isolate(text) == line.translate(marks)


@pytest.mark.parametrize(
    "code", ["en", "ar", "fa", "he", "ur", "ps_AF", "ug", "uz", "uz_Arab", "pa_Arab", "az", "yi"]
)
def test_the_direction_is_the_one_that_the_locale_has(code: str) -> None:
    language = Language(code, Locale.parse(code), NullTranslations())
    assert language.is_rtl == (language.locale.text_direction == "rtl")


def test_what_is_known_of_a_locale_waits_until_it_is_spoken() -> None:
    asked = "import bot.gateway.languages, babel.localedata; print(*babel.localedata._cache)"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
