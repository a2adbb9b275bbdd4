"""Answers for `python -m bot.sandbox`: an empty workspace with one app in its own process, for a bench or a hand."""

import argparse
import asyncio
import json
from datetime import UTC, datetime

from bot.sandbox import SandboxServer, Workspace
from bot.sandbox.real_time import unix_now


def main() -> None:
    parser = argparse.ArgumentParser(description="A pretend Slack server.")
    parser.add_argument("--port", type=int, default=8765)
    parser.add_argument("--latency", type=float, default=0.0, help="seconds each Web API call takes")
    parser.add_argument("--people", type=int, default=10)
    parser.add_argument("--command", default="/incident")
    asyncio.run(serve(parser.parse_args()))


async def serve(options: argparse.Namespace) -> None:
    workspace = Workspace(lambda: datetime.fromtimestamp(unix_now(), UTC))
    people = [workspace.add_person(name=f"person{n}").id for n in range(1, options.people + 1)]
    app = workspace.add_app(
        name="Bot",
        bot_token="xoxb-sandbox",
        app_token="xapp-sandbox",
        signing_secret="sandbox-secret",
        commands=[{"command": options.command}],
    )
    channel = workspace.add_channel("general", members=[*people, app.bot_user])
    server = SandboxServer(workspace)
    server.faults.latency = options.latency
    await server.start(port=options.port)
    print(
        json.dumps(
            {
                "url": server.url,
                "bot_token": app.bot_token,
                "app_token": app.app_token,
                "signing_secret": app.signing_secret,
                "bot_user": app.bot_user,
                "channel": channel.id,
                "people": people,
            }
        ),
        flush=True,
    )
    try:
        await asyncio.Event().wait()
    finally:
        await server.stop()


if __name__ == "__main__":
    main()
