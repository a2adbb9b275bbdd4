"""Answers for Socket Mode: tickets, connections, hello, envelopes to any one connection, acks, disconnects."""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from aiohttp import web

from bot.sandbox.model import App, Json
from bot.sandbox.workspace import Workspace

CONNECTION_SECONDS, MOST_CONNECTIONS = 18_060, 10


@dataclass(eq=False)
class Connection:
    app: App
    socket: web.WebSocketResponse
    request: web.Request


class SocketMode:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._tickets: dict[str, App] = {}
        self._connections: list[Connection] = []
        self._turn = 0
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self.on_all = False  # each envelope goes to every connection, though Slack means one of them
        self.mute = False  # new connections stand, and hear no hello

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_get("/link/", self._serve)

    def new_link(self, app: App) -> str:
        ticket = uuid4().hex
        self._tickets[ticket] = app
        return f"{self._workspace.base_url.replace('http', 'ws', 1)}/link/?ticket={ticket}&app_id={app.id}"

    def connections(self, app: App) -> list[Connection]:
        return [connection for connection in self._connections if connection.app is app]

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        app = self._tickets.pop(request.query.get("ticket", ""), None)
        if app is None or len(self.connections(app)) >= MOST_CONNECTIONS:
            raise web.HTTPForbidden
        connection = Connection(app, web.WebSocketResponse(), request)
        await connection.socket.prepare(request)
        self._connections.append(connection)
        try:
            if not self.mute:
                await connection.socket.send_json(self._hello(app))
            async for frame in connection.socket:
                self._acknowledge(frame.data)
        finally:
            self._forget([connection])
        return connection.socket

    def _hello(self, app: App) -> Json:
        about = {"host": "sandbox", "build_number": 1, "approximate_connection_time": CONNECTION_SECONDS}
        return {
            "type": "hello",
            "num_connections": len(self.connections(app)),
            "debug_info": about,
            "connection_info": {"app_id": app.id},
        }

    def _acknowledge(self, data: object) -> None:
        try:
            answer = json.loads(data) if isinstance(data, str) else {}
        except ValueError:
            return
        waiting = self._acks.get(answer.get("envelope_id", "")) if isinstance(answer, dict) else None
        if waiting and not waiting.done():
            waiting.set_result(answer.get("payload") or {})

    async def send(self, app: App, envelope: Json, deadline: float) -> Json | None:
        """Send to one of the app's connections and wait for its answer; None when nobody is connected."""
        connections = self.connections(app)
        if not connections:
            return None
        self._turn += 1
        connection = connections[self._turn % len(connections)]
        answer: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._acks[envelope["envelope_id"]] = answer
        try:
            for one in connections if self.on_all else [connection]:
                await one.socket.send_json(envelope)
            return await asyncio.wait_for(answer, deadline)
        except ConnectionError:
            raise TimeoutError from None
        finally:
            self._acks.pop(envelope["envelope_id"], None)

    async def disconnect(self, reason: str = "refresh_requested") -> None:
        """Tell every client to reconnect; but for a mere warning, nothing more is sent on these connections."""
        connections = list(self._connections)
        if reason != "warning":
            self._forget(connections)
        for connection in connections:
            await connection.socket.send_json(
                {"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}
            )

    def drop(self, most: int = MOST_CONNECTIONS) -> None:
        """Cut so many connections without a word, the oldest first, as a broken network does."""
        cut = self._connections[:most]
        self._forget(cut)
        for connection in cut:
            if connection.request.transport:
                connection.request.transport.abort()

    def freeze(self, most: int = MOST_CONNECTIONS) -> None:
        """So many connections stand, the oldest first, and nothing that comes over them is read: no pong, no ack."""
        for connection in self._connections[:most]:
            if isinstance(connection.request.transport, asyncio.Transport):
                connection.request.transport.pause_reading()

    async def close(self) -> None:
        for connection in list(self._connections):
            await connection.socket.close()

    def _forget(self, connections: Iterable[Connection]) -> None:
        gone = list(connections)
        self._connections = [each for each in self._connections if each not in gone]
