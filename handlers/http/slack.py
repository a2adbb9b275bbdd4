"""Signed HTTP from Slack: bounded and shaped before Bolt checks the signature."""

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

BODY_LIMIT = 1024 * 1024
"""Bytes; Slack's payloads are far smaller."""


def add_slack(app: web.Application, bolt: AsyncApp) -> None:
    """`POST /slack/events` takes everything that Slack sends."""

    async def on_slack(request: web.Request) -> web.Response:
        stamp = request.headers.get("X-Slack-Request-Timestamp", "")
        signature = request.headers.get("X-Slack-Signature", "")
        if not (stamp.isascii() and stamp.isdigit() and len(stamp) < 12 and signature.isascii()):
            return web.Response(status=401)
        return await to_aiohttp_response(await bolt.async_dispatch(await to_bolt_request(request)))

    app.router.add_post("/slack/events", on_slack)
