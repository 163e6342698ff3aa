"""What a bot says of itself, as a container, a load balancer and Prometheus ask it."""

import json
import socket
from collections.abc import Mapping
from typing import Any

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

PAGES = ("/healthz", "/readyz", "/metrics")


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def asked(url: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status, await answer.text()


class Figures:
    """What /metrics said."""

    def __init__(self, text: str) -> None:
        self.samples = [one for family in text_string_to_metric_families(text) for one in family.samples]

    def __getitem__(self, name: str) -> float:
        """The sum over all labels."""
        return sum(one.value for one in self.samples if one.name == name)

    def of(self, name: str, **labels: str) -> float:
        return sum(
            one.value for one in self.samples if one.name == name and labels.items() <= one.labels.items()
        )

    @property
    def names(self) -> set[str]:
        return {one.name for one in self.samples}


class Watched:
    """A running bot's address for those who watch it."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    async def is_alive(self) -> bool:
        status, text = await asked(f"{self.url}/healthz")
        assert json.loads(text)["alive"] is (status == 200)
        return status == 200

    async def readiness(self) -> Mapping[str, Any]:
        status, text = await asked(f"{self.url}/readyz")
        found: dict[str, Any] = json.loads(text)
        assert found["ready"] is (status == 200)
        assert found["ready"] is not bool(found["wrong"])
        return found

    async def figures(self) -> Figures:
        status, text = await asked(f"{self.url}/metrics")
        assert status == 200
        return Figures(text)
