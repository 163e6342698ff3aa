"""Every screen that may be long, with the most and the longest that can come into it."""

from collections.abc import Iterator
from dataclasses import replace

from markupsafe import Markup

from bot.chat.maintenance import LONGEST_WORDS as LONGEST_NOTICE
from bot.chat.screens import (
    access,
    accounts,
    aftersales,
    blocking,
    broadcasts,
    exporting,
    gate,
    maintenance,
    many,
    masses,
    orders,
    outcomes,
    requests,
    restored,
    settings,
    slow,
    start,
    stats,
    statuses,
    uncertain,
)
from bot.core.breaker import State
from bot.core.gate import MOST_NUMBERS
from bot.core.mass_pace import Stop
from bot.core.masses import Progress
from bot.gateway.messenger import Screen
from bot.panel.models import Balance
from storage.gate import Blocked
from storage.preferences import Preferences
from tests.locales import filled
from tests.locales.filled import ABOUT, CURRENCY, NAME, NEWS, NOW, OPEN, PLAIN, SERVICE, SUM, WORD, WORDS


def screens() -> Iterator[tuple[str, Screen]]:
    """By what they are, as the language that is spoken says them."""
    yield from _of_orders()
    yield from _of_many()
    yield from _of_the_rest()
    yield from _under_a_picture_or_file()


def _of_orders() -> Iterator[tuple[str, Screen]]:
    yield "news together", filled.bundle("change")
    yield "refills together", filled.bundle("refill", state="ended", word=WORD)
    yield "refills together, uncertain", filled.bundle("refill")
    yield "slow orders together", filled.bundle("slow")
    yield "news", orders.change(NEWS, "o")
    yield "news of a refill", aftersales.refill_news(NEWS, "o", ABOUT)
    yield "a slow order", slow.slow(NEWS, OPEN, ABOUT, now=NOW)
    yield "a card", filled.order_card(OPEN)
    yield "a card, uncertain", filled.order_card(replace(OPEN, state="uncertain"))
    yield (
        "a card, not placed",
        filled.order_card(replace(OPEN, state="rejected", panel_order_id=None, reason=WORDS)),
    )
    yield "placing", outcomes.placing(OPEN)
    yield "placed", outcomes.placed(OPEN, "every")
    yield "not placed", outcomes.rejected(replace(OPEN, reason="invalid api key" + WORDS[15:]), ABOUT)
    yield "uncertain", uncertain.uncertain(replace(OPEN, state="uncertain"), ABOUT)
    yield "adopted", uncertain.adopted(OPEN, "every")
    yield "the summary", filled.summary()


def _of_many() -> Iterator[tuple[str, Screen]]:
    ids = [f"{n:064}" for n in range(100)]
    yield from (("refills", one) for one in requests.refill_answers(filled.answers(), ABOUT))
    yield from (("cancellations", one) for one in requests.cancel_answers(filled.answers(), ABOUT))
    yield from (("statuses", one) for one in statuses.several(filled.findings(), CURRENCY, ABOUT))
    yield "a status", statuses.one(filled.findings()[0], CURRENCY)
    yield from (("followed", one) for told_of in outcomes.NEXT for one in filled.followed(told_of))
    yield from (("too many ids", one) for one in many.too_many("cancel_orders", ids * 2))
    yield "cancel?", many.ask_cancel([one for one in ids if many.fits(ids[: int(one) + 1])], seen_at=0)
    yield "cancel what?", start.meant_cancel_orders(ids)
    yield from (("a dry run, all listed", filled.dry_run(15, bad)) for bad in range(0, 40, 2))
    yield from (("a dry run, bad lines listed", filled.dry_run(16, bad)) for bad in range(0, 40, 2))
    yield "a dry run of 500", filled.dry_run(250, 250)
    states = dict.fromkeys(("open", "rejected", "uncertain", "queued"), 500)
    yield "a mass order", masses.progress(Progress(states, rests=True), ABOUT)


def _of_the_rest() -> Iterator[tuple[str, Screen]]:
    wanted = Preferences("none", 0, 1439, "America/Argentina/Buenos_Aires", True, True)
    yield "services", filled.page_of(PLAIN)
    yield "services that cannot be ordered", filled.page_of(SERVICE)
    yield "a service", filled.card_of(PLAIN)
    yield "a service that cannot be ordered", filled.card_of(SERVICE)
    yield "help", start.help_text(ABOUT, is_operator=True)
    yield "privacy", start.privacy(ABOUT)
    yield "welcome", start.welcome(ABOUT)
    yield "settings", settings.settings(wanted, now=NOW, note=settings.not_understood(WORDS))
    yield "connected", accounts.connected(Balance(SUM, CURRENCY), deleted=False)
    yield "key refused", accounts.key_rejected(WORDS, ABOUT)
    yield "refused", accounts.panel_says(WORDS, ABOUT)
    yield "restored", restored.restored({"known_until": NOW}, ABOUT)
    yield "maintenance", gate.maintenance("🎁" * LONGEST_NOTICE, note=str(gate.key_not_taken()))
    yield "maintenance, to operators", maintenance.state("🎁" * LONGEST_NOTICE)
    yield "an announcement", broadcasts.announcement(Markup("a" * broadcasts.LONGEST))
    yield "the blocked", blocking.listing([Blocked(10**15, NAME, NOW)] * blocking.PER_PAGE, page=9, more=True)
    yield "a question", filled.question()
    yield "an unknown id", uncertain.unknown_order_id(WORDS, version=1)
    yield "too many keys", accounts.paused(86400.0, deleted=False)
    yield "the list", access.listing([10**15] * access.PER_PAGE, page=9, more=True)
    yield "allowed", access.allowed([10**15 + n for n in range(MOST_NUMBERS)], listed_only=False)


def _under_a_picture_or_file() -> Iterator[tuple[str, Screen]]:
    yield from ((f"mass order: {one}", _captioned(filled.mass_summary(one))) for one in Stop)
    yield "stats", stats.stats(filled.spending(), CURRENCY, b"picture")
    yield "export", _captioned(exporting.caption(filled.export()))
    yield from ((f"overview: {one}", filled.overview(one)) for one in State)


def _captioned(screen: Screen) -> Screen:
    return replace(screen, picture=b"file")
