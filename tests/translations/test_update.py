"""`make translations`, and a new language without a line of code."""

from pathlib import Path

import pytest

from bot.chat.screens.language import choose
from bot.gateway import languages
from bot.gateway.buttons import Button
from bot.gateway.languages import load, speaking
from bot.gateway.texts import plural, t
from bot.translations.__main__ import main
from bot.translations.catalogues import FOLDER, NAME, begun, opened, parsed, source, updated
from bot.translations.texts import Text, texts

TEXTS = {one.one: one for one in (Text("Kept", files=["bot/a.py"]), Text("{n} new", "{n} new ones"))}
WITH_OWN_HEADER = """# Deutsch, von Eva.
msgid ""
msgstr ""
"Last-Translator: Eva <eva@example.com>\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"
"Content-Type: text/plain; charset=utf-8\\n"

#: bot/old.py
msgid "Not said any more"
msgstr "Nicht mehr"

#: bot/old.py
msgid "Kept"
msgstr "Behalten"
"""


GERMAN = """
msgid "Your balance"
msgstr "Dein Guthaben"

msgid "{n} order"
msgid_plural "{n} orders"
msgstr[0] "{n} Bestellung"
msgstr[1] "{n} Bestellungen"
"""


def test_keeps_what_is_translated_takes_in_what_is_new_and_drops_what_is_old() -> None:
    after = updated(WITH_OWN_HEADER, "de", TEXTS)

    assert after.startswith(WITH_OWN_HEADER.split("\n\n", maxsplit=1)[0])
    assert after.count("msgid") == 4
    assert '#: bot/a.py\nmsgid "Kept"\nmsgstr "Behalten"' in after
    assert 'msgid "{n} new"\nmsgid_plural "{n} new ones"\nmsgstr[0] ""\nmsgstr[1] ""' in after
    assert updated(after, "de", TEXTS) == after


def test_a_text_that_changed_a_little_is_a_guess_that_is_not_spoken() -> None:
    changed = {"Kept.": Text("Kept.")}
    after = updated(WITH_OWN_HEADER, "de", changed)

    (message,) = [one for one in parsed(after, "de") if one.id]
    assert (message.string, message.fuzzy) == ("Behalten", True)
    assert updated(after, "de", changed) == after


@pytest.mark.parametrize("path", sorted(FOLDER.glob(f"*/{NAME}")), ids=lambda path: path.parent.name)
def test_no_translation_is_lost_in_the_languages_there_are(path: Path) -> None:
    """Some have more forms than Babel's own table says, and some fewer."""
    before = opened(path)
    after = parsed(updated(path.read_text(encoding="utf-8"), path.parent.name, texts()), path.parent.name)
    said = {source(message): message.string for message in after}
    assert all(said.get(source(m), m.string) == m.string for m in before if m.id and not m.fuzzy)
    assert (after.num_plurals, after.plural_expr) == (before.num_plurals, before.plural_expr)


@pytest.mark.parametrize(("code", "forms"), [("de", 2), ("pl", 3), ("ja", 1), ("zh_Hans", 1)])
def test_a_new_language_begins_with_every_text(tmp_path: Path, code: str, forms: int) -> None:
    assert main([code], tmp_path) == 0
    begun_first = (tmp_path / code / NAME).read_text(encoding="utf-8")
    assert main([], tmp_path) == 0

    catalogue = opened(tmp_path / code / NAME)
    assert [source(message)[0] for message in catalogue if message.id] == list(texts())
    assert catalogue.num_plurals == forms
    assert (tmp_path / code / NAME).read_text(encoding="utf-8") == begun_first


@pytest.mark.parametrize("code", ["xx_nowhere", "german", "../de", "en"])
def test_what_is_no_other_language_is_not_begun(
    tmp_path: Path, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([code], tmp_path / "locales") == 2
    assert code in capsys.readouterr().err
    assert not (tmp_path / "locales").exists()


@pytest.mark.parametrize(
    ("code", "content"),
    [
        ("de", b"<<<<<<< ours\n"),
        ("de", (begun("de") + GERMAN).replace("Dein", "Grüße").encode("latin-1")),
        ("zz", begun("de").encode()),
        ("pt-PT", begun("pt").encode()),
    ],
)
def test_a_file_that_cannot_be_read_is_told_and_left_as_it_is(
    tmp_path: Path, code: str, content: bytes, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "locales" / code).mkdir(parents=True)
    broken = tmp_path / "locales" / code / NAME
    broken.write_bytes(content)

    assert main(["uk"], tmp_path / "locales") == 1
    said = capsys.readouterr()
    assert f"{code}/{NAME}: left as it is" in said.err
    assert f"uk/{NAME}: " in said.out
    assert broken.read_bytes() == content


def test_a_new_language_is_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "de").mkdir()
    (tmp_path / "de" / NAME).write_text(
        begun("de") + GERMAN,
        encoding="utf-8",
    )
    made = load(tmp_path)
    assert {one.name for one in made.values()} == {"Deutsch", "English"}

    monkeypatch.setattr(languages, "_known", made)
    languages._meant.cache_clear()
    with speaking("de-AT"):
        assert t("Your balance") == "Dein Guthaben"
        assert plural("{n} order", "{n} orders", 2) == "2 Bestellungen"
        offered = {b.label: b.press.id for row in choose(None).rows for b in row if isinstance(b, Button)}
    assert offered == {"• Deutsch": "de", "English": "en"}
    languages._meant.cache_clear()
