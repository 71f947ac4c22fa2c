"""A draft is worked out from what is open, costs no more than that, and says what all events of its contract say."""

from pathlib import Path

from ledger.kernel.access import COMMAND_LINE
from projections.billing.drafts import next_invoice
from projections.reader import NOW, SqliteReader, open_reader
from tests.billing.all_events import check_as_of_all_events
from tests.billing.office import Office, billed, office_over
from tests.billing.sold import FEB
from tests.views.steps import steps
from tests.words import (
    Step,
    amend,
    book,
    credit_note,
    dispute,
    issue,
    log_work,
    move,
    no_show,
    open_ticket,
    record_service,
    renew,
    reverse,
    reverse_credit,
    reverse_service_credit,
    service_credit,
    settle,
    sign,
    top_up,
)

FEW, MANY = 400, 4_000
FAR = "2027-12-31"


def told(office: Office, url: str, contract: str, *steps: Step) -> None:
    for step in steps:
        office.ok(step)
        check_as_of_all_events(office, url, contract)


def issued(office: Office, url: str, contract: str, through_on: str = FAR, **fields: str) -> str:
    number = office.number(issue(contract, through_on, **fields))
    check_as_of_all_events(office, url, contract)
    return number


def test_time_services_and_service_credits_billed_taken_back_and_billed_again(
    office: Office, database_url: str
) -> None:
    office.ok(sign("north-all", contract_id="N", customer=billed("N")))
    told(
        office,
        database_url,
        "N",
        open_ticket("T", contract_id="N", at=FEB),
        service_credit("reaction", ticket_id="T"),
        log_work(300, "2026-02-02T10:00:00Z", entry_id="E1", engineer="Eva", note="Done"),
        log_work(15, "2026-02-03T10:00:00Z", entry_id="E2"),
        log_work(20, "2026-03-03T10:00:00Z", entry_id="G", treatment="goodwill", reason="R"),
        record_service("audit", service_id="V", contract_id="N", at=FEB),
        dispute("E2"),
        dispute("V"),
        reverse("E1"),  # before any document: nothing of it is billed
        log_work(300, "2026-02-04T10:00:00Z", entry_id="E3"),
    )
    first = issued(office, database_url, "N", "2026-02-28")
    told(
        office,
        database_url,
        "N",
        settle("upheld", "E2"),
        settle("reversed", "V"),
        reverse("E3"),
        reverse_service_credit("reaction", ticket_id="T"),
        log_work(10, "2026-02-05T10:00:00Z", entry_id="E4"),
        amend({"country": "AT", "vat_id": "ATU13585627"}, "N"),
        renew("N"),
    )
    told(office, database_url, "N", credit_note(first), log_work(10, "2026-02-05T10:00:00Z", entry_id="E5"))
    second = issued(office, database_url, "N")
    told(office, database_url, "N", reverse("E2"), reverse("G"), reverse("E5"), log_work(500, FEB, entry_id="E6"))
    told(office, database_url, "N", record_service("audit", service_id="V2", contract_id="N", at=FEB))
    third = issued(office, database_url, "N")
    told(office, database_url, "N", credit_note(second), credit_note(third), reverse("E6"))
    told(office, database_url, "N", record_service("audit", service_id="V3", contract_id="N", at=FEB))
    issued(office, database_url, "N")


def test_top_ups_sessions_and_penalties_billed_and_taken_back(office: Office, database_url: str) -> None:
    office.ok(sign("easyredmine-server-support", contract_id="P", customer=billed("P") | {"country": "CZ"}))
    pool = {"contract_id": "P", "pool": "server-support"}
    booked = pool | {"estimate_minutes": 60, "at": "2026-02-02T09:00:00Z"}
    told(
        office,
        database_url,
        "P",
        top_up(480, FEB, top_up_id="A", price="480.00", **pool),
        top_up(480, FEB, top_up_id="B", price="60.00", **pool),
        top_up(480, FEB, top_up_id="C", price="70.00", **pool),
        reverse_credit(top_up_id="B"),
        book(session_id="S1", starts_at="2026-02-10T09:00:00Z", **booked),
        book(session_id="S2", starts_at="2026-02-12T09:00:00Z", **booked),
        move("2026-02-11T09:00:00Z", "2026-02-09T10:00:00Z", "customer", "S1"),
        no_show("2026-02-12T10:00:00Z", "S2"),
    )
    number = issued(office, database_url, "P", exchange_rate="25.00")
    told(
        office,
        database_url,
        "P",
        reverse_credit(top_up_id="C"),
        top_up(720, FEB, top_up_id="D", price="900.00", **pool),
    )
    told(office, database_url, "P", credit_note(number))
    issued(office, database_url, "P", exchange_rate="25.00")


def test_a_draft_costs_its_lines_whatever_was_invoiced_or_cancelled_before(tmp_path: Path) -> None:
    """Ten entries are open, behind entries of which half were invoiced, and half taken back before."""
    cost, seen = [], []
    for before in (FEW, MANY):
        url = f"sqlite:///{tmp_path / f'{before}.db'}"
        with office_over(url) as office:
            office.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
            office.ok(open_ticket("T", contract_id="S", at=FEB))
            office.all_ok([log_work(20, FEB, entry_id=f"B{n}", engineer="E") for n in range(before)])
            office.all_ok([reverse(f"B{n}") for n in range(0, before, 2)])
            office.ok(issue("S"))
            office.all_ok([log_work(20, FEB, entry_id=f"O{n}", engineer="E") for n in range(10)])
            office.see("contracts/S/invoice-draft")
            catalogue = office.client.app.state.ledger.catalogue
            reader = open_reader(url, office.clock)
            assert isinstance(reader, SqliteReader)

            async def asked(reader: SqliteReader = reader, catalogue: object = catalogue) -> tuple[int, int]:
                async with reader.snapshot() as snapshot:
                    found = await next_invoice(snapshot, COMMAND_LINE, catalogue, "S", None, NOW)
                    return len(found.invoice.lines), found.events_read

            found, count = steps(reader, asked)
            seen.append(found)
            cost.append(count)
            reader.database.close()
    assert [lines for lines, _ in seen] == [10, 10]
    assert seen[0] == seen[1]
    assert cost[1] <= 1.3 * cost[0] + 20, cost
