"""Who reads the whole, private incidents too: a look-up that is not named here is done for somebody's eyes."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
USED = r"sight import [^\n]*\bWHOLE\b|whole=True|sight\.WHOLE"
OURS = {
    "bot/domain/sight.py": "what it is",
    "storage/database.py": "writing transactions: whoever acts through one is asked for by must_see",
    "bot/use_cases/ask.py": "the index is made of everything, and searched for somebody",
    "bot/use_cases/backfill.py": "every incident's own channel is read",
    "bot/use_cases/draft.py": "the log that a draft quotes; whoever gets it is an insider",
    "bot/use_cases/evidence.py": "the operator's export",
    "bot/use_cases/paper.py": "the operator's papers",
    "bot/use_cases/retention.py": "what is old is found and forgotten, not shown",
    "bot/use_cases/timeline.py": "messages are kept, not shown",
    "handlers/fresh.py": "how far the channel was read",
    "handlers/jobs/channel.py": "the incident's own channel is told",
    "handlers/jobs/gate.py": "the incident's own channel is asked, and who is outside of it",
    "handlers/jobs/paper.py": "the incident's own channel is told",
    "handlers/jobs/progress.py": "the incident's own channel is told, or whoever asked there",
    "handlers/jobs/watch.py": "the incident's own channel is told, and who is outside of it",
    "handlers/slack/thaw.py": "a message in the incident's own channel is edited",
}


def test_who_reads_the_whole_is_named_with_its_reason() -> None:
    files = [path for part in ("bot", "handlers", "storage") for path in (ROOT / part).rglob("*.py")]
    reads = {str(path.relative_to(ROOT)) for path in files if re.search(USED, path.read_text())}
    assert reads == set(OURS)
