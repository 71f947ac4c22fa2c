"""What becomes of movements, charges and documents made by hand."""

from collections.abc import Iterable
from datetime import UTC, date, datetime

import pytest

from api.books.chart import EXPIRED, credit, plain_name
from api.books.entries import CreditOfContract, charge_transaction, document_transaction
from api.books.journal import FaultyBooksError, Posting, Transaction, last_day
from ledger.events import VatLine
from ledger.kernel.values import FAR_FUTURE, to_micros
from projections.billing.charges_view import ChargeRow
from projections.credit.movements import MovementRow
from projections.provider.books import BookedContract
from tests.books.made import book, credit_note, fee, invoice, line

CONTRACTS = {"C-1": BookedContract("acme", "Europe/Berlin", "EUR", {"lump-sum": "CZK"})}
NEVER = to_micros(FAR_FUTURE)


def at(day: int, hour: int = 12, month: int = 1) -> int:
    return to_micros(datetime(2026, month, day, hour, tzinfo=UTC))


def movement(position: int, when: int, kind: str, *, part: int = 0, **told: object) -> MovementRow:
    row: dict[str, object] = {"grant_id": "G", "reference": "R", "granted": 0, "consumed": 0, "reserved": 0}
    row |= {"expires_at": None, "note": None, "dated": None, "charge_id": None, "recorded_at": when + 5}
    row |= {"position": position, "part": part, "contract_id": "C-1", "pool": "included"}
    return MovementRow(**(row | {"effective_at": when, "kind": kind} | told))  # type: ignore[arg-type]


def charge(charge_id: str, kind: str, cents: int, position: int = 7, reverses: str | None = None) -> ChargeRow:
    return ChargeRow(
        charge_id=charge_id,
        contract_id="C-1",
        position=position,
        effective_at=at(5),
        recorded_at=at(6),
        kind="reversal" if reverses else kind,
        family=kind,
        amount_cents=cents,
        currency="EUR",
        is_open=1,
        is_due=1,
        reference="R",
        minutes=None,
        quantity=None,
        rate_cents=None,
        service=None,
        deduction_id=None,
        reverses=reverses,
        dated=None,
    )


def shown(one: Transaction) -> list[tuple[str, int, str]]:
    return [(plain_name(each.account).rpartition(":")[2], each.amount, each.commodity) for each in one.postings]


def credit_transactions(movements: Iterable[MovementRow]) -> list[Transaction]:
    of_contract = CreditOfContract(CONTRACTS)
    return [*of_contract.of_events(movements), *of_contract.of_breakage()]


def booked(*movements: MovementRow) -> list[tuple[str, str, list[tuple[str, int, str]]]]:
    made = sorted(credit_transactions(movements), key=lambda one: one.order)
    return [(one.on.isoformat(), one.kind, shown(one)) for one in made]


def test_a_grant_a_booking_and_work_move_credit_from_account_to_account() -> None:
    assert booked(
        movement(1, at(1), "top_up", granted=480, expires_at=NEVER),
        movement(2, at(2), "reserved", reserved=120, grant_id=None),
        movement(3, at(3), "released", reserved=-120, grant_id=None),
        movement(4, at(3), "session", consumed=100),
        movement(5, at(4), "reversal", consumed=-100),
    ) == [
        ("2026-01-01", "top_up", [("Granted", -480, "MIN"), ("Available", 480, "MIN")]),
        ("2026-01-02", "reserved", [("Reserved", 120, "MIN"), ("Available", -120, "MIN")]),
        ("2026-01-03", "released", [("Reserved", -120, "MIN"), ("Available", 120, "MIN")]),
        ("2026-01-03", "session", [("Consumed", 100, "MIN"), ("Available", -100, "MIN")]),
        ("2026-01-04", "reversal", [("Consumed", -100, "MIN"), ("Available", 100, "MIN")]),
    ]


def test_one_event_over_two_grants_is_one_transaction() -> None:
    found = credit_transactions(
        [
            movement(1, at(1), "top_up", granted=30, grant_id="G-1", expires_at=NEVER),
            movement(2, at(1), "top_up", granted=60, grant_id="G-2", expires_at=NEVER),
            movement(3, at(2), "work", consumed=30, grant_id="G-1"),
            movement(3, at(2), "work", part=1, consumed=15, grant_id="G-2"),
        ]
    )
    assert shown(found[2]) == [
        ("Consumed", 30, "MIN"),
        ("Available", -30, "MIN"),
        ("Consumed", 15, "MIN"),
        ("Available", -15, "MIN"),
    ]
    assert [posting.note for posting in found[2].postings] == ["G-1", "G-1", "G-2", "G-2"]


def test_a_pool_of_money_is_booked_in_its_currency() -> None:
    assert booked(movement(1, at(1), "top_up", granted=12_000_000, expires_at=NEVER, pool="lump-sum")) == [
        ("2026-01-01", "top_up", [("Granted", -12_000_000, "CZK"), ("Available", 12_000_000, "CZK")])
    ]


def test_a_debt_that_later_credit_covers_changes_no_balance() -> None:
    assert booked(
        movement(1, at(1), "work", consumed=50, grant_id=None),
        movement(2, at(2), "top_up", granted=600, expires_at=NEVER),
        movement(3, at(2), "debt_settled", consumed=-50, grant_id=None),
        movement(3, at(2), "debt_settled", part=1, consumed=50),
    ) == [
        ("2026-01-01", "work", [("Consumed", 50, "MIN"), ("Available", -50, "MIN")]),
        ("2026-01-02", "top_up", [("Granted", -600, "MIN"), ("Available", 600, "MIN")]),
        ("2026-01-02", "debt_settled", [("Consumed", -50, "MIN"), ("Consumed", 50, "MIN")]),
    ]


def test_what_is_left_expires_at_the_end_as_last_known_and_what_comes_back_later_when_it_does() -> None:
    """480, of which 60 are used. The end, first 31 December, becomes 1 March 00:00 in Berlin; on 3 March 60 return."""
    end = to_micros(datetime(2026, 2, 28, 23, tzinfo=UTC))
    assert booked(
        movement(1, at(1), "allotment", granted=480, expires_at=at(31, month=12)),
        movement(2, at(2), "work", consumed=60),
        movement(3, at(3), "expiry_moved", expires_at=end),
        movement(4, at(3, month=3), "reversal", consumed=-60),
    ) == [
        ("2026-01-01", "allotment", [("Granted", -480, "MIN"), ("Available", 480, "MIN")]),
        ("2026-01-02", "work", [("Consumed", 60, "MIN"), ("Available", -60, "MIN")]),
        ("2026-03-01", "breakage", [("Expired", 420, "MIN"), ("Available", -420, "MIN")]),
        ("2026-03-03", "breakage", [("Expired", 60, "MIN"), ("Available", -60, "MIN")]),
        ("2026-03-03", "reversal", [("Consumed", -60, "MIN"), ("Available", 60, "MIN")]),
    ]


def test_what_is_missing_of_a_grant_at_its_end_is_no_breakage() -> None:
    """480 are taken back, which is said when work had drawn them; that is undone on 3 March, after the end."""
    told = [
        movement(1, at(1), "top_up", granted=480, expires_at=at(31)),
        movement(2, at(5), "work", consumed=480),
        movement(3, at(3, month=3), "reversal", consumed=-480),
        movement(4, at(2), "reversal", granted=-480),
    ]
    assert [kind for _, kind, _ in booked(*told)] == ["top_up", "reversal", "work", "reversal"]


def test_of_no_grant_less_than_nothing_has_expired() -> None:
    account = credit("acme", "C-1", "included", EXPIRED)
    rest = credit("acme", "C-1", "included", "Available")

    def breakage(position: int, on: date, amount: int, grant_id: str) -> Transaction:
        postings = (Posting(account, amount, "MIN", grant_id), Posting(rest, -amount, "MIN", grant_id))
        return Transaction(on, position, position, None, "C-1", "breakage", grant_id, postings)

    undone = [breakage(1, date(2026, 1, 31), 60, "A"), breakage(2, date(2026, 3, 3), -60, "A")]
    assert len(list(book(*undone).transactions())) == 2
    with pytest.raises(FaultyBooksError, match="position 3: -1 of grant B had expired on 2026-02-01"):
        book(undone[0], breakage(3, date(2026, 2, 1), -1, "B"))


def test_what_had_expired_and_is_taken_back_is_told_as_expiry_undone() -> None:
    told = [
        movement(1, at(1), "allotment", granted=480, expires_at=at(31)),
        movement(2, at(3, month=3), "reversal", granted=-480),
    ]
    narrations = [one.narration for one in credit_transactions(told) if one.kind == "breakage"]
    assert narrations == ["breakage R", "breakage undone R"]


@pytest.mark.parametrize(
    ("instant", "on"), [("2026-01-01T22:59:59Z", date(2026, 1, 1)), ("2026-01-01T23:00:00Z", date(2026, 1, 2))]
)
def test_the_day_is_the_providers(instant: str, on: date) -> None:
    when = to_micros(datetime.fromisoformat(instant))
    (found,) = credit_transactions([movement(1, when, "top_up", granted=1, expires_at=NEVER)])
    assert found.on == on


def test_a_charge_accrues_against_income_of_its_kind_and_a_reversal_takes_it_back() -> None:
    owed = charge("E.overage.1", "overage", 6675)
    back = charge("E.overage.1.reversal", "overage", -6675, position=9, reverses="E.overage.1")
    accrued, income = "Assets:Accrued:acme:C-1", "Income:Overage:acme:C-1"
    for row, amount, narration in (
        (owed, 6675, "overage E.overage.1"),
        (back, -6675, "reversal E.overage.1.reversal"),
    ):
        found = charge_transaction(row, CONTRACTS)
        assert found.narration == narration
        assert [(plain_name(each.account), each.amount, each.note) for each in found.postings] == [
            (accrued, amount, row.reverses),
            (income, -amount, row.reverses),
        ]


def test_a_share_of_the_fee_that_is_owed_back_is_income_of_its_own_kind() -> None:
    found = charge_transaction(charge("T.reaction.credit", "service_credit", -5000), CONTRACTS)
    assert plain_name(found.postings[1].account) == "Income:ServiceCredit:acme:C-1"
    assert found.postings[1].amount == 5000


def amounts(one: Transaction) -> list[tuple[str, int]]:
    return [(plain_name(each.account), each.amount) for each in one.postings]


def test_an_invoice_moves_what_accrued_and_its_vat_to_the_receivable() -> None:
    """899.00 and 19 % of it, 170.81, are 1069.81."""
    lines = [line(1, 89900, [3]), line(2, 0, [8, 5])]
    found = document_transaction(invoice(VatLine(1900, "S", 89900, 17081), gross_cents=106981, lines=lines))
    assert amounts(found) == [
        ("Assets:Receivable:acme:C-1", 106981),
        ("Assets:Accrued:acme:C-1", -89900),
        ("Liabilities:VAT:S1900:acme", -17081),
    ]
    assert (found.on, found.position, found.narration) == (date(2026, 4, 1), 20, "invoice GR-2026-00007")
    assert found.behind == (3, 5, 8)


def test_a_credit_note_does_the_reverse_and_names_the_invoice() -> None:
    found = document_transaction(credit_note(VatLine(1900, "S", 89900, 17081), gross_cents=106981))
    assert amounts(found) == [
        ("Assets:Receivable:acme:C-1", -106981),
        ("Assets:Accrued:acme:C-1", 89900),
        ("Liabilities:VAT:S1900:acme", 17081),
    ]
    assert {each.note for each in found.postings} == {"GR-2026-00007"}
    assert found.narration == "credit-note GK-2026-00001"


def test_two_rates_are_two_accounts_and_reverse_charge_is_none() -> None:
    """100.00 at 19 % are 19.00, 50.00 at 7 % are 3.50; 200.00 under reverse charge bear nothing."""
    vat = [VatLine(1900, "S", 10000, 1900), VatLine(700, "S", 5000, 350), VatLine(None, "AE", 20000, 0)]
    assert amounts(document_transaction(invoice(*vat, gross_cents=37250))) == [
        ("Assets:Receivable:acme:C-1", 37250),
        ("Assets:Accrued:acme:C-1", -35000),
        ("Liabilities:VAT:S1900:acme", -1900),
        ("Liabilities:VAT:S0700:acme", -350),
    ]


def test_a_document_whose_sums_do_not_agree_is_no_transaction() -> None:
    with pytest.raises(ValueError, match=r"position 20: invoice GR-2026-00007 does not balance: \{'EUR': -1\}"):
        document_transaction(invoice(VatLine(1900, "S", 89900, 17081), gross_cents=106980))


def test_a_transaction_balances_in_each_commodity_apart() -> None:
    one, other = fee().postings
    with pytest.raises(ValueError, match="does not balance"):
        Transaction(
            fee().on, 0, 1, None, "C-1", "fee", "F", (one, Posting(other.account, other.amount, "PLN", other.note))
        )


def test_after_invoice_and_credit_note_the_charge_is_open_again() -> None:
    vat = VatLine(1900, "S", 89900, 17081)
    issued = document_transaction(invoice(vat, gross_cents=106981))
    taken_back = document_transaction(credit_note(vat, gross_cents=106981))
    ends = {
        (one.on.isoformat(), plain_name(one.account)): one.amount for one in book(taken_back, issued, fee()).assertions
    }
    assert ends == {
        ("2026-03-31", "Assets:Accrued:acme:C-1"): 89900,
        ("2026-03-31", "Income:Fee:acme:C-1"): -89900,
        ("2026-04-30", "Assets:Accrued:acme:C-1"): 89900,
        ("2026-04-30", "Assets:Receivable:acme:C-1"): 0,
        ("2026-04-30", "Liabilities:VAT:S1900:acme"): 0,
    }


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 29), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2026, 12, 31)),
        (date(2026, 4, 30), date(2026, 4, 30)),
    ],
)
def test_the_last_day_of_a_month(day: date, last: date) -> None:
    assert last_day(day) == last
