"""What people read who are not let in, and why."""

from markupsafe import Markup

from bot.core.gate import Shut
from bot.gateway.context import About
from bot.gateway.messenger import Screen
from bot.gateway.texts import paragraphs, t


def maintenance(words: str, *, note: str | None = None) -> Screen:
    """`words` are the operators' own."""
    return Screen(
        paragraphs(
            note,
            t("🛠 <b>I am being worked on, so I take nothing new right now.</b>"),
            t("{words}", words=words) if words else None,
            t(
                "Nothing is lost: orders you placed go on, and I keep telling you how they do. What you sent "
                "just now was not ordered, and nothing was charged for it."
            ),
            t("Please try again later: what you were doing here waits where it is."),
        )
    )


def not_listed(about: About, chat_id: int, *, known: bool, note: str | None = None) -> Screen:
    """`known`: they have given a key, and may have orders."""
    return Screen(
        paragraphs(
            note,
            t("🔐 <b>Only invited people can use me.</b>"),
            t("To be let in, send your ID to {contact}: <code>{id}</code>", contact=about.support, id=chat_id)
            if about.support
            else t("To be let in, send your ID to whoever runs this bot: <code>{id}</code>", id=chat_id),
            _orders_go_on() if known else None,
            _own_data(),
        )
    )


def blocked(about: About, *, note: str | None = None) -> Screen:
    return Screen(
        paragraphs(
            note,
            t("⛔ <b>The people who run this bot have blocked you, so I do nothing new for you here.</b>"),
            _orders_go_on(),
            t("A mistake? Write to {contact}.", contact=about.support) if about.support else None,
            _own_data(),
        )
    )


def shut_meanwhile(why: Shut) -> Screen:
    """While what they tapped waited for the panel."""
    reason = {
        Shut.BLOCKED: t("The people who run this bot have blocked you just now."),
        Shut.NOT_LISTED: t("As of now only invited people can use me."),
        Shut.MAINTENANCE: t("As of now I am being worked on, so I take nothing new."),
    }
    return Screen(paragraphs(reason[why], t("Nothing was ordered or charged.")))


def toast(why: Shut | None) -> str:
    """In place of what a tapped button does, in 200 characters at most."""
    if why is Shut.NOT_LISTED:
        return t("Only invited people can use me. Send /start to see how to be let in.")
    return t("I am being worked on right now. Nothing was ordered or charged. Please try again later.")


def key_not_taken() -> Markup:
    return t("I deleted your message, since it may hold a key. I did not use it, and did not keep it.")


def _orders_go_on() -> Markup:
    return t("Orders you placed here go on, and I still tell you how they end.")


def _own_data() -> Markup:
    return t("/privacy shows what I keep about you, /forget erases it.")
