"""`panelgram run | sandbox | check | healthy | who | backup | restore | migrate | keys new | keys rotate`.

Exit codes: 0 fine, 1 could not, 2 wrong settings.
"""

import argparse
import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, NoReturn

import uvloop
from telegram.error import InvalidToken

from bot import backups, logs
from bot.app import serve
from bot.check import check, check_database
from bot.demo import serve_sandbox
from bot.gateway.polling import TokenInUse
from bot.healthy import healthy
from bot.keys import rotate
from bot.settings import Settings, WrongSettings, load_settings
from bot.web.webhook import WebhookRefused
from storage.database import StorageError
from storage.vault import new_encryption_key

LONGEST_END_SECONDS = 9.0


def main() -> NoReturn:
    arguments = _parser().parse_args()
    try:
        sys.exit(arguments.do(arguments))
    except WrongSettings as error:
        print(*error.lines, sep="\n", file=sys.stderr)
        sys.exit(2)
    except InvalidToken:
        print("BOT_TOKEN: Telegram does not know it", file=sys.stderr)
    except (StorageError, TokenInUse, WebhookRefused, OSError) as error:
        print(logs.clean(str(error)), file=sys.stderr)
    sys.exit(1)


def _run(_: argparse.Namespace) -> int:
    settings = _settings()
    return _until_told(serve(settings))


def _sandbox(arguments: argparse.Namespace) -> int:
    logs.set_up(level="WARNING", form="console")
    return _until_told(serve_sandbox(arguments.port, host=arguments.host))


def _check(arguments: argparse.Namespace) -> int:
    look = check_database if arguments.database else check
    good, lines = asyncio.run(look(_settings()))
    print(*lines, sep="\n")
    return 0 if good else 1


def _healthy(_: argparse.Namespace) -> int:
    good, line = healthy(load_settings())
    print(line)
    return 0 if good else 1


def _who(arguments: argparse.Namespace) -> int:
    print(logs.Pseudonyms(load_settings().keys[0]).of(arguments.chat))
    return 0


def _backup(arguments: argparse.Namespace) -> int:
    return _do(backups.backup(_settings(), arguments.file, force=arguments.force))


def _restore(arguments: argparse.Namespace) -> int:
    return _do(backups.restore(_settings(), arguments.file))


def _migrate(arguments: argparse.Namespace) -> int:
    return _do(backups.migrate(_settings(), with_backup=not arguments.no_backup))


def _do(work: Coroutine[Any, Any, list[str]]) -> int:
    print(*asyncio.run(work), sep="\n")
    return 0


def _keys_new(_: argparse.Namespace) -> int:
    print(new_encryption_key())
    return 0


def _keys_rotate(_: argparse.Namespace) -> int:
    good, lines = asyncio.run(rotate(_settings()))
    print(*lines, sep="\n")
    return 0 if good else 1


def _settings() -> Settings:
    settings = load_settings()
    for secret in (settings.token, settings.webhook_token):
        logs.hide(secret)
    logs.set_up(level=settings.log_level, form=settings.log_format, secret=settings.keys[0])
    return settings


def _until_told(work: Coroutine[Any, Any, None]) -> int:
    """Run until SIGTERM or SIGINT, which end it in order."""

    async def watched() -> None:
        task = asyncio.ensure_future(work)
        loop = asyncio.get_running_loop()

        def end() -> None:
            task.cancel()
            # A name being resolved cannot be cancelled, and Python waits for it. All that lasts is stored.
            last_resort = threading.Timer(LONGEST_END_SECONDS, os._exit, (0,))
            last_resort.daemon = True
            last_resort.start()

        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, end)
        try:
            await task
        except asyncio.CancelledError:
            return

    gc.freeze()  # all that was imported stays: looking through it for garbage took a sixth of the time
    uvloop.run(watched())
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="panelgram", description="Order at a social-media panel by chat.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    commands.add_parser("run", help="serve Telegram, by long polling or a webhook").set_defaults(do=_run)
    sandbox = commands.add_parser("sandbox", help="try it without Telegram or a panel, in the browser")
    sandbox.add_argument("--port", type=int, default=8080, help="of the chat page (8080)")
    sandbox.add_argument(
        "--host", default="127.0.0.1", help="to listen on (127.0.0.1); in a container 0.0.0.0"
    )
    sandbox.set_defaults(do=_sandbox)
    checking = commands.add_parser("check", help="are settings, database and Telegram in order?")
    checking.add_argument("--database", action="store_true", help="look the whole database through instead")
    checking.set_defaults(do=_check)
    commands.add_parser("healthy", help="is the running bot alive? Asks its /healthz").set_defaults(
        do=_healthy
    )
    who = commands.add_parser("who", help="by which hash the log names a chat")
    who.add_argument("chat", type=int, help="the chat's number")
    who.set_defaults(do=_who)
    backing_up = commands.add_parser("backup", help="copy the database, also while the bot runs")
    backing_up.add_argument("file", type=Path, metavar="FILE")
    backing_up.add_argument("--force", action="store_true", help="replace FILE")
    backing_up.set_defaults(do=_backup)
    restoring = commands.add_parser("restore", help="put a backup in the database's place")
    restoring.add_argument("file", type=Path, metavar="FILE")
    restoring.set_defaults(do=_restore)
    migrating = commands.add_parser("migrate", help="bring the schema up to date, after a backup beside it")
    migrating.add_argument("--no-backup", action="store_true", help="without one")
    migrating.set_defaults(do=_migrate)
    keys = commands.add_parser("keys", help="encryption keys").add_subparsers(required=True, metavar="ACTION")
    keys.add_parser("new", help="print a new one").set_defaults(do=_keys_new)
    rotating = keys.add_parser(
        "rotate", help="re-encrypt all that is stored with the first of ENCRYPTION_KEYS"
    )
    rotating.set_defaults(do=_keys_rotate)
    return parser
