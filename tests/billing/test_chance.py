"""Random histories of work, top-ups, disputes, reversals, invoices and credit notes: no cent is lost or billed twice.

The customer wins and loses a VAT id on the way, or leaves the EU: what goes back bears the VAT that was asked for.
"""

from collections.abc import Iterator
from itertools import count

import pytest
from hypothesis import example, given, note
from hypothesis import strategies as st

from tests.billing.all_events import check_as_of_all_events
from tests.billing.office import Office, billed, office_over
from tests.words import (
    amend,
    credit_note,
    dispute,
    issue,
    log_work,
    open_ticket,
    reverse,
    reverse_credit,
    settle,
    sign,
    top_up,
)

# 240 minutes are included, then 60 at 90.00 an hour, then 70.10; each deduction may be disputed within a day.
PLAN = "north-tiers"
FAR = "2027-12-31"

earlier = st.integers(0, 7)  # the n-th latest of what there is, counted round
days = st.integers(1, 28)
actions = st.one_of(
    *[st.tuples(st.just("work"), st.sampled_from([1, 15, 100, 240, 301]), days)] * 4,
    st.tuples(st.just("goodwill"), st.sampled_from([1, 100]), days),
    *[st.tuples(st.just("top-up"), st.sampled_from(["0.01", "22.25", "90.00", "1000.00"]), days)] * 2,
    *[st.tuples(st.just("dispute"), earlier, st.just(0))] * 2,
    *[st.tuples(st.sampled_from(["upheld", "reversed"]), earlier, st.just(0))] * 3,
    *[st.tuples(st.just("reverse"), earlier, st.sampled_from([0, 0, 28]))] * 3,
    *[st.tuples(st.just("take back"), earlier, st.sampled_from([0, 0, 28]))] * 2,
    *[st.tuples(st.just("issue"), st.just(0), st.sampled_from([5, 14, 20, 28, 31, 31, 31]))] * 4,
    *[st.tuples(st.just("credit"), earlier, st.just(0))] * 3,
    *[st.tuples(st.just("customer"), st.sampled_from(["ATU13585627", "none", "CH"]), st.just(0))] * 2,
)
histories = st.lists(actions, min_size=4, max_size=22)
contracts = count(1)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    path = tmp_path_factory.mktemp("chance") / "ledger.db"
    with office_over(f"sqlite:///{path}", "2026-02-01T12:00:00Z") as office:
        yield office


def tell(office: Office, contract: str, history: list[tuple[str, int | str, int]]) -> None:
    """Carries out what the ledger allows; a refusal is none of our business here, an error is."""
    entries: list[str] = []
    numbers: list[str] = []
    bought: list[str] = []
    for step, (what, size, day) in enumerate(history):
        at = f"2026-01-{day:02}T09:00:00Z" if day else None
        latest = (entries or ["none"])[-1 - int(size) % max(len(entries), 1)] if isinstance(size, int) else ""
        if what in ("work", "goodwill"):
            entries.append(f"{contract}-{step}")
            free = {"treatment": "goodwill", "reason": "R"} if what == "goodwill" else {}
            told = log_work(int(size), at, entry_id=entries[-1], ticket_id=contract, **free)
        elif what == "top-up":
            bought.append(f"{contract}-{step}")
            told = top_up(60, at, top_up_id=bought[-1], contract_id=contract, pool="extra", price=size)
        elif what == "take back":
            told = reverse_credit((bought or ["none"])[-1 - int(size) % max(len(bought), 1)], at)
        elif what == "dispute":
            told = dispute(latest, at)
        elif what in ("upheld", "reversed"):
            told = settle(what, latest, at)
        elif what == "customer":
            country, vat_id = ("CH", None) if size == "CH" else ("AT", None if size == "none" else size)
            told = amend({"country": country, "vat_id": vat_id}, contract)
        elif what == "reverse":
            told = reverse(latest, at)
        elif what == "issue":
            told = issue(contract, f"2026-01-{day:02}")
        else:
            told = credit_note((numbers or ["none"])[-1 - int(size) % max(len(numbers), 1)])
        answer = office.send(told)
        if what == "issue" and answer.status_code == 200:
            numbers.append(answer.json()["number"])
        note(f"{what} {size} {day}: {answer.status_code} {answer.text[:90] if answer.status_code != 200 else ''}")
        assert answer.status_code in (200, 404, 409), answer.text
        check(office, contract)


def cents(amount: str) -> int:
    return int(amount.replace(".", ""))


def check(office: Office, contract: str) -> None:
    """Invoices − credit notes + what is still to be billed = all charges; a charge stands on one invoice at most."""
    check_as_of_all_events(office, f"sqlite:///{office.store.database.path}", contract)
    charges = {one["charge_id"]: one for one in office.walk(f"contracts/{contract}/charges")}
    documents = office.invoices(contract)
    draft = office.draft(contract, FAR)
    billed = sum(cents(one["net"]) * (1 if one["kind"] == "invoice" else -1) for one in documents)
    waiting = sum(cents(charges[id_]["amount"]) for id_ in draft["waiting"] if id_ in charges)  # else it is time alone
    assert billed + cents(draft["net"]) + waiting == sum(cents(one["amount"]) for one in charges.values())

    standing: dict[str, str] = {}
    taxed: dict[str, tuple[str, str]] = {}
    for document in documents:
        assert cents(document["net"]) == sum(cents(line["net"]) for line in document["lines"])
        assert cents(document["gross"]) == cents(document["net"]) + cents(document["vat_total"])
        assert cents(document["net"]) > 0
        assert cents(document["gross"]) > 0
        if document["kind"] == "invoice" and document["credited_by"] is None:
            for line in document["lines"]:
                if line["charge_id"] is not None:
                    assert line["charge_id"] not in standing, line
                    assert line["net"] == charges[line["charge_id"]]["amount"]
                    standing[line["charge_id"]] = document["number"]
                    taxed[line["charge_id"]] = (line["vat_category"], line["vat_rate"])
    assert standing == {name: one["invoice_number"] for name, one in charges.items() if one["invoice_number"]}
    in_draft = {line["charge_id"]: (line["vat_category"], line["vat_rate"]) for line in draft["lines"]}
    for charge_id, told in (taxed | in_draft).items():
        reverses = charges[charge_id]["reverses"] if charge_id is not None else None
        assert reverses not in taxed or taxed[reverses] == told, charge_id
    assert len({category == "O" for category, _ in in_draft.values()}) <= 1
    drafted = {line["charge_id"] for line in draft["lines"] if line["charge_id"] is not None}
    assert not drafted & standing.keys()
    assert not set(draft["waiting"]) & (standing.keys() | drafted)
    nowhere = charges.keys() - standing.keys() - drafted - set(draft["waiting"])
    opposites = {one["reverses"]: id_ for id_, one in charges.items() if one["reverses"]}
    settled = {id_: one["settled_by"] for id_, one in charges.items() if one["settled_by"]}
    assert settled.keys() == nowhere, "only a charge and its reversal, both open, are billed nowhere, and they say so"
    for charge_id, opposite in settled.items():
        assert opposite == (charges[charge_id]["reverses"] or opposites[charge_id])
        assert settled[opposite] == charge_id


@given(histories)
@example([("work", 301, 3), ("issue", 0, 31), ("customer", "ATU13585627", 0), ("reverse", 0, 0)])
@example([("work", 301, 3), ("issue", 0, 31), ("customer", "CH", 0), ("reverse", 0, 0), ("credit", 0, 0)])
def test_what_is_billed_and_what_is_not_come_to_what_is_owed(
    desk: Office, history: list[tuple[str, int | str, int]]
) -> None:
    contract = f"C{next(contracts)}"
    desk.ok(sign(PLAN, contract_id=contract, customer=billed(contract) | {"country": "AT"}))
    desk.ok(open_ticket(contract, contract_id=contract, at="2026-01-01T09:00:00Z"))
    # An hour out of goodwill, after every day through which is issued, so that the draft always has a line.
    free = {"treatment": "goodwill", "reason": "R"}
    desk.ok(log_work(60, "2026-02-02T09:00:00Z", entry_id=f"{contract}-free", ticket_id=contract, **free))
    tell(desk, contract, history)
