"""Says whether settings, database and Telegram are in order; shows no secret and changes nothing."""

import os
from pathlib import Path

from telegram import Bot, WebhookInfo
from telegram.error import InvalidToken, TelegramError

from bot import logs
from bot.gateway.transport import Transport
from bot.settings import Settings
from storage.database import StorageError
from storage.inspecting import Findings, Sealed, inspect
from storage.opening import open_to_look
from storage.sqlite import SPARE_BYTES
from storage.troubles import require_room
from storage.vault import Vault


async def check(settings: Settings) -> tuple[bool, list[str]]:
    """Whether all is well, and a line for each part."""
    parts = [
        (True, f"settings: fine (panel {settings.name}, {_keys(settings)})"),
        await _database(settings),
        *await _telegram(settings),
    ]
    return all(good for good, _ in parts), [line for _, line in parts]


def _keys(settings: Settings) -> str:
    """Their ids tell them apart, and are what the database and `keys rotate` call them."""
    first, *others = Vault(settings.keys).key_ids
    return f"encryption key {first}" + (f", behind it {', '.join(others)}" if others else "")


async def _database(settings: Settings) -> tuple[bool, str]:
    path = settings.database_path
    if not path.exists():
        folder = next(parent for parent in path.absolute().parents if parent.exists())
        good = os.access(folder, os.W_OK)
        return good, f"database: {path} {'will be made' if good else f'cannot be made in {folder}'}"
    try:
        return True, await _look_into(path, settings)
    except (StorageError, OSError) as error:
        return False, f"database: {error}"


async def _look_into(path: Path, settings: Settings) -> str:
    db = await open_to_look(path)
    try:
        await Vault(settings.keys).check(db)
    finally:
        await db.close()
    require_room(path, SPARE_BYTES)
    return f"database: fine ({path})"


async def check_database(settings: Settings) -> tuple[bool, list[str]]:
    """The whole database, row by row, and whether it is in order. Raises StorageError."""
    path, vault = settings.database_path, Vault(settings.keys, on_secret=logs.hide)
    db = await open_to_look(path)
    try:
        found = await inspect(db, vault, path)
    finally:
        await db.close()
    return found.good, _lines(path, found)


def _lines(path: Path, found: Findings) -> list[str]:
    sizes = ", ".join(f"{name} {size / 1e6:.1f} MB" for name, size in found.sizes.items())
    rows = ", ".join(f"{table} {n}" for table, n in found.rows.items())
    return [
        f"database: {path} ({sizes})",
        f"schema: {found.schema}, the one this program makes",
        f"integrity: {'damaged, stop the bot and restore a backup' if found.faults else 'fine'}",
        *(f"integrity: {line}" for fault in found.faults for line in fault.splitlines()),
        *(
            [f"references: {n} row(s) of {table} belong to nothing" for table, n in found.orphans.items()]
            or ["references: fine"]
        ),
        _sealed("keys", "panel key(s)", found.keys),
        _sealed("messages", "waiting message(s)", found.waiting),
        f"rows: {rows}",
    ]


def _sealed(name: str, what: str, sealed: Sealed) -> str:
    if sealed.unreadable:
        return (
            f"{name}: ENCRYPTION_KEYS opens all but {sealed.unreadable} of {sealed.rows} {what}: "
            "a key is missing there, or they are damaged"
        )
    return f"{name}: ENCRYPTION_KEYS opens all {sealed.rows} {what}"


async def _telegram(settings: Settings) -> list[tuple[bool, str]]:
    transport = Transport()
    bot = Bot(
        settings.token,
        base_url=f"{settings.telegram_api_url}/bot",
        request=transport,
        get_updates_request=transport,
    )
    try:
        await transport.initialize()
        me = await bot.get_me()
        webhook = await bot.get_webhook_info()
    except InvalidToken:
        return [(False, "telegram: the bot token is not known to Telegram")]
    except TelegramError as error:
        return [(False, f"telegram: {error}")]
    finally:
        await transport.shutdown()
    return [(True, f"telegram: fine (@{me.username})"), *_webhook(settings, webhook)]


def _webhook(settings: Settings, seen: WebhookInfo) -> list[tuple[bool, str]]:
    """Nothing to say where updates are polled, and nobody has set one."""
    waiting = f"{seen.pending_update_count} update(s) wait"
    if not settings.webhook_url:
        return [(True, "webhook: one is set; `panelgram run` removes it and polls")] if seen.url else []
    if not seen.url:
        return [(True, f"webhook: not set yet, `panelgram run` sets it ({waiting})")]
    if seen.url != settings.webhook_url:
        return [(False, f"webhook: another address is set, `panelgram run` sets ours ({waiting})")]
    if not seen.last_error_date:
        return [(True, f"webhook: fine ({waiting})")]
    failed = f"{seen.last_error_date:%Y-%m-%d %H:%M} UTC: {seen.last_error_message}"
    if seen.pending_update_count:
        return [(False, f"webhook: Telegram cannot deliver ({waiting}), last at {failed}")]
    return [(True, f"webhook: fine ({waiting}), it failed last at {failed}")]
