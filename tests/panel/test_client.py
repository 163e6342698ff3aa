"""The client, over real HTTP, against a panel that misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from decimal import Decimal

import pytest

from bot.panel.client import PanelClient
from bot.panel.errors import (
    BadKey,
    Meaning,
    NotSent,
    PanelBusy,
    PanelError,
    PanelGarbled,
    PanelRefused,
    PanelUnreachable,
)
from bot.panel.models import Accepted, Balance, OrderStatus, RefillStatus, RefillWord, Status, Unreadable
from bot.sandbox.panel import Panel, Trouble, panel_app
from bot.serving import Server, serve

KEY = "0123456789ABCDEF0123456789abcdef"
FIELDS = {"link": "https://example.com/p/1", "quantity": "50"}

Ask = Callable[[PanelClient], Awaitable[object]]
QUESTIONS: dict[str, Ask] = {
    "services": lambda client: client.services(KEY),
    "balance": lambda client: client.balance(KEY),
    "status": lambda client: client.order_status(KEY, "23501"),
}
# What changes something at the panel.
REQUESTS: dict[str, Ask] = {
    "add": lambda client: client.add(KEY, "1", FIELDS),
    "refill": lambda client: client.refill(KEY, "23501"),
    "refills": lambda client: client.refills(KEY, ["23501", "23502"]),
    "cancel": lambda client: client.cancel(KEY, ["23501", "23502"]),
}
CALLS: dict[str, Ask] = {
    **QUESTIONS,
    **REQUESTS,
    "refill_status": lambda client: client.refill_status(KEY, "1"),
    "refill_statuses": lambda client: client.refill_statuses(KEY, ["1", "2"]),
}
REJECTED = RefillWord.REJECTED


@pytest.fixture
def panel() -> Panel:
    return Panel(accounts={KEY: Decimal("100.84292")})


@pytest.fixture
async def server(panel: Panel) -> AsyncIterator[Server]:
    server = await serve(panel_app(panel))
    yield server
    await server.stop()


@pytest.fixture
async def client(server: Server) -> AsyncIterator[PanelClient]:
    client = PanelClient(f"{server.url}/api/v2")
    yield client
    await client.close()


@pytest.fixture
async def hasty(server: Server) -> AsyncIterator[PanelClient]:
    client = PanelClient(f"{server.url}/api/v2", seconds=0.15, add_seconds=0.15)
    yield client
    await client.close()


def heard(
    found: Mapping[str, OrderStatus | Unreadable | None],
) -> dict[str, OrderStatus | Unreadable | None]:
    """Without the text it came in."""
    return {
        order: status._replace(said=None) if isinstance(status, OrderStatus) else status
        for order, status in found.items()
    }


async def test_places_an_order(client: PanelClient, panel: Panel) -> None:
    assert await client.add(KEY, "1", FIELDS) == "23501"
    assert panel.calls("add") == [{"service": "1", **FIELDS}]


async def test_asks_for_services_balance_and_statuses(client: PanelClient, panel: Panel) -> None:
    await client.add(KEY, "1", FIELDS)
    pending = OrderStatus("Pending", Status.PENDING, Decimal("0.045"), None, 50)
    assert len(await client.services(KEY)) == len(panel.services)
    assert await client.balance(KEY) == Balance(Decimal("100.79792"), "USD")
    assert heard({"23501": await client.order_status(KEY, "23501")}) == {"23501": pending}
    assert heard(await client.order_statuses(KEY, {"23501": None, "7": None})) == {
        "23501": pending,
        "7": Unreadable("Incorrect order ID"),
    }
    assert panel.calls("status") == [{"order": "23501"}, {"orders": "23501,7"}]


@pytest.mark.parametrize("trouble", [Trouble.LOST_ANSWER, Trouble.LOST_REQUEST])
@pytest.mark.parametrize("request_", REQUESTS)
async def test_never_sends_what_changes_something_again_when_the_reply_is_lost(
    client: PanelClient, panel: Panel, trouble: Trouble, request_: str
) -> None:
    panel.misbehave(trouble)
    with pytest.raises(PanelUnreachable) as caught:
        await REQUESTS[request_](client)
    assert not isinstance(caught.value, NotSent)
    assert len(panel.calls()) == 1


async def completed(client: PanelClient, panel: Panel, count: int) -> list[str]:
    """So many orders which may be refilled."""
    ids = [await client.add(KEY, "1", {**FIELDS, "link": f"https://example.com/p/{n}"}) for n in range(count)]
    for order in ids:
        panel.finish(order)
    return ids


async def test_asks_for_refills_and_follows_them(client: PanelClient, panel: Panel) -> None:
    first, second = await completed(client, panel, 2)
    assert await client.refill(KEY, first) == "1"
    assert await client.refills(KEY, [first, second, "7"]) == {
        first: Unreadable("Order not eligible for refill"),
        second: "2",
        "7": Unreadable("Incorrect order ID"),
    }
    assert panel.calls("refill") == [{"order": first}, {"orders": f"{first},{second},7"}]

    panel.set_refill("2", status="Rejected")
    pending, rejected = RefillStatus("Pending", RefillWord.PENDING), RefillStatus("Rejected", REJECTED)
    assert await client.refill_status(KEY, "1") == pending
    assert await client.refill_statuses(KEY, ["1", "2", "9"]) == {
        "1": pending,
        "2": rejected,
        "9": Unreadable("Refill not found"),
    }
    assert panel.calls("refill_status") == [{"refill": "1"}, {"refills": "1,2,9"}]


async def test_asks_to_cancel_always_as_for_many(client: PanelClient, panel: Panel) -> None:
    order = await client.add(KEY, "1", FIELDS)
    assert await client.cancel(KEY, [order]) == {order: Accepted()}
    assert await client.cancel(KEY, [order, "7"]) == {
        order: Unreadable("Order cannot be canceled"),
        "7": Unreadable("Incorrect order ID"),
    }
    assert panel.calls("cancel") == [{"orders": order}, {"orders": f"{order},7"}]


async def test_the_panels_no_to_a_single_refill_is_an_error(client: PanelClient) -> None:
    with pytest.raises(PanelRefused) as caught:
        await client.refill(KEY, "7")
    assert (caught.value.words, caught.value.meaning) == ("Incorrect order ID", Meaning.UNKNOWN_ORDER)


ITEMS_WITH_KEY = {
    "refills": f'[{{"order": 23501, "refill": {{"error": "No, {KEY}"}}}}]',
    "refill_statuses": f'[{{"refill": 1, "status": {{"error": "No, {KEY}"}}}}]',
    "cancel": f'[{{"order": 23501, "cancel": {{"error": "No, {KEY}"}}}}]',
}


@pytest.mark.parametrize("request_", ITEMS_WITH_KEY)
async def test_a_key_echoed_for_one_of_many_is_hidden(
    client: PanelClient, panel: Panel, request_: str
) -> None:
    panel.misbehave(Trouble.CUSTOM, body=ITEMS_WITH_KEY[request_])
    found = await CALLS[request_](client)
    assert isinstance(found, dict)
    assert list(found.values()) == [Unreadable("No, …")]


@pytest.mark.parametrize("trouble", [Trouble.CUT_JSON, Trouble.EMPTY, Trouble.SERVER_ERROR, Trouble.HTML])
@pytest.mark.parametrize("action", ["add", "balance", "refill", "cancel", "refill_status"])
async def test_a_reply_that_cannot_be_read_is_not_asked_for_again(
    client: PanelClient, panel: Panel, trouble: Trouble, action: str
) -> None:
    panel.misbehave(trouble, action=action)
    with pytest.raises(PanelGarbled):
        await CALLS[action](client)
    assert len(panel.calls(action)) == 1


async def test_each_order_gets_a_connection_of_its_own(
    client: PanelClient, panel: Panel, server: Server
) -> None:
    await client.balance(KEY)
    for number in range(3):
        await client.add(KEY, "1", {**FIELDS, "link": f"https://example.com/p/{number}"})
    open_ones = server._uvicorn.server_state.connections
    assert len(open_ones) <= 1 + 1  # the balance's, and one that may be closing


@pytest.mark.parametrize("action", CALLS)
async def test_nothing_was_sent_when_nobody_listens(client: PanelClient, server: Server, action: str) -> None:
    await server.stop()
    with pytest.raises(NotSent):
        await CALLS[action](client)


@pytest.mark.parametrize("action", QUESTIONS)
async def test_a_question_is_asked_once_more_when_the_connection_breaks(
    client: PanelClient, panel: Panel, action: str
) -> None:
    await client.add(KEY, "1", FIELDS)
    panel.misbehave(Trouble.LOST_ANSWER, action=action, times=1)
    assert await QUESTIONS[action](client)
    assert len(panel.calls(action)) == 2


async def test_a_question_is_not_asked_a_third_time(client: PanelClient, panel: Panel) -> None:
    panel.misbehave(Trouble.LOST_ANSWER, action="balance")
    with pytest.raises(PanelUnreachable):
        await client.balance(KEY)
    assert len(panel.calls("balance")) == 2


@pytest.mark.parametrize("action", CALLS)
async def test_gives_up_when_the_panel_hangs(hasty: PanelClient, panel: Panel, action: str) -> None:
    panel.misbehave(Trouble.HANG)
    with pytest.raises(PanelUnreachable) as caught:
        await CALLS[action](hasty)
    assert not isinstance(caught.value, NotSent)
    assert len(panel.calls()) == 1


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("7", 7.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("999999", 3600.0),
        ("soon", None),
        ("nan", None),
        ("1e999", None),
        ("Fri, 31 Dec 1999 23:59:59 GMT", 0.0),
        ("Fri, 31 Dec 2999 23:59:59 GMT", 3600.0),
    ],
)
@pytest.mark.parametrize("body", ['{"error": "Rate limit exceeded"}', "<html>"])
async def test_reads_how_long_to_wait(
    client: PanelClient, panel: Panel, header: str, seconds: float | None, body: str
) -> None:
    panel.misbehave(Trouble.CUSTOM, status=429, body=body, headers={"Retry-After": header})
    with pytest.raises(PanelBusy if "error" in body else PanelGarbled) as caught:
        await client.balance(KEY)
    assert caught.value.retry_after == seconds


async def test_a_wrong_key_is_told_apart(client: PanelClient, panel: Panel) -> None:
    panel.close_account(KEY)
    with pytest.raises(BadKey, match="Invalid API key"):
        await client.balance(KEY)


async def test_the_panels_no_keeps_its_words_and_meaning(client: PanelClient) -> None:
    with pytest.raises(PanelRefused) as caught:
        await client.add(KEY, "1", {**FIELDS, "quantity": "1"})
    assert (caught.value.words, caught.value.meaning) == ("Quantity less than minimal 50", Meaning.BAD_INPUT)


def chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


ECHOES = {
    "error": f'{{"error": "Invalid API key {KEY}"}}',
    "lower case": f'{{"error": "No such key: {KEY.lower()}"}}',
    "message": f'{{"status": "error", "message": "key={KEY}&action=add"}}',
    "list": f'{{"errors": ["{KEY}", "Bad link"]}}',
    "late in a long text": f'{{"error": "{"x" * 280}{KEY}"}}',
    "not JSON": f"<html>{KEY}</html>",
    "cut": f'{{"error": "{KEY}',
    "unknown shape": f'{{"key": "{KEY}"}}',
}


@pytest.mark.parametrize("action", CALLS)
@pytest.mark.parametrize("echo", ECHOES)
async def test_no_error_holds_the_key(client: PanelClient, panel: Panel, action: str, echo: str) -> None:
    panel.misbehave(Trouble.CUSTOM, body=ECHOES[echo])
    with pytest.raises(PanelError) as caught:
        await CALLS[action](client)
    for error in chain(caught.value):
        told = f"{error} {error!r} {error.args} {vars(error).get('words')}".casefold()
        assert KEY[:16].casefold() not in told


@pytest.mark.parametrize("trouble", [Trouble.LOST_ANSWER, Trouble.HANG])
async def test_no_broken_connection_tells_the_key(hasty: PanelClient, panel: Panel, trouble: Trouble) -> None:
    panel.misbehave(trouble)
    with pytest.raises(PanelError) as caught:
        await hasty.balance(KEY)
    assert all(KEY not in f"{error} {error!r} {error.args}" for error in chain(caught.value))


async def test_a_key_echoed_in_one_orders_status_is_hidden(client: PanelClient, panel: Panel) -> None:
    panel.misbehave(Trouble.CUSTOM, body=f'{{"1": {{"error": "Not your order, {KEY}"}}}}')
    found = (await client.order_statuses(KEY, {"1": None}))["1"]
    assert isinstance(found, Unreadable)
    assert KEY not in found.words


async def test_lets_go_of_what_others_could_use_while_it_waits(server: Server, panel: Panel) -> None:
    client = PanelClient(f"{server.url}/api/v2", connections=1)
    panel.misbehave(Trouble.HANG, action="balance", times=1)
    waiting = asyncio.create_task(client.balance(KEY))
    await panel.next_call("balance")
    assert await client.add(KEY, "1", FIELDS) == "23501"  # orders do not wait behind questions
    panel.calm()
    await waiting
    await client.close()
