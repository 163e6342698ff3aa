"""The bots that are compared. Each answers every message with one message, for ever."""

import asyncio
import gc
import json
from importlib import import_module
from pathlib import Path
from typing import Any

import aiohttp
from telegram import Update
from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

from bot import logs
from bot.app import serve
from bot.demo import sandbox_settings

OURS, STOCK, AIOGRAM, RAW = "1:ours", "2:stock", "3:aiogram", "4:raw"  # their tokens


async def ours(url: str, folder: Path) -> None:
    """The whole of Panelgram with its database."""
    logs.set_up(level="WARNING", form="console")
    gc.freeze()  # as `panelgram run` does
    await serve(sandbox_settings(url, OURS, folder, poll_interval=60.0))


async def stock(url: str, _: Path) -> None:
    """python-telegram-bot as it comes: HTTPXRequest, its Updater, one update after the other."""

    async def echo(update: Update, _: ContextTypes.DEFAULT_TYPE) -> None:
        if update.message is not None:
            await update.message.reply_text(update.message.text or "")

    application = ApplicationBuilder().token(STOCK).base_url(f"{url}/bot").build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    async with application:
        await application.start()
        if application.updater is not None:
            await application.updater.start_polling()
        await asyncio.Event().wait()


async def aiogram(url: str, _: Path) -> None:
    """aiogram as it comes: its polling, a task for each update."""
    library = import_module("aiogram")  # only `make bench` installs it, so the type checker may lack it
    api = import_module("aiogram.client.telegram").TelegramAPIServer.from_base(url)
    session = import_module("aiogram.client.session.aiohttp").AiohttpSession(api=api)

    async def echo(message: Any) -> None:
        await message.answer(message.text)

    dispatcher = library.Dispatcher()
    dispatcher.message.register(echo)
    await dispatcher.start_polling(library.Bot(AIOGRAM, session=session), handle_signals=False)


async def raw(url: str, _: Path) -> None:
    """No framework and no database: fetch, then send one message for each update."""
    offset = 0
    async with aiohttp.ClientSession() as session:

        async def call(method: str, **values: Any) -> Any:
            async with session.post(f"{url}/bot{RAW}/{method}", data=values) as response:
                return json.loads(await response.read())["result"]

        while True:
            for update in await call("getUpdates", timeout=25, offset=offset):
                offset = update["update_id"] + 1
                message = update["message"]
                await call("sendMessage", chat_id=message["chat"]["id"], text=message["text"])
