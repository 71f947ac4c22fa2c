"""Reports from totals are the plain sums of what was charged, lost and worked, however they are grouped and paged.

Searched by Hypothesis, on both databases, over histories in which terms come and go, everything may be told late, and
words and reversals follow one another at will.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import date, timedelta
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.credit.expiry import breakage
from ledger.events import (
    ChargeReversed,
    DeductionConfirmed,
    DeductionDisputed,
    DeductionReversed,
    HoursDeducted,
    OverageCharged,
    TermEndBroughtForward,
    TermStarted,
)
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.values import from_micros, local_date, to_micros
from projections.asking import PageAsked
from projections.provider.report_sources import BREAKAGE, DEDUCTED_TIME, REVENUE, ReportSource, TimeGroup
from projections.provider.reports import ReportAsked, report, report_totals
from projections.reader import Snapshot
from tests.views.followed import Followed
from tests.views.histories import WITH_TERMS, History, Step, history, instant

searched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
NUMBERS = count(1)
ZONE = "America/New_York"  # where the instants of these histories are of the day before
SOURCES: list[ReportSource[Any, Any]] = [REVENUE, BREAKAGE, DEDUCTED_TIME]
GROUPS = st.lists(st.sampled_from(("plan", "kind", "customer", "month", "engineer")), unique=True, max_size=5)
SPAN = st.tuples(st.one_of(st.none(), st.integers(-3, 45)), st.integers(-3, 45))
Said = tuple[date, dict[str, str], tuple[str, ...], tuple[int, ...]]  # day, groups, what has a row of its own, figures


@pytest.fixture
def followed(database_url: str) -> Iterator[Followed]:
    with closing(Followed(database_url)) as followed:
        yield followed


def plan_at(told: History, at: int) -> str:
    """Of the term that began last, of those that ever ran. Where none had begun it is the contract's: that of the last
    one that ran, which it keeps where none is left.
    """
    terms: dict[int, tuple[int, int, str]] = {}
    plan, lived = "", []
    for event in told.events:
        fact = event.fact
        if isinstance(fact, TermStarted):
            assert fact.ends_at is not None
            terms[fact.term_no] = (to_micros(fact.starts_at), to_micros(fact.ends_at), fact.plan)
        elif isinstance(fact, TermEndBroughtForward):
            begins, _, of = terms[fact.term_no]
            terms[fact.term_no] = (begins, to_micros(fact.ends_at), of)
        lived = [(begins, of) for begins, ends, of in terms.values() if begins < ends]
        plan = lived[-1][1] if lived else plan
    begun = [one for one in lived if one[0] <= at]
    return max(begun)[1] if begun else plan


def revenue(told: History) -> Iterator[Said]:
    for event in told.events:
        fact = event.fact
        if isinstance(fact, OverageCharged | ChargeReversed):
            at = to_micros(fact.effective_at)
            groups = {"plan": plan_at(told, at), "kind": "overage", "customer": "K"}
            yield day_of(at), groups, ("EUR",), (fact.amount_cents, 1)


def lost(told: History) -> Iterator[Said]:
    for grant, ends in told.ends.items():
        if ends[-1][1] is not None:
            ends_at = instant(ends[-1][1])
            flows = [(instant(at), figures[0] - figures[1]) for _, at, _, of, figures in told.moved if of == grant]
            groups = {"plan": plan_at(told, ends_at - 1), "kind": "top_up", "customer": "K"}
            for moment, quantity in breakage(flows, ends_at).items():
                yield day_of(moment), groups, ("minutes", ""), (quantity,)


def worked(told: History) -> Iterator[Said]:
    for event in told.events:
        fact = event.fact
        if not isinstance(fact, HoursDeducted):
            continue
        about = [one.fact for one in told.events if getattr(one.fact, "deduction_id", None) == fact.deduction_id]
        words = [one.on_behalf for one in about if isinstance(one, DeductionConfirmed | DeductionDisputed)]
        at = to_micros(fact.effective_at)
        groups = {"plan": plan_at(told, at), "kind": "work", "customer": "K", "engineer": fact.engineer.key_id}
        figures = (fact.worked_seconds, -(-fact.worked_seconds // 60), fact.billed_minutes, fact.billed_minutes)
        on_behalf = str(int(words[-1])) if words else "0"
        yield day_of(at), groups, (on_behalf,), figures
        for one in about:
            if isinstance(one, DeductionReversed):
                less = tuple(-figure for figure in figures)
                yield day_of(to_micros(one.effective_at)), groups, (on_behalf,), less


def day_of(at: int) -> date:
    return local_date(from_micros(at), ZONE)


PLAIN = {"revenue": revenue, "breakage": lost, "time": worked}


@searched
@given(
    steps=WITH_TERMS,
    page=st.integers(1, 9),
    source=st.sampled_from(SOURCES),
    groups=GROUPS,
    span=SPAN,
    limit=st.integers(1, 4),
)
def test_any_groups_of_any_days(
    followed: Followed,
    steps: list[Step],
    page: int,
    source: ReportSource[Any, Any],
    groups: list[TimeGroup],
    span: tuple[int | None, int],
    limit: int,
) -> None:
    groups = [group for group in groups if group != "engineer" or source is DEDUCTED_TIME]
    number = next(NUMBERS)
    provider, told = f"P-{number}", history(f"C-{number}", steps, f"P-{number}", ZONE)
    followed.tell(told, page)
    first, last = (None if one is None else date(2026, 1, 1) + timedelta(days=one) for one in span)
    assert last is not None
    if first is not None and first > last:
        first, last = last, first
    asked = ReportAsked(provider, first, last, tuple(groups))

    async def in_pages(snapshot: Snapshot) -> tuple[list[tuple[tuple[str, ...], Any]], list[Any]]:
        found, totals, after = [], [], None
        while True:
            some = await report(snapshot, COMMAND_LINE, source, asked, PageAsked(limit, after))
            found += [(row.place, row.sums) for row in some.items]
            totals.append(report_totals(some.everything or ()))
            after = some.next_after
            if after is None:
                return found, totals

    found, totals = followed.ask(in_pages)
    said = [one for one in PLAIN[source.report](told) if (first is None or first <= one[0]) and one[0] <= last]
    expected = added([((*told_apart(asked, provider, one), *one[2]), one[3]) for one in said])
    assert [(place, tuple(getattr(sums, name) for name in source.figures)) for place, sums in found] == expected
    whole = added([(one[2], one[3]) for one in said])
    for total in totals:
        shown = [(tuple(apart), tuple(getattr(sums, name) for name in source.figures)) for apart, sums in total]
        assert [one for one in shown if any(one[1])] == whole


def told_apart(asked: ReportAsked, provider: str, one: Said) -> tuple[str, ...]:
    day, groups, _, _ = one
    by_name = groups | {"month": f"{day:%Y-%m}", "provider": provider}
    return tuple(by_name[name] for name in asked.row_of)


def added(rows: Sequence[tuple[tuple[str, ...], tuple[int, ...]]]) -> list[tuple[tuple[str, ...], tuple[int, ...]]]:
    sums: dict[tuple[str, ...], list[tuple[int, ...]]] = defaultdict(list)
    for place, figures in rows:
        sums[place].append(figures)
    found = {place: tuple(map(sum, zip(*some, strict=True))) for place, some in sums.items()}
    return sorted((place, figures) for place, figures in found.items() if any(figures))


@settings(searched, max_examples=10)
@given(histories=st.lists(WITH_TERMS, min_size=1, max_size=3), page=st.integers(1, 9))
def test_built_anew_they_are_the_same(followed: Followed, histories: list[list[Step]], page: int) -> None:
    for steps in histories:
        followed.tell(history(f"C-{next(NUMBERS)}", steps), page)
    assert followed.projector.differences() == []
