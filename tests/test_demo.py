"""`panelgram sandbox`, as somebody meets it who tries it."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx
import pytest


@asynccontextmanager
async def sandbox(*arguments: str, cwd: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """The running program, and the address it tells."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "bot",
        "sandbox",
        *arguments,
        cwd=cwd,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(Path.cwd()), "TMPDIR": str(cwd)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        told = await asyncio.wait_for(process.stdout.readuntil(b"Key "), timeout=60.0)
        found = re.search(r"Open +(\S+)", told.decode())
        assert found
        yield process, found[1]
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("host", [(), ("--host", "0.0.0.0")])
async def test_tells_an_address_that_a_browser_on_this_machine_can_open(
    tmp_path: Path, host: tuple[str, ...]
) -> None:
    async with sandbox("--port", "0", *host, cwd=tmp_path) as (process, url):
        assert url.startswith("http://127.0.0.1:")
        async with httpx.AsyncClient() as browser:
            assert "<title>" in (await browser.get(url)).text
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), timeout=20.0) == 0
    assert [one.name for one in tmp_path.iterdir() if one.suffix != ".lock"] == []
