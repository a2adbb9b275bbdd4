"""Answers for the bytes of files: the upload address a bot is given, and the download of what was uploaded."""

from aiohttp import web

from bot.sandbox.workspace import Workspace


class Uploads:
    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def add_routes(self, router: web.UrlDispatcher) -> None:
        router.add_post("/upload/{id}", self._receive)
        router.add_get("/files/{id}", self._give)
        router.add_get("/docs/{team}/{id}", self._show)

    async def _receive(self, request: web.Request) -> web.Response:
        file = self._workspace.files.get(request.match_info["id"])
        if file is None or file.uploaded:
            raise web.HTTPNotFound
        content = await _content(request)
        file.content, file.size, file.uploaded = content, len(content), True
        return web.Response(text=f"OK - {file.size}")

    async def _give(self, request: web.Request) -> web.Response:
        file = self._workspace.files.get(request.match_info["id"])
        if file is None or not file.uploaded:
            raise web.HTTPNotFound
        return web.Response(body=file.content, headers={"Content-Disposition": "attachment"})

    async def _show(self, request: web.Request) -> web.Response:
        """A canvas, as the Markdown it was made of"""
        file = self._workspace.files.get(request.match_info["id"])
        if file is None or not file.is_canvas:
            raise web.HTTPNotFound
        return web.Response(text=file.content.decode(), content_type="text/markdown")


async def _content(request: web.Request) -> bytes:
    """The body itself, or the one file of a form."""
    if not request.content_type.startswith("multipart/"):
        return await request.read()
    for value in (await request.post()).values():
        if isinstance(value, web.FileField):
            return bytes(value.file.read())
    return b""
