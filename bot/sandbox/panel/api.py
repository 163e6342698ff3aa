"""The panel's one URL."""

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
        panel.record(Call(action, key, fields, panel.clock()))
        spell = panel.troubles.take(action, key)
        if spell is None:
            return Response(perform(panel, action, key, fields), media_type="application/json")
        answered = perform(panel, action, key, fields) if spell.carried_out else b""
        return await panel.troubles.spoil(spell, answered)

    return Starlette(routes=[Route(PATH, answer, methods=["GET", "POST"])])
