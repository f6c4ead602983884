"""A server that keeps what is posted to it: a webhook, or a collector of traces."""

from aiohttp import web

from tests.harness.upstream import Upstream


class Collector(Upstream):
    """Answers every request with 200, and keeps its body."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.bodies: list[bytes] = []

    async def _answer(self, request: web.BaseRequest) -> web.Response:
        self.bodies.append(await request.read())
        return web.Response()
