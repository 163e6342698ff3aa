"""The framework's own Bot takes the sandbox for Telegram."""

from collections.abc import AsyncIterator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import BadRequest, Forbidden, RetryAfter

from bot.sandbox.telegram import Telegram, telegram_app
from bot.serving import serve


@pytest.fixture
def telegram() -> Telegram:
    return Telegram()


@pytest.fixture
async def url(telegram: Telegram) -> AsyncIterator[str]:
    server = await serve(telegram_app(telegram))
    yield server.url
    await server.stop()


@pytest.mark.filterwarnings("ignore:.*retry_after.*timedelta")
async def test_the_stock_bot_gets_along(telegram: Telegram, url: str) -> None:
    ann = telegram.person(1001, first_name="Ann")
    await ann.types("/start")
    await ann.sends_sticker()
    await ann.sends_photo()
    await ann.sends_voice()
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Go", callback_data="go")]])

    async with Bot(telegram.token, base_url=f"{url}/bot") as bot:
        assert bot.username == "panelgram_bot"
        updates = await bot.get_updates(timeout=0)
        assert [bool(u.message and u.message.text) for u in updates] == [True, False, False, False]

        sent = await bot.send_message(
            1001,
            "<b>hello</b> &amp; <a href='https://example.com/'>more</a>",
            parse_mode=ParseMode.HTML,
            reply_markup=keyboard,
            link_preview_options=LinkPreviewOptions(is_disabled=True),
        )
        assert sent.text_html == '<b>hello</b> &amp; <a href="https://example.com/">more</a>'
        assert sent.reply_markup == keyboard

        tap = await ann.taps("Go")
        (update,) = await bot.get_updates(offset=updates[-1].update_id + 1, timeout=5)
        assert update.callback_query is not None
        assert await update.callback_query.answer("Done")
        assert await tap.answer() == "Done"

        await sent.edit_text("changed")
        with pytest.raises(BadRequest, match="Message is not modified"):
            await sent.edit_text("changed")
        assert ann.reads == "changed"
        assert await sent.delete()
        assert ann.reads == ""

        assert await bot.set_my_commands([("order", "Place an order")])
        assert [command.command for command in await bot.get_my_commands()] == ["order"]
        assert (await bot.get_chat(1001)).first_name == "Ann"
        telegram.trouble("sendMessage", status=429, retry_after=3)
        with pytest.raises(RetryAfter):
            await bot.send_message(1001, "x")
        await ann.blocks_bot()
        with pytest.raises(Forbidden, match="blocked by the user"):
            await bot.send_message(1001, "x")
        membership = (await bot.get_updates(offset=-1))[0].my_chat_member
        assert membership is not None
        assert membership.new_chat_member.status == "kicked"
