"""Answers for `/client/ws`: every change a person may see, pushed to their open pages in its order."""

import asyncio
import copy

from aiohttp import web

from bot.sandbox.model import Json, Tell
from bot.sandbox.real_time import Tasks
from bot.sandbox.workspace import Workspace


class ClientPushes:
    def __init__(self, workspace: Workspace, tasks: Tasks) -> None:
        self._workspace, self._tasks = workspace, tasks
        self._open: list[tuple[str, asyncio.Queue[Json], web.WebSocketResponse]] = []
        workspace.page_sinks.append(self.tell)

    def tell(self, tell: Tell) -> None:
        for viewer, queue, _ in self._open:
            if (push := tell(viewer)) is not None:
                queue.put_nowait(copy.deepcopy(push))

    async def serve(self, request: web.Request) -> web.StreamResponse:
        viewer = request.query.get("as", "")
        if viewer not in self._workspace.people:
            raise web.HTTPForbidden
        socket = web.WebSocketResponse(heartbeat=30)
        await socket.prepare(request)
        page = (viewer, asyncio.Queue[Json](), socket)
        self._open.append(page)
        sending = self._tasks.spawn(_send(page[1], socket))
        try:
            async for _ in socket:
                pass  # pages only listen here
        finally:
            self._open.remove(page)
            sending.cancel()
        return socket

    async def close(self) -> None:
        self._workspace.page_sinks.remove(self.tell)
        for _, _, socket in list(self._open):
            await socket.close()


async def _send(queue: asyncio.Queue[Json], socket: web.WebSocketResponse) -> None:
    while not socket.closed:
        push = await queue.get()
        try:
            await socket.send_json(push)
        except ConnectionError:
            return
