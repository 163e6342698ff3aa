"""Plays a newcomer in the running demo over its real HTTP: from /start to the notification.

Usage: order_in_demo.py URL KEY
"""

import json
import sys
import time
import urllib.request
from collections.abc import Callable

URL, KEY = sys.argv[1].rstrip("/"), sys.argv[2]
PERSON = int(time.time())


def ask(path: str, body: dict[str, object] | None = None) -> dict[str, object]:
    data = None if body is None else json.dumps(body).encode()
    headers = {"content-type": "application/json"}
    request = urllib.request.Request(f"{URL}/chat/{PERSON}{path}", data, headers)
    with urllib.request.urlopen(request, timeout=30) as reply:
        return json.load(reply)


def messages() -> list[dict[str, object]]:
    return ask("")["messages"]


def until(what: str, found: Callable[[], object], seconds: float = 90) -> object:
    end = time.time() + seconds
    while time.time() < end:
        result = found()
        if result:
            print("saw:", what)
            return result
        time.sleep(0.2)
    sys.exit(f"never saw {what}; the chat shows:\n" + "\n---\n".join(m["text"] for m in messages()))


def reads(text: str) -> Callable[[], object]:
    return lambda: any(not m["mine"] and text in m["text"] for m in messages())


def types(text: str) -> None:
    ask("/send", {"text": text})


def taps(label: str) -> None:
    def button() -> object:
        for message in reversed(messages()):
            for row in message["keyboard"]:
                for each in row:
                    if label in each["text"]:
                        return message["id"], each["callback_data"]
        return None

    message_id, data = until(f"button {label}", button)
    ask("/tap", {"message_id": message_id, "data": data})


types("/start")
until("the question for a key", reads("API key"))
types(KEY)
until("the balance", reads("100.84292"))
if any(KEY in message["text"] for message in messages()):
    sys.exit("the key's message was not deleted")
taps("New order")
taps("Instagram Followers")
taps("1 · ")
until("the question for a link", reads("Send the link"))
types("https://example.com/p/1")
until("the question for a quantity", reads("Send the quantity"))
types("1 000")
until("the summary", reads("charge: $0.90"))
taps("Place order")
until("the order placed", reads("Order 23501 is placed"))
until("a notification", reads("Order 23501: In progress"))
until("the last notification", reads("Order 23501: Completed"))
