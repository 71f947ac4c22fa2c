"""The rules of credit that questions have to say in SQL: where a grant stands, and what became of a deduction.

What is left of a grant at a moment, until when it counts (C15), what of it expired (C9, C10); silence as a yes (C8).
Each fragment stands here alone; a property test holds it against the pure rule on both databases.
"""

from __future__ import annotations

# What stands behind FROM for the movements of a contract that are known at a position; what has a + leads SQLite to no
# index, since few of them are asked for.
MOVEMENTS_KNOWN = "movements WHERE contract_id = :contract_id AND +position <= :position"


# What becomes effective only after a moment, of a grant `g`; and the same of one that is shown as it will begin.
LATER = "m.contract_id = g.contract_id AND m.effective_at > :at AND m.grant_id = g.grant_id"
LATER_THAN_SHOWN = f"{LATER} AND m.effective_at > g.counts_from"
# The rule of `ledger.credit.grants.figures_at`.
FIGURES_AT = "CASE WHEN g.counts_from > :at THEN g.counts_from ELSE :at END"


def by_then_in_sql(total: str, moved: str, later: str) -> str:
    """A figure of a grant `g` at a moment: its total over everything recorded, less what of it is effective `later`.

    `moved` is the figure of one movement `m`. So the cost is that of what is dated ahead, not of the whole history.
    """
    return f"({total} - coalesce((SELECT CAST(sum({moved}) AS BIGINT) FROM movements m WHERE {later}), 0))"


# Whether something remains of a grant `g`, by the rule of `ledger.credit.grants.GrantFigures.remaining`.
REMAINS = f"""g.expires_at > :at AND g.expires_at > g.counts_from
  AND {by_then_in_sql("g.granted - g.consumed", "m.granted - m.consumed", LATER_THAN_SHOWN)} > 0"""


def lost_in_sql(left: str) -> str:
    """The rule of `ledger.credit.expiry.lost`."""
    return f"CASE WHEN {left} > 0 THEN {left} ELSE 0 END"


def expired(ends_at: str, left: str, at: str = ":at") -> str:
    """What of a grant has expired, `left` being what all of its changes up to the instant leave of it.

    The rule of `ledger.credit.expiry.expired_by`: what comes to a grant after its end is over at once.
    """
    return f"CASE WHEN {ends_at} <= {at} THEN {lost_in_sql(left)} ELSE 0 END"


def ends_in_sql(movements: str) -> str:
    """Rows of grant_id, expires_at: until when each grant counts, which is the end that was told last (C15).

    `movements` is what stands behind FROM, with a WHERE: the movements that are known.
    """
    return f"""SELECT grant_id, expires_at FROM (SELECT grant_id, expires_at,
      row_number() OVER (PARTITION BY grant_id ORDER BY position DESC) AS back
      FROM {movements} AND expires_at IS NOT NULL) told WHERE back = 1"""


def breakage_in_sql(movements: str, ends_at: str) -> str:
    """Rows of grant_id, moment, quantity: what expired of each grant, and when, nought where nothing did.

    `movements` is what stands behind FROM, the movements being `m`. The rule of `ledger.credit.expiry.breakage`.
    """
    return f"""SELECT grant_id, moment, ({lost_in_sql("owned")}) - ({lost_in_sql("owned - change")}) AS quantity FROM (
      SELECT grant_id, moment, change, CAST(sum(change) OVER (PARTITION BY grant_id ORDER BY moment) AS BIGINT) AS owned
      FROM (SELECT m.grant_id, CASE WHEN m.effective_at > {ends_at} THEN m.effective_at ELSE {ends_at} END AS moment,
          CAST(sum(m.granted - m.consumed) AS BIGINT) AS change
        FROM {movements} GROUP BY 1, 2) summed) running"""


def status_at_in_sql(status: str, deemed_at: str) -> str:
    """The status of a deduction: the rule of `ledger.credit.confirmation.status_at`."""
    return f"CASE WHEN {status} = 'pending' AND {deemed_at} <= :at THEN 'deemed_confirmed' ELSE {status} END"


def unanswered_in_sql(status: str, deemed_at: str) -> str:
    """Whether a deduction waits for somebody's answer, by `ledger.credit.confirmation.UNANSWERED_STATUSES`."""
    pending = " OR ".join(f"({one})" for one in still_pending_in_sql(status, deemed_at))
    return f"({status} = 'disputed' OR {pending})"


def still_pending_in_sql(status: str, deemed_at: str) -> tuple[str, str]:
    """Two conditions, of which one holds where `ledger.credit.confirmation.status_at` is pending.

    What silence answered keeps the status that it began with: an index finds what still waits by the silence's day.
    """
    return f"{status} = 'pending' AND {deemed_at} > :at", f"{status} = 'pending' AND {deemed_at} IS NULL"
