"""Commands that take many ids: how to use them, too many at once, and the question before a cancellation."""

from bot.core.ids import MOST_IDS
from bot.gateway.buttons import Button, Press
from bot.gateway.figures import number
from bot.gateway.messenger import Screen
from bot.gateway.texts import paragraphs, phrase, plural, shorten, t

LONGEST = 3500  # characters of a message's lines; Telegram takes 4096 with all that is around them


_ABOUT = {
    "status": phrase("<b>Which orders do you want to see?</b>"),
    "track": phrase("<b>Which orders shall I follow for you?</b>"),
    "refill": phrase("<b>Which orders shall the panel refill?</b>"),
    "cancel_orders": phrase("<b>Which orders shall the panel cancel?</b>"),
}


def how_to(command: str, *, awaited: bool, unread: str = "") -> Screen:
    """`awaited`: the next message is taken for the ids. `unread` is what held none."""
    example = "23501, 23502" if awaited else f"/{command} 23501, 23502"
    return Screen(
        paragraphs(
            t("⚠️ I found no id in “{words}”.", words=shorten(unread, 100)) if unread else None,
            t(_ABOUT[command]),
            t("Send me their ids, up to {n} at once, like this:", n=number(MOST_IDS)),
            t("<code>{example}</code>", example=example),
            t("/orders shows yours. Orders you placed elsewhere with the same key are fine too."),
        )
    )


def too_many(command: str, ids: list[str]) -> list[Screen]:
    """Nothing was sent; the ids come back in portions, to be copied with a tap."""
    portions = _portions(ids)
    return [
        Screen(
            t(
                "These are {n} ids, and the panel takes up to {most} in one request. Nothing was sent yet. "
                "Please send them in {portions} messages; tap each of these to copy it:",
                n=number(len(ids)),
                most=number(MOST_IDS),
                portions=number(len(portions)),
            )
        ),
        *(
            Screen(t("<code>/{command} {ids}</code>", command=command, ids=" ".join(portion)))
            for portion in portions
        ),
    ]


def ask_cancel(ids: list[str], *, seen_at: int) -> Screen:
    """The ids are read from this very message when it is confirmed."""
    return Screen(
        paragraphs(
            plural("<b>Cancel {n} order?</b>", "<b>Cancel {n} orders?</b>", len(ids)),
            t("<code>{ids}</code>", ids=" ".join(ids)),
            t(
                "The panel decides which can be cancelled. What is delivered already stays and is charged; "
                "the rest of the money comes back once an order's status says so."
            ),
        ),
        (
            (
                Button(
                    plural("Cancel {n} order", "Cancel {n} orders", len(ids)),
                    Press("cancel_all", "", 0, seen_at),
                ),
            ),
            (Button(t("Keep"), Press("keep_orders")),),
        ),
    )


def fits(ids: list[str]) -> bool:
    """Whether a message can hold these ids."""
    return len(" ".join(ids)) <= LONGEST


def kept() -> Screen:
    return Screen(t("Kept. Nothing was cancelled."))


def _portions(ids: list[str]) -> list[list[str]]:
    """Up to MOST_IDS each, and short enough for a message."""
    portions: list[list[str]] = [[]]
    for one in ids:
        if len(portions[-1]) == MOST_IDS or len(" ".join([*portions[-1], one])) > LONGEST:
            portions.append([])
        portions[-1].append(one)
    return portions
