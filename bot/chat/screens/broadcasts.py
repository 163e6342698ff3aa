"""/broadcast: the question for the text, the preview, how far it is, what came of it."""

from collections.abc import Mapping

from markupsafe import Markup

from bot.gateway.buttons import Button, Press
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, phrases, plural, t

LONGEST = 3900  # UTF-16 units, so that there is room for what stands beneath
_BENEATH = {
    "sent": phrases("✅ {n} got it", "✅ {n} got it"),
    "blocked": phrases("🚫 {n} has blocked me", "🚫 {n} have blocked me"),
    "failed": phrases("⚠️ to {n} Telegram would not deliver it", "⚠️ to {n} Telegram would not deliver it"),
    "unsure": phrases(
        "❔ {n} may have got it: the line broke meanwhile, and nobody gets it twice",
        "❔ {n} may have got it: the line broke meanwhile, and nobody gets it twice",
    ),
}


def ask(*, version: int, note: Markup | None = None) -> Screen:
    return Screen(
        paragraphs(
            note,
            t("📣 <b>What shall I announce?</b>"),
            t("Send me the text, formatted as you like. I show you first what people will get."),
        ),
        ((Button(t("Leave"), Press("broadcast_leave", version=version)),),),
    )


def too_long(length: int) -> Markup:
    return t("⚠️ That is too long: {length} characters, {longest} fit.", length=length, longest=LONGEST)


def announcement(text: Markup) -> Screen:
    return Screen(
        paragraphs(text, t("<i>📣 To all who use this bot. /settings turns announcements off.</i>"))
    )


def preview(broadcast_id: str, people: int, *, version: int) -> Screen:
    """Stands under the announcement as people will get it."""
    change = Button(t("Change"), Press("broadcast_change", version=version))
    leave = Button(t("Leave"), Press("broadcast_leave", version=version))
    if not people:
        return Screen(
            t("This is how it looks. Right now nobody would get it: nobody is here who wants announcements."),
            ((change, leave),),
        )
    send = plural("Send to {n} person", "Send to {n} people", people)
    return Screen(
        paragraphs(
            t("👆 <b>This is what people will get.</b> Nothing was sent yet."),
            plural(
                "It goes to {n} person: whoever connected a key and did not turn announcements off.",
                "It goes to {n} people: whoever connected a key and did not turn announcements off.",
                people,
            ),
            t("Who has quiet hours gets it when they are over. Other news goes first."),
        ),
        ((Button(send, Press("broadcast", broadcast_id, version=version)),), (change, leave)),
    )


def progress(broadcast_id: str, counts: Mapping[str, int]) -> Screen:
    """`counts` are people by state."""
    done, later = sum(n for state, n in counts.items() if state in _BENEATH), counts.get("later", 0)
    return Screen(
        paragraphs(
            t("📣 <b>On its way: {done} of {n}</b>", done=done, n=sum(counts.values())),
            lines(
                _outcomes(counts),
                plural("🌙 {n} gets it after quiet hours", "🌙 {n} get it after quiet hours", later)
                if later
                else None,
            ),
        ),
        ((Button(t("Stop"), Press("broadcast_stop", broadcast_id)),),),
    )


def result(counts: Mapping[str, int], *, stopped: bool) -> Screen:
    left = counts.get("waiting", 0)
    # those whose outcome could not be stored may have got it as well
    told = {**counts, "unsure": counts.get("unsure", 0) + counts.get("sending", 0)}
    return Screen(
        paragraphs(
            t("📣 <b>The announcement was stopped.</b>")
            if stopped
            else t("📣 <b>The announcement is out.</b>"),
            lines(
                _outcomes(told),
                plural("✋ {n} does not get it any more", "✋ {n} do not get it any more", left)
                if left
                else None,
            ),
        )
    )


def _outcomes(counts: Mapping[str, int]) -> Markup:
    return lines(*(plural(*_BENEATH[state], counts[state]) for state in _BENEATH if counts.get(state)))
