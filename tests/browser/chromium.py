"""The Chromium of this machine. Nothing but this machine can be reached from it."""

import os
import shutil
from pathlib import Path

import pytest
from playwright.async_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGS = [
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
FONTS = Path(__file__).parent / "fonts.conf"
MISSING = "No Chromium here: these tests run where one is installed, as by `apt-get install chromium`"


async def launch(playwright: Playwright) -> Browser:
    """Skips the test where there is no Chromium, fails it where NEED_CHROMIUM says that there is one."""
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        (pytest.fail if os.environ.get("NEED_CHROMIUM") else pytest.skip)(MISSING)
    as_root = ["--no-sandbox"] if os.geteuid() == 0 else []
    return await playwright.chromium.launch(
        executable_path=path, args=[*ARGS, *as_root], env={**os.environ, "FONTCONFIG_FILE": str(FONTS)}
    )
