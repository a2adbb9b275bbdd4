"""A pretend Slack server with a web page; it knows nothing of the product."""

from bot.sandbox.faults import Dropped, Faults, RateLimited, ServerError, SlackError, Swallowed
from bot.sandbox.interactions import Outcome
from bot.sandbox.model import App, Channel, SlackRefusal, User
from bot.sandbox.person import Person
from bot.sandbox.server import SandboxServer
from bot.sandbox.story import Story, StoryError
from bot.sandbox.story_player import StoryPlayer
from bot.sandbox.workspace import Workspace

__all__ = [
    "App",
    "Channel",
    "Dropped",
    "Faults",
    "Outcome",
    "Person",
    "RateLimited",
    "SandboxServer",
    "ServerError",
    "SlackError",
    "SlackRefusal",
    "Story",
    "StoryError",
    "StoryPlayer",
    "Swallowed",
    "User",
    "Workspace",
]
