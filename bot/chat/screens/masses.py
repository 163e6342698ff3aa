"""Mass orders: the dry run, how far it is, and what came of it."""

from collections.abc import Mapping, Sequence

from markupsafe import Markup

from bot.chat.screens.questions import invalid
from bot.core.invalid import InvalidAnswer
from bot.core.mass_lines import MOST_LINES, Bad, Good, Line
from bot.core.masses import Plan, Progress
from bot.core.tables import Cell, as_csv
from bot.gateway.buttons import Button, Press
from bot.gateway.context import About
from bot.gateway.figures import money, number, numeral
from bot.gateway.messenger import Screen
from bot.gateway.texts import lines, listed, paragraphs, phrase, plural, shorten, t

FILE_NAME = "mass-check.csv"
_FEW = 15  # good lines that are listed one by one
_NAMED = 30  # line numbers in a warning
_LONGEST_LINE = 60  # characters of a line that are shown


def titles() -> set[str]:
    """What may stand above the columns of a list, in lower case."""
    return {plain(title).casefold() for title in (t("service"), t("link"), t("quantity"))}


def ask(*, version: int, note: str | None = None) -> Screen:
    return Screen(
        paragraphs(
            note,
            t("<b>Many orders at once.</b> Send me one line for each:"),
            t("<code>service | link | quantity</code>"),
            lines(
                t("like <code>1 | https://example.com/p/1 | 1000</code>"),
                t(
                    "Type up to {n} lines, or send them as a .txt or .csv file. Commas, semicolons and tabs "
                    "between the parts are fine too. For a package leave the quantity out.",
                    n=number(MOST_LINES),
                ),
            ),
            t("I check every line first and show you the price; nothing is ordered before you confirm."),
        ),
        _leave(version),
    )


def nothing_in_it() -> str:
    return t("⚠️ I found no line in it.")


def too_many(count: int) -> str:
    return t(
        "⚠️ These are {count} lines, and I take up to {most} at once. Please send them in parts.",
        count=number(count),
        most=number(MOST_LINES),
    )


def changed() -> str:
    return t("⚠️ The panel changed prices or services meanwhile, so please look once more.")


def another_key() -> str:
    return t(
        "⚠️ You connected another key meanwhile, and it would pay for these orders: please look once more."
    )


def maybe_cut() -> str:
    return t(
        "⚠️ Your message is as long as Telegram allows, so it may be only a part of your list. "
        "Please compare the number of lines; a long list is better sent as a file."
    )


def dry_run(plan: Plan, *, version: int, note: str | None = None, filed: bool = False) -> Screen:
    """`filed`: the verdicts are in a file above, since they do not fit in here."""
    good, bad = plan.good, plan.bad
    title = (
        plural("<b>Please check your {n} order</b>", "<b>Please check your {n} orders</b>", len(good))
        if good
        else t("<b>None of these lines can be ordered.</b>")
    )
    told = None if filed else _verdicts(plan)
    left_out = (
        plural("⚠️ {n} line cannot be ordered.", "⚠️ {n} lines cannot be ordered.", len(bad)) if bad else None
    )
    return Screen(
        paragraphs(
            note,
            title,
            told,
            lines(left_out, t("The file above says of each line how it is.") if filed else None) or None,
            _costs(plan) if good else t("Please send me the lines again when they are corrected."),
            _warnings(plan),
            t("You may also send a corrected list.") if good and bad else None,
        ),
        (((Button(_place(len(good)), Press("mass", plan.mass_id, 0, version)),),) if good else ())
        + _leave(version),
    )


def _verdicts(plan: Plan) -> Markup:
    """Every bad line, and the good ones while they are few."""
    shown = plan.verdicts if len(plan.good) <= _FEW else plan.bad
    summed = plural("✅ {n} line is fine.", "✅ {n} lines are fine.", len(plan.good))
    return lines(*(_verdict(one, plan.currency) for one in shown), summed if len(plan.good) > _FEW else None)


def verdicts_file(plan: Plan) -> bytes:
    header = [t("line"), t("verdict"), t("charge"), t("text")]
    return as_csv([plain(title) for title in header], (_row(one) for one in plan.verdicts))


def file_caption() -> Screen:
    return Screen(t("How each line of your list is."))


def confirmed_already() -> str:
    return t("You confirmed this already; every line is ordered only once. /orders shows how it went.")


def progress(found: Progress, about: About) -> Screen:
    states = found.states
    whole = sum(states.values())
    rejected, uncertain = states.get("rejected", 0), states.get("uncertain", 0)
    waiting = states.get("queued", 0) + states.get("placing", 0)
    done = whole - waiting
    title = (
        t("<b>Placing your orders…</b> {done} of {whole}", done=number(done), whole=number(whole))
        if waiting
        else t("<b>Your mass order has ended.</b> What came of it is below.")
    )
    return Screen(
        paragraphs(
            title,
            lines(
                t("✅ placed: {n}", n=number(done - rejected - uncertain)),
                t("❌ not placed: {n}", n=number(rejected)) if rejected else None,
                t("⚠️ uncertain: {n}", n=number(uncertain)) if uncertain else None,
            ),
            t(
                "⏳ {panel} does not take orders for the moment. I wait, then go on where I am; "
                "this may take some minutes.",
                panel=about.panel_name,
            )
            if waiting and found.rests
            else None,
            t("I'll tell you when all are done; no need to wait.") if waiting else None,
        )
    )


def numbers(found: Sequence[int], *, most: int = _NAMED) -> str:
    return listed([*map(numeral, found[:most]), *["…"] * (len(found) > most)])


def plain(text: Markup) -> str:
    """For a file: without our own markup."""
    return text.striptags()


def _place(count: int) -> str:
    return plural("Place {n} order", "Place {n} orders", count)


def _leave(version: int) -> tuple[tuple[Button, ...], ...]:
    return ((Button(t("Leave"), Press("mass_leave", "", 0, version)),),)


def _costs(plan: Plan) -> Markup:
    after = None if plan.balance is None else plan.balance - plan.total
    return lines(
        t("charge in all: <b>{price}</b>", price=money(plan.total, plan.currency)),
        t("balance after it: {rest}", rest=money(after, plan.currency))
        if after is not None
        else t("I could not get your balance right now."),
    )


def _warnings(plan: Plan) -> Markup | None:
    too_small = plan.balance is not None and plan.good and plan.balance < plan.total
    found = lines(
        t(
            "⚠️ Your balance is too small for all of them: once it is used up, I stop. "
            "Top it up first, or send fewer lines."
        )
        if too_small
        else None,
        t("⚠️ There is an open order for the link of these lines: {lines}.", lines=numbers(plan.busy))
        if plan.busy
        else None,
        t("⚠️ An earlier line has the same service and link as these: {lines}.", lines=numbers(plan.alike))
        if plan.alike
        else None,
        t(
            "⚠️ In these lines the link leads to another network than the service: {lines}.",
            lines=numbers(plan.foreign),
        )
        if plan.foreign
        else None,
    )
    return found or None


def _verdict(one: Good | Bad, currency: str) -> Markup:
    if isinstance(one, Bad):
        return lines(_line(one.line), problem(one.problem))
    price = money(one.price, currency) if one.price is not None else ""
    return t("✅ {line} · {price}", line=_line(one.line), price=price)


def _line(line: Line) -> Markup:
    words = " ".join(line.text.split())
    return t("{n}: {words}", n=numeral(line.number), words=shorten(words, _LONGEST_LINE))


def _row(one: Good | Bad) -> tuple[Cell, ...]:
    if isinstance(one, Bad):
        return one.line.number, plain(problem(one.problem)), None, one.line.text
    return one.line.number, plain(t("fine")), one.price, one.line.text


def problem(found: InvalidAnswer) -> Markup:
    values = {name: shorten(str(value), _LONGEST_LINE) for name, value in found.params.items()}
    ours = _PROBLEMS.get(found.reason)
    return t(ours, **values) if ours else invalid(found)


_PROBLEMS: Mapping[str, str] = {
    "parts": phrase("⚠️ I need service | link | quantity."),
    "service": phrase("⚠️ The panel has no service {service}."),
    "type": phrase(
        "⚠️ A service of the type {type} needs more than a link and a quantity: please use /order."
    ),
    "unknown type": phrase("⚠️ Services of the type {type} cannot be ordered here."),
    "no quantity": phrase("⚠️ The quantity is missing."),
    "needless quantity": phrase("⚠️ This is a package: please leave the quantity out."),
}
