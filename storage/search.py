"""Full text of past incidents: our own tokens in FTS5 on SQLite and in a tsvector on PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import delete, insert, literal_column, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.ids import IncidentId
from bot.domain.question import Hit, Phrase, Term
from bot.domain.search_text import index_tokens
from bot.domain.sight import Sight
from storage.dialect import is_sqlite
from storage.sight import may_see
from storage.tables import search_document


class SearchRows:
    """The table `search_document` and its index. What `sight` may not see is not found."""

    def __init__(self, connection: AsyncConnection, sight: Sight) -> None:
        self._connection = connection
        self._sight = sight

    async def replace(self, number: IncidentId, documents: Sequence[tuple[str, str]]) -> None:
        """Indexes the (source, text) documents of one incident anew."""
        mine = search_document.c.incident_id == number
        await self._connection.execute(
            text("DELETE FROM search_index WHERE rowid IN (SELECT id FROM search_document WHERE incident_id = :n)")
            if is_sqlite(self._connection)
            else text("DELETE FROM search_index WHERE id IN (SELECT id FROM search_document WHERE incident_id = :n)"),
            {"n": number},
        )
        await self._connection.execute(delete(search_document).where(mine))
        rows = [dict(incident_id=number, source=source, text=words) for source, words in documents]
        if not rows:
            return
        await self._connection.execute(insert(search_document), rows)
        saved = await self._connection.execute(select(search_document.c.id, search_document.c.text).where(mine))
        await self._index([(row.id, " ".join(index_tokens(row.text))) for row in saved])

    async def _index(self, rows: Sequence[tuple[int, str]]) -> None:
        into = (
            "INSERT INTO search_index (rowid, tokens) VALUES (:id, :tokens)"
            if is_sqlite(self._connection)
            else "INSERT INTO search_index (id, tokens) VALUES (:id, to_tsvector('simple', :tokens))"
        )
        await self._connection.execute(text(into), [dict(id=i, tokens=t) for i, t in rows])

    async def find(self, terms: Sequence[Term], *, all_terms: bool, limit: int) -> Sequence[Hit]:
        """The best documents that hold all terms, or any of them."""
        if not terms:
            return []
        if is_sqlite(self._connection):
            (score, tables, matches), words = _FTS5, _fts5(terms, " AND " if all_terms else " OR ")
        else:
            (score, tables, matches), words = _TSVECTOR, _tsquery(terms, " & " if all_terms else " | ")
        found: list[Any] = [literal_column(f"d.{name}").label(name) for name in ("incident_id", "source", "text")]
        query = (
            select(*found, literal_column(score).label("score"))
            .select_from(text(tables))
            .where(text(matches), may_see(self._sight, literal_column("d.incident_id")))
            .order_by(text("score DESC"))
            .limit(limit)
        )
        rows = await self._connection.execute(query, {"words": words})
        return [Hit(IncidentId(r.incident_id), r.source, r.text, float(r.score)) for r in rows]


_FTS5 = (
    "-bm25(search_index)",
    "search_index JOIN search_document d ON d.id = search_index.rowid",
    "search_index MATCH :words",
)
_TSVECTOR = (
    "ts_rank(i.tokens, q.query)",
    "search_index i JOIN search_document d ON d.id = i.id, to_tsquery('simple', :words) AS q(query)",
    "i.tokens @@ q.query",
)
"""The score, the tables, and what matches."""


def _fts5(terms: Sequence[Term], joint: str) -> str:
    def phrase(tokens: Phrase) -> str:
        quoted = '"' + " ".join(token.replace('"', "") for token in tokens) + '"'
        return quoted + "*" if is_syllable(tokens) else quoted

    return joint.join("(" + " OR ".join(phrase(p) for p in term) + ")" for term in terms)


def _tsquery(terms: Sequence[Term], joint: str) -> str:
    def phrase(tokens: Phrase) -> str:
        quoted = ["'" + token.replace("'", "").replace("\\", "") + "'" for token in tokens]
        return quoted[0] + ":*" if is_syllable(tokens) else "(" + " <-> ".join(quoted) + ")"

    return joint.join("(" + " | ".join(phrase(p) for p in term) + ")" for term in terms)


def is_syllable(tokens: Phrase) -> bool:
    """One syllable alone ("큐") is asked for as a beginning: the index holds pairs of syllables."""
    return len(tokens) == 1 and len(tokens[0]) == 1 and not tokens[0].isascii()
