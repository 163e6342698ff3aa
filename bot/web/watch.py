"""Serves /healthz, /readyz and /metrics, from within the event loop they tell of."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot import serving
from bot.web.health import Health, Sources, described, notes, wrong
from bot.web.metrics import TEXT, Metrics
from bot.web.pulse import Pulse


class Watch:
    """`address` is where it listens, None: nowhere."""

    def __init__(self, address: tuple[str, int] | None, metrics: Metrics, sources: Sources) -> None:
        self.pulse = Pulse(hear=metrics.lag)
        self._health = Health(sources, self.pulse)
        self._metrics = metrics
        self._address = address
        self._server: serving.Server | None = None

    async def start(self) -> None:
        """Raises OSError when the port is in use."""
        self.pulse.start()
        if self._address is not None:
            host, port = self._address
            try:
                self._server = await serving.serve(self._app(), host=host, port=port)
            except OSError as error:
                raise OSError(f"METRICS_LISTEN: {error.strerror}") from error

    async def stop(self) -> None:
        self.pulse.stop()
        if self._server is not None:
            await self._server.stop()

    def _app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/healthz", self._alive),
                Route("/readyz", self._ready),
                Route("/metrics", self._figures),
            ]
        )

    async def _alive(self, _: Request) -> Response:
        """That there is an answer says most of it. What a restart would not mend does not count."""
        alive = self._health.alive
        return JSONResponse({"alive": alive}, status_code=200 if alive else 503)

    async def _ready(self, _: Request) -> Response:
        facts = await self._health.facts()
        found = wrong(facts)
        answer = {"ready": not found, "wrong": found, "notes": notes(facts), **described(facts)}
        return JSONResponse(answer, status_code=503 if found else 200)

    async def _figures(self, _: Request) -> Response:
        figures = self._metrics.render(await self._health.facts())
        return Response(figures, media_type=TEXT)
