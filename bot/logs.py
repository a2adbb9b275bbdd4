"""Logs: one JSON object a line, ids and no content, no secret."""

import json
import logging
import re
import sys

SECRET = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+|sl_[\w-]{20,}|sk-[\w-]{10,}|(?i:bearer)\s+\S+|(?<=://)[^\s/:@]*:[^\s@]+(?=@)"
)
PLAIN = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName"}


class JsonLines(logging.Formatter):
    """level, logger, text and what was given as `extra`."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON."""
        line = {"at": self.formatTime(record), "level": record.levelname, "from": record.name}
        line["text"] = record.getMessage()
        line |= {name: value for name, value in record.__dict__.items() if name not in PLAIN}
        if record.exc_info:
            line["trace"] = self.formatException(record.exc_info)
        return SECRET.sub("[redacted]", json.dumps(line, ensure_ascii=False, default=str))


def set_up_logs(level: str = "INFO") -> None:
    """Logs go to standard error. Bolt and the Slack client say too much below warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for talkative in ("slack_bolt", "slack_sdk", "aiohttp.access", "httpx2", "openai", "alembic"):
        logging.getLogger(talkative).setLevel(logging.CRITICAL if talkative == "slack_bolt" else logging.ERROR)
