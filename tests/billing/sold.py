"""Contracts that several tests bill, and an invoice that is not made. Their figures are worked out by hand."""

from tests.billing.office import Office
from tests.words import issue

FEB = "2026-02-02T09:00:00Z"


def model_l(office: Office) -> None:
    """Rows 1 and 2: 50 minutes are billed as 60, then 425 as 435, of which 15 are beyond the 480 included."""
    office.sign("L")
    office.ticket("T", "L", FEB)
    office.work("E1", "T", 50, "2026-02-02T10:00:00Z")
    office.work("E2", "T", 425, "2026-02-03T10:00:00Z")


def tiers(office: Office) -> None:
    """240 minutes are included; beyond them an hour costs 90.00, and from the second hour on 70.10."""
    office.sign("C", "north-tiers")
    office.ticket("T", "C", FEB)
    office.work("E1", "T", 300, "2026-02-02T10:00:00Z")  # 240 included, 60 at 90.00: 90.00
    office.work("E2", "T", 15, "2026-02-03T10:00:00Z")  # 15 at 70.10 an hour: 17.525, so 17.53


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
    office.sign("S", "groupios-s")
    office.ticket("A", "S", "2026-03-02T09:00:00Z")
    office.ticket("B", "S", "2026-03-02T09:00:00Z")
    office.work("E1", "A", 60, "2026-03-20T09:00:00Z")  # 149.00
    office.clock.put("2026-04-02T12:00:00Z")
    office.issue("S", "2026-03-31")
    office.clock.put("2026-04-10T12:00:00Z")
    office.work("E2", "B", 30, "2026-03-25T09:00:00Z")  # 74.50
    office.clock.put("2026-05-01T12:00:00Z")
