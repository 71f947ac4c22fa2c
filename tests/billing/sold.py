"""Contracts that several tests bill, and an invoice that is not made. Their figures are worked out by hand."""

from tests.billing.office import Office, billed
from tests.words import issue, log_work, open_ticket, sign

FEB = "2026-02-02T09:00:00Z"


def model_l(office: Office) -> None:
    """Rows 1 and 2: 50 minutes are billed as 60, then 425 as 435, of which 15 are beyond the 480 included."""
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(open_ticket("T", contract_id="L", at=FEB))
    office.ok(log_work(50, "2026-02-02T10:00:00Z", entry_id="E1"))
    office.ok(log_work(425, "2026-02-03T10:00:00Z", entry_id="E2"))


def tiers(office: Office) -> None:
    """240 minutes are included; beyond them an hour costs 90.00, and from the second hour on 70.10."""
    office.ok(sign("north-tiers", customer=billed("C")))
    office.ok(open_ticket("T", at=FEB))
    office.ok(log_work(300, "2026-02-02T10:00:00Z", entry_id="E1"))  # 240 included, 60 at 90.00: 90.00
    office.ok(log_work(15, "2026-02-03T10:00:00Z", entry_id="E2"))  # 15 at 70.10 an hour: 17.525, so 17.53


def nothing(office: Office, contract: str) -> None:
    """The ledger says so and stores nothing."""
    before = office.count()
    office.refused("nothing-to-invoice", issue(contract, "2026-12-31"))
    assert office.count() == before
    assert office.walk("invoices", contract_id=contract, limit=10) == [
        one for one in office.walk("invoices") if one["contract_id"] == contract
    ]


def march(office: Office) -> None:
    """An hour of March is recorded on 20 March and billed on 2 April; on 10 April another of March is told."""
    office.clock.put("2026-03-20T12:00:00Z")
    office.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
    office.ok(open_ticket("A", contract_id="S", at="2026-03-02T09:00:00Z"))
    office.ok(open_ticket("B", contract_id="S", at="2026-03-02T09:00:00Z"))
    office.ok(log_work(60, "2026-03-20T09:00:00Z", entry_id="E1", ticket_id="A"))  # 149.00
    office.clock.put("2026-04-02T12:00:00Z")
    office.ok(issue("S", "2026-03-31"))
    office.clock.put("2026-04-10T12:00:00Z")
    office.ok(log_work(30, "2026-03-25T09:00:00Z", entry_id="E2", ticket_id="B"))  # 74.50
    office.clock.put("2026-05-01T12:00:00Z")
