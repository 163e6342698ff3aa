"""Asks the running bot whether it is alive, for a container's health check that has no curl."""

import urllib.error
import urllib.request

from bot.serving import address
from bot.settings import Settings

SECONDS = 5.0


def healthy(settings: Settings) -> tuple[bool, str]:
    """Whether it is, and a line that says so."""
    if settings.metrics_address is None:
        return False, "METRICS_LISTEN is off: there is nothing to ask"
    url = f"{address(*settings.metrics_address)}/healthz"
    here = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with here.open(url, timeout=SECONDS) as answer:
            return True, answer.read().decode()
    except urllib.error.HTTPError as error:
        return False, f"{url} says {error.code}: restart the bot"
    except (OSError, ValueError) as error:
        return False, f"{url} does not answer: {getattr(error, 'reason', error)}"
