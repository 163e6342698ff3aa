"""The long poll against the sandbox's Telegram: what was fetched is safe before it is confirmed."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
import structlog
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from telegram.error import NetworkError

from bot.gateway import polling
from bot.gateway.polling import KINDS, MOST_BUSY, OFFSET_SECONDS, Polling, TokenInUse
from bot.gateway.transport import Transport
from bot.sandbox.telegram import Person, Telegram, telegram_app
from bot.serving import NoAnswer, serve
from tests.gateway.skipping import SkippingLoop
from tests.journeys.stories import eventually

# The framework warns whenever Telegram asks for a pause.
pytestmark = pytest.mark.filterwarnings("ignore:.*attribute `retry_after`")


@dataclass
class Line:
    """A poll loop and what it brings. `store` may be closed, so that nothing gets stored, or broken."""

    telegram: Telegram
    person: Person
    transport: Transport
    url: str
    faults: list[ASGIApp]
    now: float = 0.0
    loop: Polling | None = None
    stored: list[int] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    open: asyncio.Event = field(default_factory=asyncio.Event)
    failure: Exception | None = None
    busy: int = 0
    running: "asyncio.Task[None] | None" = None

    async def accept(self, updates: Sequence[dict[str, Any]]) -> None:
        self.arrived.set()
        await self.open.wait()
        if self.failure:
            raise self.failure
        self.stored += [update["update_id"] for update in updates]

    def starts(self, offset: int | None = None) -> "asyncio.Task[None]":
        self.loop = Polling(
            self.transport, self.url, accept=self.accept, busy=lambda: self.busy, clock=lambda: self.now
        )
        self.running = asyncio.create_task(self.loop.run(offset))
        return self.running

    async def ends(self) -> None:
        await asyncio.wait_for(self.starts(), timeout=10.0)  # or it polls on for ever

    async def polls(self, times: int) -> list[str | None]:
        """The offsets of the polls, once there were so many."""
        calls = await self.telegram.hears("getUpdates", times=times)
        return [call.fields.get("offset") for call in calls]


def faulty(app: ASGIApp, faults: list[ASGIApp]) -> ASGIApp:
    """Each of the faults answers one call in the app's place."""

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        await (faults.pop(0) if faults else app)(scope, receive, send)

    return answer


async def silence(_: Scope, receive: Receive, __: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def a_byte_at_a_time(_: Scope, __: Receive, send: Send) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    while True:
        await send({"type": "http.response.body", "body": b" ", "more_body": True})
        await asyncio.sleep(0.01)


async def cut_short(scope: Scope, receive: Receive, send: Send) -> None:
    headers = [(b"content-length", b"1000")]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b'{"ok":true,"result":[', "more_body": True})
    await NoAnswer()(scope, receive, send)


@pytest.fixture
async def line(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Line]:
    monkeypatch.setattr(polling, "LONGEST_PAUSE", 0.02)
    monkeypatch.setattr(polling, "STORE_PAUSE", 0.02)
    telegram = Telegram()
    faults: list[ASGIApp] = []
    server = await serve(faulty(telegram_app(telegram), faults))
    transport = Transport()
    await transport.initialize()
    line = Line(telegram, telegram.person(7), transport, f"{server.url}/bot{telegram.token}", faults)
    line.open.set()
    yield line
    if line.running:
        line.running.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await line.running
    await transport.shutdown()
    await server.stop()


async def test_the_next_poll_waits_until_what_was_fetched_is_stored(line: Line) -> None:
    line.open.clear()
    await line.person.types("one")
    await line.person.types("two")
    line.starts()
    await line.arrived.wait()
    await asyncio.sleep(0.1)
    assert len(line.telegram.calls("getUpdates")) == 1

    line.open.set()
    assert await line.polls(2) == [None, "3"]
    assert line.stored == [1, 2]


async def test_asks_for_the_kinds_of_updates_it_handles_and_from_where_it_left_off(line: Line) -> None:
    line.starts(7)

    (poll,) = await line.telegram.hears("getUpdates")
    assert (poll.fields["offset"], poll.fields["allowed_updates"]) == ("7", str(KINDS).replace("'", '"'))


async def test_what_could_not_be_stored_is_not_confirmed_and_comes_again(line: Line) -> None:
    line.failure = OSError("disk full")
    await line.person.types("one")
    line.starts()
    assert await line.polls(3) == [None, None, None]

    line.failure = None
    await eventually(lambda: line.telegram.calls("getUpdates")[-1].fields.get("offset") == "2")
    assert line.stored == [1]


async def test_a_conflict_at_the_first_poll_means_that_the_token_is_in_use(line: Line) -> None:
    line.telegram.trouble("getUpdates", status=409)

    with pytest.raises(TokenInUse):
        await line.ends()


async def test_a_conflict_after_only_failures_means_it_too(line: Line) -> None:
    line.telegram.trouble("getUpdates", status=502)
    line.telegram.trouble("getUpdates", status=409)

    with pytest.raises(TokenInUse):
        await line.ends()


async def test_a_later_conflict_is_lived_with(line: Line) -> None:
    await line.person.types("one")
    line.starts()
    await line.polls(2)
    line.telegram.trouble("getUpdates", status=409)
    await line.person.types("two")  # ends the poll that waits
    assert await line.polls(4) == [None, "2", "3", "3"]
    assert line.stored == [1, 2]


@pytest.mark.parametrize(
    "trouble", [{"status": 500}, {"status": 502}, {"dropped": True}, {"lost": True}, {"status": 401}]
)
async def test_after_a_failure_it_asks_for_the_same_again(line: Line, trouble: dict[str, Any]) -> None:
    await line.person.types("one")
    line.telegram.trouble("getUpdates", times=3, **trouble)
    line.starts(1)

    assert await line.polls(5) == ["1", "1", "1", "1", "2"]
    assert line.stored == [1]


async def test_waits_as_long_as_telegram_asks(line: Line) -> None:
    line.telegram.trouble("getUpdates", status=429, retry_after=1)
    line.starts()
    await line.polls(2)

    first, second = line.telegram.calls("getUpdates")
    assert second.at - first.at >= 0.99  # what was asked for, not how long it took


async def test_leaves_updates_with_telegram_while_too_many_wait_here(line: Line) -> None:
    line.busy = MOST_BUSY + 1
    await line.person.types("one")
    line.starts()
    await line.arrived.wait()
    await asyncio.sleep(0.2)
    assert len(line.telegram.calls("getUpdates")) == 1

    line.busy = MOST_BUSY
    assert await line.polls(2) == [None, "2"]


@pytest.mark.parametrize(
    "fault",
    [
        silence,
        a_byte_at_a_time,
        cut_short,
        Response("<html>Bad Gateway</html>", 502),
        Response("<html>all is well</html>"),
        Response('{"ok": true, "result": ['),
        Response('{"ok": true, "result": {}}'),
        Response('{"ok": true, "result": [7, {"update_id": "8"}]}'),
        Response('{"ok": false, "why": "result"}'),
    ],
    ids=lambda fault: getattr(fault, "__name__", None) or fault.body.decode(),
)
async def test_whatever_a_poll_ends_with_the_same_is_asked_again(
    line: Line, monkeypatch: pytest.MonkeyPatch, fault: ASGIApp
) -> None:
    monkeypatch.setattr(polling, "FIRST_POLL_SECONDS", 0)
    monkeypatch.setattr(polling, "ANSWER_SECONDS", 0.2)
    line.faults += [fault] * 2
    await line.person.types("one")
    line.starts(1)

    assert await line.polls(2) == ["1", "2"]
    assert (line.stored, line.faults) == ([1], [])


class Stuck(Transport):
    """Its first call ignores every limit and even its cancellation."""

    def __init__(self) -> None:
        super().__init__()
        self.stuck, self.renewed = False, 0
        self.freed = asyncio.Event()

    async def do_request(self, *args: Any, **kwargs: Any) -> tuple[int, bytes]:
        if not self.stuck:
            self.stuck = True
            while not self.freed.is_set():
                with suppress(asyncio.CancelledError):
                    await self.freed.wait()
        return await super().do_request(*args, **kwargs)

    async def renew(self) -> None:
        self.renewed += 1
        await super().renew()


async def test_a_poll_that_does_not_even_notice_its_time_is_over_is_left_behind(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    for limit in ("FIRST_POLL_SECONDS", "ANSWER_SECONDS", "STALL_SECONDS"):
        monkeypatch.setattr(polling, limit, 0)
    monkeypatch.setattr(polling, "ANSWER_SECONDS", 0.1)
    await line.person.types("one")
    line.transport = stuck = Stuck()
    line.starts(1)

    try:
        assert await line.polls(2) == ["1", "2"]
        assert (line.stored, stuck.renewed) == ([1], 1)
    finally:
        stuck.freed.set()


class Broken(Transport):
    """Errors of our own, not Telegram's."""

    failures = 3

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, object]:
        if Broken.failures:
            Broken.failures -= 1
            raise ZeroDivisionError
        return Transport.parse_json_payload(payload)


async def test_an_error_of_our_own_does_not_end_polling_and_is_logged_once(line: Line) -> None:
    await line.person.types("one")
    line.transport = Broken()
    with structlog.testing.capture_logs() as lines:
        line.starts(1)
        assert await line.polls(5) == ["1", "1", "1", "1", "2"]

    assert [one["event"] for one in lines] == [
        "a poll failed on our side; going on",
        "no updates from Telegram",
    ]


async def test_a_long_absence_is_two_lines_in_the_log(line: Line) -> None:
    line.telegram.trouble("getUpdates", times=20, status=502)
    with structlog.testing.capture_logs() as lines:
        line.starts(1)
        await line.polls(21)
        line.now += 60.0
        await line.person.types("one")
        await eventually(lambda: len(lines) == 2)
        await line.person.types("two")
        await line.polls(23)

    assert [one["event"] for one in lines] == ["no updates from Telegram", "updates from Telegram again"]


async def test_tells_when_telegram_last_answered_a_poll(line: Line) -> None:
    line.now = 5.0
    line.telegram.trouble("getUpdates", status=502)
    line.starts(1)
    loop = line.loop
    assert loop is not None
    await line.polls(1)
    assert loop.last_contact_at is None

    await line.person.types("one")
    await line.polls(3)
    assert loop.last_contact_at == 5.0
    line.now = 7.0
    await line.person.types("two")
    await line.polls(4)
    assert loop.last_contact_at == 7.0


async def test_after_days_of_silence_it_asks_for_all_there_is(line: Line) -> None:
    """Telegram numbers anew after a week, and would take what is below the old offset for confirmed."""
    line.starts(900)
    await line.polls(1)
    line.now += OFFSET_SECONDS + 1
    assert await line.polls(2) == ["900", None]

    await line.person.types("one")  # number 1
    assert await line.polls(3) == ["900", None, "2"]
    assert line.stored == [1]


class Enough(BaseException):
    """So many polls were seen. The framework takes every other exception for Telegram's."""


class Away(Transport):
    """A Telegram that cannot be reached, but for the calls named in `back`, counted from 0."""

    def __init__(self, *, calls: int, back: Sequence[int] = ()) -> None:
        super().__init__()
        self._most, self._back = calls, back
        self.calls: list[float] = []

    async def do_request(self, *_: Any, **__: Any) -> tuple[int, bytes]:
        self.calls.append(asyncio.get_running_loop().time())
        if len(self.calls) == self._most:
            raise Enough
        if len(self.calls) - 1 in self._back:
            return 200, b'{"ok": true, "result": []}'
        raise NetworkError("no answer from Telegram")


async def nobody(_: Sequence[dict[str, Any]]) -> None:
    raise AssertionError("there were no updates")


def waits(transport: Away) -> list[float]:
    """How long it rests after each poll, in a time that passes only while it sleeps."""
    with asyncio.Runner(loop_factory=SkippingLoop) as runner, pytest.raises(Enough):
        runner.run(Polling(transport, "http://127.0.0.1", accept=nobody, busy=lambda: 0).run(None))
    return [round(after - before, 3) for before, after in pairwise(transport.calls)]


def test_backs_off_while_telegram_is_away_but_never_over_half_a_minute() -> None:
    assert waits(Away(calls=8)) == [1, 2, 4, 8, 16, 30, 30]


def test_resumes_at_once_and_forgets_earlier_failures() -> None:
    assert waits(Away(calls=6, back=[3])) == [1, 2, 4, 0, 1]
