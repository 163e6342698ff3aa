"""The panel's one URL."""

import json
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from bot.sandbox.panel.actions import perform
from bot.sandbox.panel.panel import Call, Panel

PATH = "/api/v2"


def panel_app(panel: Panel) -> Starlette:
    async def answer(request: Request) -> Response:
        # Only a form is read: a GET, with its parameters in the URL, is an "Incorrect request".
        try:
            body = await request.body()
        except ClientDisconnect:  # a caller that was killed in mid-request has asked for nothing
            return Response()
        fields = dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
        key, action = fields.pop("key", ""), fields.pop("action", "")
        panel.record(call := Call(action, key, fields, panel.clock()))
        spell = panel.troubles.take(action, key)
        answered = perform(panel, action, key, fields) if spell is None or spell.carried_out else b""
        if spell is None:
            call.outcome, call.went_wrong = _outcome(answered)
            return Response(answered, media_type="application/json")
        call.outcome, call.went_wrong = spell.trouble.name.replace("_", " ").lower(), True
        return await panel.troubles.spoil(spell, answered)

    return Starlette(routes=[Route(PATH, answer, methods=["GET", "POST"])])


def _outcome(answered: bytes) -> tuple[str, bool]:
    """What an answer says in short, and whether it is an error."""
    if answered.startswith(b'{"error": '):
        return str(json.loads(answered)["error"]), True
    if answered.startswith(b'{"order": '):
        return f"order {json.loads(answered)['order']}", False
    return "ok", False
