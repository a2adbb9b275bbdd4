"""Settings from the environment: read once, checked, with a sentence for each mistake."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.domain.authority import Duty
from bot.domain.ids import Holder, SlackUserId
from bot.domain.spending import Budget
from bot.ports.outside import Policy

DATABASE = "sqlite:///stopline.db"
SLACK_API = "https://slack.com/api/"
HOLDER = re.compile(r"[UWS][A-Z0-9]{2,}")
"""Slack's ids of people (U, W) and of user groups (S)."""
DUTIES = {
    Duty.CLAIM: "STOPLINE_CLAIMERS",
    Duty.VERIFY: "STOPLINE_VERIFIERS",
    Duty.APPROVE: "STOPLINE_APPROVERS",
    Duty.OVERRIDE: "STOPLINE_OVERRIDERS",
    Duty.ADMINISTER: "STOPLINE_ADMINS",
}
"""Which setting names who has a duty."""


RETENTION = "STOPLINE_RETENTION_DAYS"
LEAST_RETENTION = 30
"""Days: done jobs, with the deliveries they carried, are kept as long."""


class SettingsWrong(ValueError):
    """A setting must be mended first; `settings.<key>` is the sentence that says which and how."""

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key, params)
        self.key = f"settings.{key}"
        self.params = params


@dataclass(frozen=True, slots=True)
class ModelSettings:
    """A server that speaks OpenAI's language, or OpenAI's own where there is only a key; nothing of it: no model."""

    base_url: str = ""
    name: str = ""
    api_key: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """What `stopline serve` runs with. Without an app token it listens to signed HTTP at `/slack/events`."""

    bot_token: str
    app_token: str
    signing_secret: str
    slack_api_url: str
    database_url: str
    http_host: str
    http_port: int | None
    model: ModelSettings
    servers_file: str
    policy: Policy
    doors_file: str = ""
    public_url: str = ""
    journal_file: str = ""
    audit_key_file: str = ""
    audit_file: str = ""
    audit_url: str = ""
    audit_channel: str = ""

    @property
    def socket_mode(self) -> bool:
        """Whether events come over Slack's Socket Mode."""
        return bool(self.app_token)


def read_settings(env: Mapping[str, str]) -> Settings:
    """The settings of this environment. Raises SettingsWrong."""
    settings = Settings(
        bot_token=_needed(env, "SLACK_BOT_TOKEN", "xoxb-"),
        app_token=_shaped(env, "SLACK_APP_TOKEN", "xapp-"),
        signing_secret=env.get("SLACK_SIGNING_SECRET", ""),
        slack_api_url=_url(env, "STOPLINE_SLACK_API_URL", SLACK_API),
        database_url=env.get("STOPLINE_DATABASE_URL", DATABASE),
        http_host=env.get("STOPLINE_HTTP_HOST", "127.0.0.1"),
        http_port=_port(env, "STOPLINE_HTTP_PORT"),
        model=read_model(env),
        servers_file=env.get("STOPLINE_SERVERS_FILE", ""),
        public_url=_url(env, "STOPLINE_PUBLIC_URL", ""),
        doors_file=env.get("STOPLINE_DOORS_FILE", ""),
        journal_file=env.get("STOPLINE_JOURNAL_FILE", ""),
        audit_key_file=env.get("STOPLINE_AUDIT_KEY_FILE", ""),
        audit_file=env.get("STOPLINE_AUDIT_FILE", ""),
        audit_url=_url(env, "STOPLINE_AUDIT_URL", ""),
        audit_channel=env.get("STOPLINE_AUDIT_CHANNEL", ""),
        policy=read_policy(env),
    )
    if (settings.audit_file or settings.audit_url or settings.audit_channel) and not settings.audit_key_file:
        raise SettingsWrong("audit_no_key")
    if settings.audit_url and not settings.audit_url.startswith("https://"):
        raise SettingsWrong("audit_url", value=settings.audit_url)
    if not settings.socket_mode and not (settings.signing_secret and settings.http_port is not None):
        raise SettingsWrong("no_door")
    return settings


def read_model(env: Mapping[str, str]) -> ModelSettings:
    """The language model, if any. Raises SettingsWrong."""
    address, name = _url(env, "STOPLINE_LLM_BASE_URL", ""), env.get("STOPLINE_LLM_MODEL", "")
    if address and not name:
        raise SettingsWrong("no_model")
    return ModelSettings(address, name, env.get("OPENAI_API_KEY", ""))


def read_policy(env: Mapping[str, str]) -> Policy:
    """What the operator decided. Raises SettingsWrong."""
    mode = env.get("STOPLINE_MODE", "enforce")
    if mode not in ("enforce", "shadow"):
        raise SettingsWrong("one_of", name="STOPLINE_MODE", value=mode, choices=["enforce", "shadow"])
    language = env.get("STOPLINE_LANGUAGE", "en")
    if language not in ("en", "ko"):
        raise SettingsWrong("one_of", name="STOPLINE_LANGUAGE", value=language, choices=["en", "ko"])
    zone = env.get("STOPLINE_TIMEZONE", "UTC")
    try:
        ZoneInfo(zone)
    except (ZoneInfoNotFoundError, ValueError) as unknown:
        raise SettingsWrong("zone", value=zone) from unknown
    private = env.get("STOPLINE_LLM_PRIVATE", "never")
    if private not in ("never", "allow"):
        raise SettingsWrong("one_of", name="STOPLINE_LLM_PRIVATE", value=private, choices=["never", "allow"])
    names = env.get("STOPLINE_NAMES", "names")
    if names not in ("names", "roles"):
        raise SettingsWrong("one_of", name="STOPLINE_NAMES", value=names, choices=["names", "roles"])
    return Policy(
        shadow=mode == "shadow",
        managers=_holders(env, "STOPLINE_MANAGERS"),
        on_call=_holders(env, "STOPLINE_ON_CALL"),
        duties={duty: named for duty, name in DUTIES.items() if (named := _holders(env, name))},
        announce_channel=env.get("STOPLINE_ANNOUNCE_CHANNEL", ""),
        language=language,
        zone=zone,
        model_reads_private=private == "allow",
        names_by_role=names == "roles",
        budget=read_budget(env),
        retention=read_retention(env.get(RETENTION, ""), RETENTION),
    )


def read_budget(env: Mapping[str, str]) -> Budget:
    """What a model may take for one incident; of money only where prices are told. Raises SettingsWrong."""
    usual = Budget()
    prices = [_amount("STOPLINE_LLM_PRICES", part) for part in env.get("STOPLINE_LLM_PRICES", "").split(",") if part]
    if len(prices) not in (0, 2):
        raise SettingsWrong("prices", value=env["STOPLINE_LLM_PRICES"])
    money = _amount("STOPLINE_LLM_MONEY", env.get("STOPLINE_LLM_MONEY", "") or "0")
    if money and not prices:
        raise SettingsWrong("no_prices")
    tokens = env.get("STOPLINE_LLM_TOKENS", "") or str(usual.tokens)
    seconds = env.get("STOPLINE_LLM_SECONDS", "") or str(usual.seconds)
    return Budget(int(_amount("STOPLINE_LLM_TOKENS", tokens)), _amount("STOPLINE_LLM_SECONDS", seconds), money, *prices)


def read_retention(given: str, name: str) -> timedelta | None:
    """How long what people said is kept after an incident's end; "": always. Raises SettingsWrong."""
    if not given:
        return None
    days = int(given) if given.isascii() and given.isdecimal() and len(given) <= 5 else 0
    if days < LEAST_RETENTION:
        raise SettingsWrong("retention", name=name, value=given, least=LEAST_RETENTION)
    return timedelta(days=days)


def _amount(name: str, given: str) -> float:
    try:
        amount = float(given)
    except ValueError as wrong:
        raise SettingsWrong("amount", name=name, value=given) from wrong
    if not 0 <= amount < math.inf:
        raise SettingsWrong("amount", name=name, value=given)
    return amount


def _needed(env: Mapping[str, str], name: str, prefix: str) -> str:
    if not env.get(name):
        raise SettingsWrong("missing", name=name, prefix=prefix)
    return _shaped(env, name, prefix)


def _shaped(env: Mapping[str, str], name: str, prefix: str) -> str:
    value = env.get(name, "")
    if value and not value.startswith(prefix):
        raise SettingsWrong("shape", name=name, prefix=prefix)
    return value


def _url(env: Mapping[str, str], name: str, default: str) -> str:
    value = env.get(name, default)
    if value and not value.startswith(("http://", "https://")):
        raise SettingsWrong("address", name=name, value=value)
    return value


def _port(env: Mapping[str, str], name: str) -> int | None:
    value = env.get(name, "")
    if not value:
        return None
    if not value.isdigit() or int(value) > 65535:
        raise SettingsWrong("port", name=name, value=value)
    return int(value)


def _holders(env: Mapping[str, str], name: str) -> tuple[Holder, ...]:
    """People and user groups by their Slack ids. A setting that names nobody in spite of its commas is a mistake."""
    given = env.get(name, "")
    named = tuple(SlackUserId(part.strip()) for part in given.split(",") if part.strip())
    wrong = [str(one) for one in named if not HOLDER.fullmatch(one)]
    if wrong or (given.strip() and not named):
        raise SettingsWrong("people", name=name, value=(wrong or [given])[0])
    return named
