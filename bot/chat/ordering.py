"""The service's form, question by question, and the summary."""

from dataclasses import replace

from bot.chat.asking import account_and_catalog
from bot.chat.screens import catalog as catalog_screens
from bot.chat.screens import ordering as screens
from bot.chat.screens import questions
from bot.core import forms
from bot.core.drafts import Draft
from bot.core.invalid import InvalidAnswer
from bot.core.links import foreign
from bot.gateway.buttons import Press
from bot.gateway.context import ChatApplication, Context, first_word
from bot.gateway.dialog import Step
from bot.gateway.handlers import Sent, Tapped, Typed
from bot.panel.models import Service
from storage.accounts import Account


async def choose(context: Context, account: Account, service: Service, *, typed: str = "") -> None:
    """A service is chosen; `typed` may hold answers already, as behind `/order SERVICE`."""
    fields = forms.form(service)
    if fields is None:
        version = context.go(Step.CHOOSING)
        await context.show(
            catalog_screens.not_orderable(service, context.desk.about.panel_site, version=version)
        )
        return
    now = context.desk.clock()
    draft, wrong = forms.for_service(service, context.draft, now=now)
    for field in fields:
        if not typed or wrong:
            break
        if not field.asked(draft.answers):
            continue
        last = field is forms.questions(service, draft)[-1]
        answer, typed = (typed, "") if last else first_word(typed)
        try:
            if field.name == "comments" and answer.isdigit():
                raise InvalidAnswer("only_a_number")  # behind a command it is meant as a quantity
            draft = forms.answer(service, draft, field, questions.chosen(field, answer), now=now)
        except InvalidAnswer as error:
            wrong = error
    await ask(context, account, service, draft, wrong=wrong)


async def ask(
    context: Context,
    account: Account,
    service: Service,
    draft: Draft,
    *,
    wrong: InvalidAnswer | None = None,
    note: str | None = None,
) -> None:
    """Ask the next question of the form, or show the summary when all are answered."""
    version = context.go(Step.ANSWERING, draft=draft)
    field = forms.question(service, draft)
    networks = foreign(draft.doubted, service) if draft.doubted else None
    if field is None:
        await show_summary(context, account, service, draft, note=note)
    elif networks and field.name == "link":
        back = _back(service, draft, version)
        await context.show(questions.doubt(draft.doubted, *networks, back=back, version=version))
    else:
        back = _back(service, draft, version)
        screen = questions.question(
            field, service, account.currency, version=version, wrong=wrong, note=note, back=back
        )
        await context.show(screen)


def _back(service: Service, draft: Draft, version: int) -> Press:
    """To the question before; from the first one to the services."""
    return Press("page" if forms.step_back(service, draft) is None else "back", "", 0, version)


async def take_answer(context: Context) -> None:
    await _answer(context, await context.answer_text())


async def take_choice(context: Context) -> None:
    await _answer(context, context.press.id)


async def _answer(context: Context, text: str) -> None:
    found = await at_hand(context)
    if found is None:
        return
    account, service = found
    field = forms.question(service, context.draft)
    if field is None:
        await ask(context, account, service, context.draft)
        return
    try:
        draft = forms.answer(
            service, context.draft, field, questions.chosen(field, text), now=context.desk.clock()
        )
    except InvalidAnswer as wrong:
        # what is wrong with this answer is said in place of what was doubted of the last one
        await ask(context, account, service, replace(context.draft, doubted=""), wrong=wrong)
    else:
        await ask(context, account, service, draft)


async def skip(context: Context) -> None:
    found = await at_hand(context)
    if found is None:
        return
    field = forms.question(found[1], context.draft)
    draft = forms.skip(context.draft, field) if field and field.optional else context.draft
    await ask(context, *found, draft)


async def step_back(context: Context) -> None:
    found = await at_hand(context)
    if found is not None:
        await ask(context, *found, forms.step_back(found[1], context.draft) or context.draft)


async def use_anyway(context: Context) -> None:
    """The link of another network, which was doubted."""
    found = await at_hand(context)
    if found is not None:
        draft = context.draft
        await ask(context, *found, draft.with_answer("link", draft.doubted) if draft.doubted else draft)


async def drip(context: Context) -> None:
    """`Drip-feed` and `No drip-feed` on the summary."""
    found = await at_hand(context)
    if found is None:
        return
    draft = context.draft.in_runs(context.press.id == "on")
    checked, wrong = forms.recheck(found[1], draft, now=context.desk.clock())
    await ask(context, *found, checked, wrong=wrong)


async def show_summary(
    context: Context, account: Account, service: Service, draft: Draft, *, note: str | None = None
) -> None:
    draft = forms.settled(service, draft)
    offer = await context.desk.ordering.offer(account, service, draft)
    twin = await context.desk.ordering.same_order_open(context.chat_id, draft)
    version = context.go(Step.CONFIRMING, draft=draft.with_offer(offer))
    await context.show(screens.summary(service, draft, offer, version=version, twin=twin, note=note))


async def ask_current(context: Context, *, note: str | None = None) -> None:
    """The question or the summary the dialog is at, once more."""
    found = await at_hand(context)
    if found is not None:
        await ask(context, *found, context.draft, note=note)


async def remind(context: Context) -> None:
    """A text where a tap is awaited."""
    await ask_current(context, note=screens.tap_please())


async def change(context: Context) -> None:
    found = await at_hand(context)
    if found is not None:
        version = context.go(Step.CONFIRMING)
        fields = forms.questions(found[1], context.draft)
        await context.show(screens.what_to_change(fields, version=version))


async def change_field(context: Context) -> None:
    found = await at_hand(context)
    if found is not None:
        await ask(context, *found, context.draft.asked_again(context.press.id))


async def at_hand(context: Context, *, fresh: bool = False) -> tuple[Account, Service] | None:
    """The account and the draft's service; when one is gone the person is told, and None is returned."""
    found = await account_and_catalog(context, fresh=fresh)
    if found is None:
        return None
    account, catalog = found
    service = catalog.by_id.get(context.draft.service_id)
    if service is None:
        version = context.go(Step.CHOOSING)
        await context.show(catalog_screens.gone(context.draft.service_id, version=version))
        return None
    return account, service


def add_to(application: ChatApplication) -> None:
    application.add_handlers(
        [
            Tapped("choose", take_choice, of_dialog=True),
            Tapped("skip", skip, of_dialog=True),
            Tapped("back", step_back, of_dialog=True),
            Tapped("anyway", use_anyway, of_dialog=True),
            Tapped("drip", drip, of_dialog=True),
            Tapped("change", change, of_dialog=True),
            Tapped("field", change_field, of_dialog=True),
            Typed(Step.ANSWERING, take_answer),
            Sent(Step.ANSWERING, take_answer),
            Typed(Step.CONFIRMING, remind),
        ]
    )
