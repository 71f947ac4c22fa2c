"""What SQL says of a rule is what the pure rule says, on both databases: searched by Hypothesis over rows made up."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.cli.importing import COMMAND_LINE
from ledger.contracts.term import ContractStatus, has_time, state_at
from ledger.credit.confirmation import status_at
from ledger.credit.deduction_events import DeductionStatus
from ledger.credit.expiry import expired_by
from ledger.kernel.access import Actor
from ledger.kernel.values import from_micros, to_micros
from projections.asking import EVERYTHING, PageAsked
from projections.contracts.across import ContractsAsked
from projections.contracts.questions import ContractFilter, has_time_in_sql, list_contracts
from projections.contracts.view import TermRow
from projections.credit.balance_lists import list_balances
from projections.credit.balances import balance
from projections.credit.deduction_questions import DeductionsAsked, list_deductions
from projections.credit.unanswered import count_unanswered
from projections.credit.waiting_deductions import count_waiting
from projections.provider.customer_list import list_customers
from projections.reader import NOW, Snapshot, Times
from tests.views.rows import CONTRACT, POOL, TABLES, Written, blank, contract, deduction, movement, wait, written

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = st.integers(min_value=0, max_value=12)
searched = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


def day(number: int) -> int:
    return to_micros(BEGIN + timedelta(days=number))


@pytest.fixture
def views(database_url: str) -> Iterator[Written]:
    with written(database_url) as views:
        yield views


GRANTS = st.lists(
    st.tuples(
        st.lists(st.tuples(DAYS, st.integers(min_value=-90, max_value=90).filter(bool)), min_size=1, max_size=4),
        st.lists(DAYS, min_size=1, max_size=2),  # its end, and the end that was told later
    ),
    max_size=3,
)


@searched
@given(grants=GRANTS, at=DAYS)
def test_what_has_expired_of_a_pool_and_what_is_in_force_now_and_at_a_moment(
    views: Written, grants: list[tuple[list[tuple[int, int]], list[int]]], at: int
) -> None:
    """The last flow may be effective only after the moment; every flow is known."""
    rows: list[Any] = [contract(), blank(TABLES["overages"], contract_id=CONTRACT, currency="EUR")]
    position, expected, given_out, in_force, lost_in_the_end = 1, 0, 0, 0, 0
    for number, (flows, ends) in enumerate(grants):
        grant_id, of_grant = f"G-{number}", [(day(on), quantity) for on, quantity in flows]
        for end in ends:
            rows.append(movement(position, day(0), grant_id, kind="expiry_moved", expires_at=day(end)))
            position += 1
        for moment, quantity in of_grant:
            rows.append(movement(position, moment, grant_id, granted=quantity))
            position += 1
        total = sum(quantity for _, quantity in flows)
        about = {"contract_id": CONTRACT, "pool": POOL, "granted": total, "expires_at": day(ends[-1])}
        rows.append(blank(TABLES["grants"], grant_id=grant_id, lost=max(total, 0), **about))
        lost_in_the_end += max(total, 0)
        expected += expired_by(of_grant, day(ends[-1]), day(at))
        given_out += total
        in_force += sum(quantity for on, quantity in flows if on <= at < ends[-1])
    about = {"contract_id": CONTRACT, "pool": POOL, "unit": "minutes", "granted": given_out, "lost": lost_in_the_end}
    views.write([*rows, blank(TABLES["accounts"], account_id=f"{CONTRACT}:{POOL}", **about)])
    views.clock.put(from_micros(day(at)).isoformat())
    (now,) = views.asking.of_reader(lambda reader: balance(reader, COMMAND_LINE, CONTRACT)).accounts
    then = Times(as_of=from_micros(day(at)))
    (at_moment,) = views.asking.of_reader(lambda reader: balance(reader, COMMAND_LINE, CONTRACT, then)).accounts
    assert now.expired == expected
    assert at_moment == now

    async def listed(snapshot: Snapshot) -> list[int]:
        asked = [
            await list_balances(snapshot, COMMAND_LINE, ContractsAsked(), None, one, PageAsked(9))
            for one in (NOW, then)
        ]
        return [page.items[0].in_force for page in asked]

    assert views.asking.of_snapshot(listed) == [in_force, in_force]


NOW_ON = 20  # silence may be a yes from this very instant on
ANSWERS = st.tuples(st.sampled_from(["confirmed", "disputed", "upheld", "reversed"]), DAYS)
DEDUCTIONS = st.lists(
    st.tuples(
        st.booleans(), st.one_of(st.none(), DAYS, st.integers(NOW_ON, NOW_ON + 1)), st.one_of(st.none(), ANSWERS)
    ),
    min_size=1,
    max_size=6,
)


@searched
@given(deductions=DEDUCTIONS, at=DAYS)
def test_what_awaits_the_customers_word_now_and_at_a_moment(
    views: Written, deductions: list[tuple[bool, int | None, tuple[str, int] | None]], at: int
) -> None:
    """Whether it was asked for, the day from which silence is a yes, and the answer with its day, if there was one."""
    now = day(NOW_ON)
    about = {"contract_id": CONTRACT, "pool": POOL}
    rows: list[Any] = [contract(), blank(TABLES["accounts"], account_id="C:care", unit="minutes", **about)]
    expected: dict[str, set[str]] = {status: set() for status in get_args(DeductionStatus)}
    pending = then_pending = without_end = 0
    for number, (is_awaited, deemed_on, answer) in enumerate(deductions, 1):
        begins = "pending" if is_awaited else "not_required"
        status = answer[0] if answer is not None and is_awaited else begins
        deemed_at = day(deemed_on) if deemed_on is not None else None
        told = {"status": status, "awaited": int(is_awaited), "deemed_at": deemed_at, "quantity": 2**number}
        rows.append(deduction(number, **told))
        if is_awaited:
            ends = [end for end in (deemed_at, day(answer[1]) if answer is not None else None) if end is not None]
            rows.append(wait(number, 0, 1, 2**number))
            if ends:
                rows.append(wait(number, min(ends), -1, -(2**number)))
            else:
                without_end += 2**number
        was = begins
        if answer is not None and is_awaited:
            change = {"deduction_id": f"D-{number}", "position": 100 + number, "status": status}
            rows.append(blank(TABLES["status_changes"], effective_at=day(answer[1]), **change))
            was = status if answer[1] <= at else begins
        expected[status_at(status, deemed_at, now)].add(f"D-{number}")
        pending += 2**number if status_at(status, deemed_at, now) == "pending" else 0
        then_pending += 2**number if status_at(was, deemed_at, day(at)) == "pending" else 0
    views.write([*rows, blank(TABLES["pending"], account_id="C:care", quantity=without_end, **about)])
    views.clock.put(from_micros(now).isoformat())
    found = views.asking.of_reader(lambda reader: balance(reader, COMMAND_LINE, CONTRACT)).accounts[0]
    then = Times(as_of=from_micros(day(at)))
    before = views.asking.of_reader(lambda reader: balance(reader, COMMAND_LINE, CONTRACT, then)).accounts[0]
    assert (found.pending_confirmation, before.pending_confirmation) == (pending, then_pending)

    async def counted(snapshot: Snapshot) -> list[int]:
        return [await count_waiting(snapshot, COMMAND_LINE, ContractsAsked(), times, 9) for times in (NOW, then)]

    assert views.asking.of_snapshot(counted) == [
        pending.bit_count(),
        then_pending.bit_count(),
    ]  # each deduction is a power of two

    async def by_status(snapshot: Snapshot) -> dict[str, set[str]]:
        pages = {
            status: await list_deductions(snapshot, COMMAND_LINE, CONTRACT, DeductionsAsked(status), NOW, EVERYTHING)
            for status in get_args(DeductionStatus)
        }
        return {status: {one.row.deduction_id for one in page.items} for status, page in pages.items()}

    assert views.asking.of_snapshot(by_status) == expected
    (customer,) = views.asking.of_snapshot(
        lambda snapshot: list_customers(snapshot, COMMAND_LINE, None, PageAsked(9))
    ).items
    unanswered = {status: len(expected[status]) for status in ("disputed", "pending")}
    assert customer.unanswered_deductions == sum(unanswered.values())
    counts = views.asking.of_snapshot(lambda snapshot: count_unanswered(snapshot, COMMAND_LINE, ContractsAsked(), [0]))
    assert {one.status: one.count for one in counts} == unanswered


@searched
@given(contracts=st.lists(st.tuples(DAYS, DAYS, st.booleans()), min_size=1, max_size=5), at=DAYS)
def test_where_a_contract_stands(views: Written, contracts: list[tuple[int, int, bool]], at: int) -> None:
    rows = {}
    for number, (start, length, is_terminated) in enumerate(contracts):
        told = {
            "starts_at": day(start),
            "ends_at": day(start + length),
            "terminated_on": "…" if is_terminated else None,
        }
        rows[f"C-{number}"] = contract(f"C-{number}", **told)
    views.write(list(rows.values()))
    views.clock.put(from_micros(day(at)).isoformat())

    async def by_state(snapshot: Snapshot) -> dict[str, list[tuple[str, str]]]:
        found = {}
        for state in get_args(ContractStatus):
            page = await list_contracts(snapshot, COMMAND_LINE, ContractFilter(state=state), PageAsked(9))
            found[state] = [(one.row.contract_id, one.state) for one in page.items]
        return found

    assert views.asking.of_snapshot(by_state) == {
        state: [
            (contract_id, state)
            for contract_id, row in rows.items()
            if state_at(row.starts_at, row.ends_at, row.terminated_on is not None, day(at)) == state
        ]
        for state in get_args(ContractStatus)
    }


@searched
@given(terms=st.lists(st.tuples(DAYS, DAYS), min_size=1, max_size=5))
def test_whether_a_term_has_time(views: Written, terms: list[tuple[int, int]]) -> None:
    about = {"contract_id": CONTRACT, "plan": "care"}
    rows: list[TermRow] = [
        blank(TABLES["contract_terms"], term_no=number, starts_at=day(start), ends_at=day(end), **about)
        for number, (start, end) in enumerate(terms)
    ]
    views.write(rows)

    async def having_time(snapshot: Snapshot) -> list[int]:
        sql = f"SELECT n.term_no FROM contract_terms n WHERE {has_time_in_sql('n')} ORDER BY n.term_no"
        return [row.term_no for row in await snapshot.query(sql, {})]

    assert views.asking.of_snapshot(having_time) == [
        row.term_no for row in rows if has_time(row.starts_at, row.ends_at)
    ]


NAMES = st.sampled_from(["a", "b", "c"])
PROVIDERS = st.sampled_from(["a", "b", ""])
ACTORS = st.one_of(
    st.builds(
        Actor,
        st.just("t"),
        st.sampled_from(["operator", "finance", "auditor", "admin"]),
        st.one_of(st.none(), PROVIDERS),
    ),
    st.builds(Actor, st.just("t"), st.just("customer"), st.one_of(st.none(), PROVIDERS), customer=NAMES),
    st.builds(Actor, st.just("t"), st.just("partner"), st.one_of(st.none(), PROVIDERS), partner=NAMES),
)


@searched
@given(actor=ACTORS, contracts=st.lists(st.tuples(NAMES, NAMES, st.one_of(st.none(), NAMES)), min_size=1, max_size=8))
def test_what_an_actor_sees(views: Written, actor: Actor, contracts: list[tuple[str, str, str | None]]) -> None:
    rows = {
        f"C-{number}": contract(f"C-{number}", provider=provider, customer_id=customer, partner_id=partner)
        for number, (provider, customer, partner) in enumerate(contracts)
    }
    views.write(list(rows.values()))
    page = views.asking.of_snapshot(lambda snapshot: list_contracts(snapshot, actor, ContractFilter(), PageAsked(20)))
    assert [one.row.contract_id for one in page.items] == [
        contract_id for contract_id, row in rows.items() if actor.sees(row.provider, row.customer_id, row.partner_id)
    ]
