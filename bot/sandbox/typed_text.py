"""Answers for text as people type it, made Slack's: names become mentions, addresses links, the rest is escaped."""

import re

from bot.sandbox.workspace import Workspace

TOKEN = re.compile(r"(<(?:[@#!]|https?://|mailto:)[^<>]*>)")
NAME = re.compile(r"(?<![\w@.])@([\w.-]*\w)")
CHANNEL = re.compile(r"(?<![\w#&])#([\w-]+)")
LINK = re.compile(r"https?://[^\s<>]+[^\s<>.,;:!?)\"']")
ENTITY = re.compile(r"&(?!amp;|lt;|gt;)")
SPECIAL = {"channel", "here", "everyone"}


def typed(workspace: Workspace, text: str) -> str:
    """What Slack makes of a typed message; ready-made tokens such as <@U…> stay."""
    parts = TOKEN.split(text)
    return "".join(part if index % 2 else _typed_part(workspace, part) for index, part in enumerate(parts))


def _typed_part(workspace: Workspace, text: str) -> str:
    text = ENTITY.sub("&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    pieces, end = [], 0
    for link in LINK.finditer(text):
        pieces += [_names(workspace, text[end : link.start()], with_names=False), f"<{link.group()}>"]
        end = link.end()
    return "".join([*pieces, _names(workspace, text[end:], with_names=False)])


def escaped_names(workspace: Workspace, text: str) -> str:
    """A command's text with should_escape: <@U…|name> and <#C…|name>."""
    parts = TOKEN.split(text)
    return "".join(part if index % 2 else _names(workspace, part, with_names=True) for index, part in enumerate(parts))


def _names(workspace: Workspace, text: str, *, with_names: bool) -> str:
    people = {user.name: user.id for user in workspace.people.values()}
    groups = {group.handle: group.id for group in workspace.groups.values()}

    def person(match: re.Match[str]) -> str:
        name = match.group(1)
        if name in people:
            return f"<@{people[name]}|{name}>" if with_names else f"<@{people[name]}>"
        if name in groups:
            return f"<!subteam^{groups[name]}|@{name}>"
        return f"<!{name}>" if name in SPECIAL else match.group()

    def channel(match: re.Match[str]) -> str:
        found = workspace.channel_named(match.group(1))
        return f"<#{found.id}|{found.name}>" if found else match.group()

    return CHANNEL.sub(channel, NAME.sub(person, text))
