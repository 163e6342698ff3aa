"""Whatever a panel answers over the network: only PanelErrors are raised, and who asked is answered."""

import json
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.panel.client import PanelClient
from bot.panel.errors import PanelError
from bot.sandbox.panel import Trouble
from tests.conftest import KEY
from tests.fuzz.conftest import Victim, few
from tests.fuzz.mutations import mutated
from tests.fuzz.test_panel_replies import samples

CALLS: Mapping[str, Callable[[PanelClient], Awaitable[object]]] = {
    "services": lambda client: client.services(KEY),
    "add": lambda client: client.add(KEY, "1", {"link": "https://example.com"}),
    "status": lambda client: client.order_status(KEY, "1"),
    "statuses": lambda client: client.order_statuses(KEY, dict.fromkeys(["1", "10", "100"], "said")),
    "balance": lambda client: client.balance(KEY),
    "refill": lambda client: client.refill(KEY, "1"),
    "refills": lambda client: client.refills(KEY, ["1", "10"]),
    "refill_status": lambda client: client.refill_status(KEY, "1"),
    "refill_statuses": lambda client: client.refill_statuses(KEY, ["1", "10"]),
    "cancel": lambda client: client.cancel(KEY, ["1", "10"]),
}
ASKS = ["/balance", "/status 1", "/status 1 10 100", "/track 1 10", "/refill 1", "/refill 1 10", "/services"]


def bodies(action: str) -> st.SearchStrategy[str]:
    read = [json.loads(text.removeprefix("\ufeff")) for text in samples(action)]
    odd = st.sampled_from(read).flatmap(mutated).map(json.dumps)
    return odd | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


STATUS = st.sampled_from([200, 200, 200, 400, 429, 500, 503])
HEADERS = st.dictionaries(
    st.sampled_from(["content-type", "retry-after"]),
    st.sampled_from(
        ["text/html; charset=nonsense", "-1", "1e999", "nan", "Thu, 99 Foo 2030", "0", "9" * 500]
    ),
)


@pytest.fixture(scope="module")
def client(victim: Victim) -> Iterator[PanelClient]:
    client = PanelClient(f"{victim.world.url}/api/v2")
    yield client
    victim.runs(client.close())


@pytest.mark.parametrize("action", CALLS)
@settings(few, max_examples=40)
@given(data=st.data(), status=STATUS)
def test_every_call_ends_with_an_answer_or_a_panel_error(
    victim: Victim, client: PanelClient, action: str, data: st.DataObject, status: int
) -> None:
    answers(victim, data.draw(bodies(action)), status, data.draw(HEADERS))

    async def call() -> None:
        with suppress(PanelError):
            await CALLS[action](client)

    victim.runs(call())


@settings(few, max_examples=100)
@given(ask=st.sampled_from(ASKS), data=st.data(), status=STATUS)
def test_whoever_asks_is_answered(victim: Victim, ask: str, data: st.DataObject, status: int) -> None:
    action = data.draw(st.sampled_from(list(CALLS)))
    answers(victim, data.draw(bodies(action)), status, {})
    victim.is_at("")
    typed = victim.runs(victim.person.types(ask))
    victim.runs(victim.deals_with(victim.newest_update))
    victim.world.panel.calm()
    assert victim.said_since(typed.id), ask
    victim.logs_no_error()


def answers(victim: Victim, body: str, status: int, headers: dict[str, str]) -> None:
    panel = victim.world.panel
    panel.calm()
    panel.misbehave(Trouble.CUSTOM, body=body, status=status, headers=headers)
