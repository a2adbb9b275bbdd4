"""A slash command reaches the bot, and what the bot answers reaches the person."""

from typing import Any

from slack_bolt.async_app import AsyncApp

from bot.sandbox import SandboxServer


async def test_a_command_is_acknowledged_and_answered_to_its_person_alone(
    server: SandboxServer, bolt: AsyncApp, ops: str
) -> None:
    @bolt.command("/incident")
    async def declare(ack: Any, respond: Any, command: Any) -> None:
        await ack()
        await respond(f"You said {command['text']}, {command['user_name']}")

    minji = server.person("U01MINJI")
    outcome = await minji.command(ops, "/incident", "declare sev2 gateway")

    assert outcome.acked and outcome.ack_seconds > 0 and outcome.error is None
    while not minji.ephemerals(ops):
        await server.settle()
    assert minji.ephemerals(ops)[0]["text"] == "You said declare sev2 gateway, minji"
    assert server.person("U02ALEX").ephemerals(ops) == []


async def test_a_command_nobody_answers_fails_visibly(server: SandboxServer, ops: str) -> None:
    minji = server.person("U01MINJI")
    outcome = await minji.command(ops, "/incident", "declare")
    assert (outcome.acked, outcome.error) == (False, "dispatch_failed")
    assert "dispatch_failed" in minji.ephemerals(ops)[0]["text"]
