"""What became of asking for a refill or a cancellation: for one order, and for many line by line."""

from collections.abc import Callable, Iterable, Mapping
from typing import assert_never

from markupsafe import Markup

from bot.chat.screens.aftersales import word_of_refill
from bot.chat.screens.many import LONGEST
from bot.chat.screens.refusals import meant
from bot.core.requests import Answer, AskedBefore, Ended, KeyGone, NotReached, Refused, Taken, Unsure
from bot.gateway.context import About
from bot.gateway.figures import number
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, paragraphs, t, units
from bot.panel.aftersales import refill_word
from bot.panel.errors import Meaning
from bot.panel.refusals import meaning_of


def refill_note(answer: Answer, about: About) -> Markup:
    match answer:
        case Taken():
            return t(
                "♻️ <b>Refill requested.</b> {panel} took the request; "
                "I'll tell you when it is done or rejected.",
                panel=about.panel_name,
            )
        case Refused(words):
            return _refused(words, t("Nothing changed and nothing was charged."), about)
        case Unsure():
            return t(
                "⚠️ <b>I do not know whether {panel} took the refill request:</b> it gave no clear answer. "
                "A refill costs nothing. I do not ask again by myself; if {site} shows no refill, please tap "
                "<b>Refill</b> once more.",
                panel=about.panel_name,
                site=about.panel_site,
            )
        case AskedBefore():
            return t("A refill is under way already. I'll tell you when it is done or rejected.")
        case Ended(word):
            return paragraphs(_over(word), t("Nothing was sent just now; you can ask for another one."))
        case other:
            return _not_sent(other, about)


def cancel_note(answer: Answer, about: About) -> Markup:
    match answer:
        case Taken():
            return t(
                "✋ <b>Cancellation requested.</b> {panel} took the request, which does not mean that it is "
                "done: I'll tell you when the order's status says so, and what came back.",
                panel=about.panel_name,
            )
        case Refused(words):
            return _refused(words, t("Your order goes on as before."), about)
        case Unsure():
            return t(
                "⚠️ <b>I do not know whether {panel} took the request to cancel:</b> it gave no clear answer. "
                "I do not send it again by myself. I watch the order and tell you what becomes of it.",
                panel=about.panel_name,
            )
        case AskedBefore() | Ended():
            return t("You asked to cancel it already. I'll tell you when the order's status changes.")
        case other:
            return _not_sent(other, about)


def refill_answers(answers: Mapping[str, Answer], about: About) -> list[Screen]:
    taken = sum(isinstance(answer, Taken) for answer in answers.values())
    return _answers(
        t("<b>Refills</b>: {n} of {all} requested", n=number(taken), all=number(len(answers))),
        answers,
        lambda answer: t("requested") if isinstance(answer, Taken) else _in_short(answer),
        t("I'll tell you when each is done or rejected.") if taken else None,
        about,
    )


def cancel_answers(answers: Mapping[str, Answer], about: About) -> list[Screen]:
    taken = sum(isinstance(answer, Taken) for answer in answers.values())
    return _answers(
        t("<b>Cancellations</b>: {n} of {all} requested", n=number(taken), all=number(len(answers))),
        answers,
        lambda answer: t("cancellation requested") if isinstance(answer, Taken) else _in_short(answer),
        t(
            "That does not mean that they are done: I'll tell you when an order's status says so, "
            "and what came back."
        )
        if taken
        else None,
        about,
    )


def _answers(
    title: Markup,
    answers: Mapping[str, Answer],
    say: Callable[[Answer], Markup],
    comfort: Markup | None,
    about: About,
) -> list[Screen]:
    """One line an id, in as many messages as they need."""
    told = [
        t("{mark} <b>{id}</b>: {words}", mark=_mark(answer), id=one, words=say(answer))
        for one, answer in answers.items()
    ]
    pages = list(_pages(told))
    explained = lines(meant(*_refusals(answers.values())), _key_advice(answers.values(), about))
    after = paragraphs(comfort, _unsure(answers, about), explained)
    return [
        Screen(
            paragraphs(
                title if place == 0 else None,
                lines(*page),
                after or None if place == len(pages) - 1 else None,
            )
        )
        for place, page in enumerate(pages)
    ]


def _mark(answer: Answer) -> str:
    match answer:
        case Taken():
            return "✅"
        case Refused() | KeyGone():
            return "❌"
        case AskedBefore():
            return "⏳"
        case Ended():
            return "ℹ️"
        case _:
            return "⚠️"


def _in_short(answer: Answer) -> Markup:
    match answer:
        case Taken():
            return t("requested")
        case Refused(words):
            return t("“{words}”", words=words)
        case NotReached():
            return t("not sent, the panel could not be reached")
        case Unsure():
            return t("no clear answer, it may have been taken")
        case AskedBefore() | Ended():
            return _before(answer)
        case KeyGone():
            return t("not sent, its key is gone")
        case other:
            assert_never(other)


def _refused(words: str, meaning: Markup, about: About) -> Markup:
    return paragraphs(
        lines(
            t("❌ <b>{panel} says no:</b> “{words}”", panel=about.panel_name, words=words),
            meant(words),
            meaning,
        ),
        _key_advice([Refused(words)], about),
    )


def _over(word: str | None) -> Markup:
    if refill_word(word or "") is None:
        return t("A refill was asked for already, and the panel does not say what became of it.")
    return t("The refill that was asked for has ended: <b>{word}</b>.", word=word_of_refill(word))


def _before(answer: AskedBefore | Ended) -> Markup:
    if isinstance(answer, AskedBefore):
        return t("asked for already")
    if refill_word(answer.word or "") is None:
        return t("asked for already, the panel does not say what became of it")
    return t("asked for already, it has ended: {word}", word=word_of_refill(answer.word))


def _not_sent(answer: NotReached | KeyGone, about: About) -> Markup:
    match answer:
        case NotReached():
            return t(
                "⚠️ <b>{panel} could not be reached.</b> Nothing was sent. Please try again in a minute.",
                panel=about.panel_name,
            )
        case KeyGone():
            return t("The key of this order is gone, so I cannot ask for it. Nothing was sent.")


def _unsure(answers: Mapping[str, Answer], about: About) -> Markup | None:
    if not any(isinstance(answer, Unsure) for answer in answers.values()):
        return None
    return t(
        "Where there was no clear answer I do not ask again by myself: please look at {site} first.",
        site=about.panel_site,
    )


def _key_advice(answers: Iterable[Answer], about: About) -> Markup | None:
    if not any(meaning_of(words) is Meaning.BAD_KEY for words in _refusals(answers)):
        return None
    return t("Get your current key at {site} and send /key.", site=about.panel_site)


def _refusals(answers: Iterable[Answer]) -> list[str]:
    return [answer.words for answer in answers if isinstance(answer, Refused)]


def _pages(told: Iterable[Markup]) -> Iterable[list[Markup]]:
    page: list[Markup] = []
    for line in told:
        if page and units("\n".join([*page, line])) > LONGEST:
            yield page
            page = []
        page.append(line)
    yield page
