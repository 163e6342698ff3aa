"""/settings: what a person is told of, and when. Each screen takes the place of the one before."""

from datetime import UTC

from markupsafe import Markup

from bot.core import zones
from bot.core.quiet import next_digest, quiet_until
from bot.gateway.buttons import Button, Press, Rows
from bot.gateway.figures import clock
from bot.gateway.languages import spoken
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, phrase, shorten, t
from storage.preferences import Preferences

OFF = "off"
TOLD_OF = {"every": phrase("Every change"), "ended": phrase("When it ends"), "none": phrase("Nothing")}
HOURS = ((22 * 60, 8 * 60), (23 * 60, 7 * 60), (0, 8 * 60), (21 * 60, 9 * 60))

_TOLD_OF = {
    "every": phrase("🔔 <b>You hear of every change</b> of an order's status."),
    "ended": phrase("🏁 <b>You hear when an order ends</b>, and when one is pending far too long."),
    "none": (
        phrase(
            "🔕 <b>You hear of no changes.</b> /orders shows how your orders are doing. "
            "What becomes of a refill or cancellation you asked for is told all the same.",
        )
    ),
}


def settings(wanted: Preferences, *, now: float, note: Markup | None = None) -> Screen:
    return Screen(
        paragraphs(
            note,
            t("⚙️ <b>What I tell you, and when</b>"),
            lines(
                t(_TOLD_OF[wanted.told_of]),
                _quiet_line(wanted),
                _digest_line(wanted, now),
                _announced_line(wanted),
            ),
            t(
                "🕒 By your clock it is {time} ({place}).",
                time=_time(now, wanted),
                place=_place(wanted.time_zone),
            )
            if zones.is_chosen(wanted.time_zone)
            else t("🕒 I do not know your time zone yet; by UTC it is {time}.", time=_time(now, wanted)),
            _always(),
        ),
        (
            tuple(
                Button(t("• {name}", name=t(name)) if key == wanted.told_of else t(name), Press("told", key))
                for key, name in TOLD_OF.items()
            ),
            (Button(t("Quiet hours"), Press("quiet")), Button(t("Time zone"), Press("zone"))),
            (Button(t("🌐 Language"), Press("language")),),
            (
                Button(t("No digest"), Press("digest", OFF))
                if wanted.digest
                else Button(t("Digest once a day"), Press("digest", "on")),
                Button(t("No announcements"), Press("announced", OFF))
                if wanted.announcements
                else Button(t("Get announcements"), Press("announced", "on")),
            ),
        ),
    )


def quiet(wanted: Preferences, *, awaited: bool, note: Markup | None = None) -> Screen:
    """`awaited`: the next message is taken for the hours."""
    between = _between(wanted)
    return Screen(
        paragraphs(
            note,
            t("<b>When shall I keep quiet?</b> News waits then, and comes together afterwards."),
            t("Now: {hours}", hours=hours(*between)) if between else None,
            _always(),
            t("Other hours? Type them, like <code>22:30-07:15</code>.")
            if awaited
            else t("Other hours? Send <code>/settings 22:30-07:15</code>."),
        ),
        (
            *_in_rows([Button(hours(*each), Press("quiet", f"{each[0]}-{each[1]}")) for each in HOURS]),
            (Button(t("Never quiet"), Press("quiet", OFF)),),
            _back(),
        ),
    )


def zone(wanted: Preferences, *, now: float, awaited: bool, note: Markup | None = None) -> Screen:
    """`awaited`: the next message is taken for the zone."""
    return Screen(
        paragraphs(
            note,
            t("<b>Which clock is yours?</b> Quiet hours and the digest go by it."),
            t("Not among these? Type your city or an offset, like <code>Lisbon</code> or <code>+3</code>.")
            if awaited
            else t("Not among these? Send <code>/settings Lisbon</code> or <code>/settings +3</code>."),
        ),
        (
            *_in_rows([_zone_button(name, now, is_theirs=name == wanted.time_zone) for name in zones.COMMON]),
            _back(),
        ),
    )


def not_understood(words: str) -> Markup:
    return t(
        "⚠️ I know no hours and no city “{words}”, so nothing was changed. Hours look like "
        "<code>22:30-07:15</code>; in place of a city, an offset like <code>+3</code> always works.",
        words=shorten(words, 60),
    )


def saved() -> Markup:
    return t("✅ Saved.")


def hours(start: int, end: int) -> Markup:
    return t("{start}–{end}", start=clock(start * 60, UTC), end=clock(end * 60, UTC))


def _quiet_line(wanted: Preferences) -> Markup:
    between = _between(wanted)
    if between is None:
        return t("🌙 <b>Quiet hours: off.</b> News comes at any time of day.")
    return t(
        "🌙 <b>Quiet hours: {hours}.</b> News waits then, and comes together afterwards.",
        hours=hours(*between),
    )


def _between(wanted: Preferences) -> tuple[int, int] | None:
    start, end = wanted.quiet_from, wanted.quiet_to
    return None if start is None or end is None else (start, end)


def _digest_line(wanted: Preferences, now: float) -> Markup:
    if not wanted.digest:
        return t("📬 <b>Digest: off.</b> News comes when it happens.")
    at = _time(quiet_until(wanted, next_digest(wanted, now)), wanted)
    return t("📬 <b>Digest: on.</b> News comes once a day, at {time}.", time=at)


def _announced_line(wanted: Preferences) -> Markup:
    if wanted.announcements:
        return t("📣 <b>Announcements: on.</b> Now and then, from the people who run this bot.")
    return t("📣 <b>Announcements: off.</b>")


def _always() -> Markup:
    return t(
        "Always told at once: how placing an order went, and whatever needs you, "
        "like a key that stopped working."
    )


def _zone_button(name: str, now: float, *, is_theirs: bool) -> Button:
    label = t("{time} {place}", time=_clock(now, name), place=_place(name))
    slug = name.rsplit("/", 1)[-1].casefold()
    return Button(t("• {name}", name=label) if is_theirs else label, Press("zone", slug))


def _in_rows(buttons: list[Button]) -> Rows:
    return tuple(tuple(buttons[at : at + 2]) for at in range(0, len(buttons), 2))


def _back() -> tuple[Button, ...]:
    return (Button(t("‹ Back"), Press("settings")),)


def _place(name: str) -> str:
    return zones.place(name, str(spoken().locale))


def _time(instant: float, wanted: Preferences) -> str:
    return _clock(instant, wanted.time_zone)


def _clock(instant: float, name: str) -> str:
    return clock(instant, zones.zone(name))
