"""An upstream that also answers with streams, as chats and dashboards do."""

import asyncio

from aiohttp import WSMsgType, web

from tests.harness.upstream import Upstream

EVENT_SECONDS = 0.02


class StreamingModel(Upstream):
    """Below a path that ends in `/events` it sends its name as server-sent events until `end_streams`, below one that ends in
    `/socket` it answers each message of a WebSocket with its name. Everything else as Upstream."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._streams: set[asyncio.Event] = set()

    def end_streams(self) -> None:
        """Closes the streams of events that are open."""
        self._loop.call_soon_threadsafe(lambda: [stream.set() for stream in self._streams])

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:  # type: ignore[override]
        if request.path.endswith("/events"):
            return await self._send_events(request)
        if request.path.endswith("/socket"):
            return await self._echo(request)
        return await super()._answer(request)

    async def _send_events(self, request: web.BaseRequest) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream", "cache-control": "no-store"})
        await response.prepare(request)
        end = asyncio.Event()
        self._streams.add(end)
        try:
            # The browser is to connect again at once.
            await response.write(b"retry: 1\n\n")
            while not end.is_set():
                await response.write(f"data: {self.name}\n\n".encode())
                await asyncio.sleep(EVENT_SECONDS)
        except ConnectionError:
            pass
        finally:
            self._streams.discard(end)
        return response

    async def _echo(self, request: web.BaseRequest) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)  # type: ignore[arg-type]
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                await socket.send_str(f"{self.name}: {message.data}")
        return socket
