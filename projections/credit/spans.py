"""Spans of time, and what the flows of a contract that begin in one come to, as they were known at some positions.

A span of the highest level is some nine years long; each is divided into sixteen of the level below once it has more
than `MOST` flows, down to those of one instant. Which spans there are follows from the flows alone. Where their
subtotals come from is `projections.credit.subtotals`; here stands what a question about any place in both times reads:
the subtotals of a few spans, the flows of the one span that the moment divides, and those since they were reckoned up.
"""

from __future__ import annotations

from typing import Any

import msgspec

from projections.credit.flows import FIGURES, flows_in_sql
from projections.credit.rules import expired
from projections.reader import AsOf
from projections.tables import Table

HIGHEST = 12  # levels count from 0, where a span is one microsecond
_BITS = 4  # a span is divided into sixteen


class ReckoningRow(msgspec.Struct):
    """All flows of a contract up to this position are in its subtotals as of it."""

    contract_id: str
    position: int


class SpanRow(msgspec.Struct):
    """A stretch of time, from its first instant to its last.

    `flows` is how many of all that are reckoned up begin in it. Its newest subtotals are those as of `position`.
    """

    contract_id: str
    level: int
    starts_at: int
    last_at: int
    flows: int
    is_divided: int
    position: int


class SubtotalRow(msgspec.Struct):
    """What of a pool the flows that begin in a span come to, as they were known at a position."""

    contract_id: str
    level: int
    starts_at: int
    position: int
    pool: str
    granted: int
    consumed: int
    reserved: int
    expired: int
    pending: int
    waiting: int
    overage_minutes: int
    overage_cents: int


RECKONINGS = Table("reckonings", ReckoningRow, ("contract_id", "position"))
SPANS = Table("spans", SpanRow, ("contract_id", "level", "starts_at"))
SUBTOTALS = Table("subtotals", SubtotalRow, ("contract_id", "level", "starts_at", "position", "pool"))


def starts_at(at: int, level: int) -> int:
    """Where the span of a level begins that an instant lies in."""
    width = _BITS * level
    return at >> width << width


def last_at(start: int, level: int) -> int:
    return start + (1 << _BITS * level) - 1


_LEVELS = ", ".join(f"({level}, CAST(:start_{level} AS BIGINT))" for level in range(HIGHEST + 1))
_KNOWN = "(SELECT position FROM reckoned)"
# What has a + leads SQLite to no index, nor to what else it equals: the other terms find few rows.
_SINCE = flows_in_sql(f"f.position > {_KNOWN} AND f.position <= :position AND +f.effective_at <= :at")
_OF_THE_MOMENT = flows_in_sql(
    "f.effective_at >= (SELECT starts_at FROM parted WHERE is_divided = 0) AND f.effective_at <= :at "
    f"AND +f.position <= {_KNOWN}"
)
# What of a grant had expired by the moment, as it was known at a position: of what it then had over all that was
# recorded, what comes later leaves what it had at the moment. That is read only where its end has come.
_REMAINED = """l.owned - coalesce((SELECT CAST(sum(m.granted - m.consumed) AS BIGINT) FROM movements m
    WHERE m.grant_id = g.grant_id AND m.effective_at > :at AND +m.position <= {known}), 0)"""
_EXPIRED = f"""(SELECT {expired("l.counts_until", _REMAINED)}
  FROM movements l WHERE l.grant_id = g.grant_id AND l.position <= {{known}}
  ORDER BY l.position DESC, l.part DESC LIMIT 1)"""
_EXPIRED_SINCE = f"{_EXPIRED.format(known=':position')} - coalesce({_EXPIRED.format(known=_KNOWN)}, 0)"
# The pools of a contract with their figures at a place in both times, as `figures`: what stands behind WITH.
FIGURES_THEN = f"""
places(level, starts_at) AS (VALUES {_LEVELS}), reckoned AS (
  SELECT coalesce(max(position), 0) AS position FROM reckonings
  WHERE contract_id = :contract_id AND position <= :position
), parted AS (
  SELECT s.level, s.starts_at, s.is_divided FROM places p CROSS JOIN spans s
  WHERE s.contract_id = :contract_id AND s.level = p.level AND s.starts_at = p.starts_at AND s.last_at > :at
), whole AS (
  SELECT level, starts_at FROM spans
  WHERE contract_id = :contract_id AND level = {HIGHEST} AND starts_at <= :at AND last_at <= :at
  UNION ALL SELECT s.level, s.starts_at FROM parted p CROSS JOIN spans s WHERE s.contract_id = :contract_id
    AND s.level = p.level - 1 AND s.starts_at >= p.starts_at AND s.starts_at <= :at AND s.last_at <= :at
), added AS (
  SELECT t.pool, {", ".join(f"t.{name}" for name in FIGURES)} FROM whole w CROSS JOIN subtotals t
  WHERE t.contract_id = :contract_id AND t.level = +w.level AND t.starts_at = +w.starts_at
    AND t.position = (SELECT max(x.position) FROM subtotals x WHERE x.contract_id = :contract_id
      AND x.level = w.level AND x.starts_at = w.starts_at AND x.position <= {_KNOWN})
  UNION ALL SELECT pool, {", ".join(FIGURES)} FROM ({_OF_THE_MOMENT}) o
  UNION ALL SELECT pool, {", ".join(FIGURES)} FROM ({_SINCE}) n
  UNION ALL SELECT g.pool, {", ".join(_EXPIRED_SINCE if name == "expired" else "0" for name in FIGURES)}
  FROM (SELECT DISTINCT m.pool, m.grant_id FROM movements m WHERE m.contract_id = :contract_id
    AND m.position > {_KNOWN} AND m.position <= :position AND m.grant_id IS NOT NULL) g
), figures AS (
  SELECT pool, {", ".join(f"CAST(sum({name}) AS BIGINT) AS {name}" for name in FIGURES)} FROM added GROUP BY pool
)"""


def places(contract_id: str, as_of: AsOf) -> dict[str, Any]:
    """The parameters of `FIGURES_THEN`."""
    starts = {f"start_{level}": starts_at(as_of.at, level) for level in range(HIGHEST + 1)}
    return {"contract_id": contract_id, **as_of.params, **starts}
