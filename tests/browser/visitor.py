"""Somebody at the page, who finds everything by the roles and names that a screen reader tells."""

from dataclasses import dataclass, field

from playwright.async_api import BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from tests.conftest import KEY, World

PATIENCE = 15_000  # milliseconds
expect.set_options(timeout=PATIENCE)


@dataclass
class Watch:
    """What a page must not do: complain, break its own security policy, ask other hosts."""

    url: str
    faults: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("console", self._spoke)
        context.on("weberror", lambda error: self.faults.append(str(error.error)))
        context.on("request", self._asked)

    def _spoke(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.faults.append(message.text)

    def _asked(self, request: Request) -> None:
        if not request.url.startswith(f"{self.url}/"):
            self.faults.append(f"asked {request.url}")


class Visitor:
    def __init__(self, page: Page, world: World) -> None:
        page.set_default_timeout(PATIENCE)
        self.page = page
        self.world = world
        self.messages = page.get_by_role("log", name="Messages")
        self.message = page.get_by_role("textbox", name="Message")
        self.pane = page.get_by_role("complementary", name="Panel operator")

    async def opens(self) -> None:
        await self.page.goto(self.world.url)

    # In the chat

    async def clicks(self, name: str) -> None:
        await self.page.get_by_role("button", name=name, exact=True).click()

    async def types(self, text: str) -> None:
        await self.message.fill(text)
        await self.clicks("Send")

    async def taps(self, label: str, *, exact: bool = False) -> None:
        """Tap the newest button whose label contains this, or is exactly this."""
        await self.key(label, exact=exact).click()

    def key(self, label: str, *, exact: bool = False) -> Locator:
        return self.messages.get_by_role("button", name=label, exact=exact).last

    async def sees(self, text: str) -> None:
        await expect(self.said(text)).to_be_visible()

    def said(self, text: str) -> Locator:
        """The newest piece of the chat that says so."""
        return self.messages.get_by_text(text).last

    async def sees_no_more(self, text: str) -> None:
        await expect(self.messages.get_by_text(text)).to_have_count(0)

    async def connects(self, key: str = KEY) -> None:
        await self.clicks("Start")
        await self.sees("API key")
        await self.types(key)
        await self.sees("Connected.")

    async def places(self, order: str = "1 https://example.com/p/1 1000") -> str:
        """Order and confirm; the panel's id of the order."""
        placed = self.messages.get_by_text("is placed")
        before = await placed.count()
        await self.types(f"/order {order}")
        await self.taps("Place order")
        await expect(placed).to_have_count(before + 1)
        return "".join(filter(str.isdigit, await placed.last.inner_text()))

    async def orders_by_place(self) -> None:
        """A guided order in any language, up to its outcome."""
        await self.clicks("Start")
        await self.hears_after(1)
        for text in (KEY, "/order"):
            await self.answers(text)
        await self.presses(0)
        await self.presses(0)
        await self.answers("https://instagram.com/natgeo")
        await self.answers("1000")
        await self.presses(0)
        await expect(self.messages.get_by_text("23501").last).to_be_visible()

    async def answers(self, text: str) -> None:
        count = await self.bots.count()
        await self.types(text)
        await self.hears_after(count + 1)

    async def hears_after(self, count: int) -> None:
        await expect(self.bots).to_have_count(count)

    async def presses(self, number: int) -> None:
        """A button of the newest message, which changes by it."""
        newest = self.bots.last
        before = await newest.inner_text()
        await newest.locator(".key").nth(number).click()
        await expect(newest).not_to_have_text(before, use_inner_text=True)

    @property
    def bots(self) -> Locator:
        return self.messages.locator("article.bots")

    # In the pane

    def order(self, order_id: str) -> Locator:
        return self.pane.get_by_role("article", name=f"Order {order_id}", exact=True)
