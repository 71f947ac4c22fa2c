"""The months of a provider as a list: closed, by which command and with which totals, or open (M5)."""

from typing import Any

from tests.billing.office import Office, billed
from tests.words import close_month, issue, log_work, open_ticket, sign, terminate

OPEN: dict[str, Any] = {"closed_at": None, "closed_position": None, "command_id": None, "totals": None}


def months(office: Office, **query: Any) -> list[tuple[str, str, str, bool]]:
    found = office.walk("periods", **query)
    return [(one["provider"], one["month"], one["state"], one["close_due"]) for one in found]


def test_a_month_is_open_until_it_is_closed_and_due_once_it_is_over(office: Office) -> None:
    """50 minutes are billed as 60 of the 480 that came with a fee of 899.00; the money of the other pool is 1500.00."""
    assert months(office) == []
    office.clock.put("2026-03-10T12:00:00Z")
    agreed = {"pools.lump-sum.allotment": "1500.00"}
    office.ok(sign("dytron-sbp", contract_id="D", customer=billed("D") | {"country": "CZ"}, agreed=agreed))
    office.ok(sign("groupios-l", "2026-01-05", contract_id="L", customer=billed("L")))
    office.ok(sign("groupios-m", "2026-02-01", contract_id="M", customer=billed("M")))
    office.ok(open_ticket("T", contract_id="L", at="2026-01-07T09:00:00Z"))
    office.ok(log_work(50, "2026-01-07T10:00:00Z", entry_id="E"))
    assert months(office, provider="groupios") == [
        ("groupios", "2026-01", "open", True),
        ("groupios", "2026-02", "open", True),
        ("groupios", "2026-03", "open", False),
    ]
    answer = office.ok(close_month("2026-01", "groupios", command_id="january"))
    (january, february, march) = office.see("periods", provider="groupios")["items"]
    assert january == {
        "provider": "groupios",
        "month": "2026-01",
        "state": "closed",
        "close_due": False,
        "closed_at": office.see(f"events/{answer['position']}")["recorded_at"],
        "closed_position": answer["position"],
        "command_id": "january",
        "totals": {
            "contracts": 1,
            "money": [{"currency": "EUR", "charged": "899.00", "invoiced": "0.00", "credited": "0.00"}],
            "credit": [{"unit": "minutes", "currency": None, "granted": 480, "consumed": 60, "expired": 0}],
        },
    }
    assert february == {"provider": "groupios", "month": "2026-02", "state": "open", "close_due": True, **OPEN}
    assert march == {"provider": "groupios", "month": "2026-03", "state": "open", "close_due": False, **OPEN}
    office.ok(close_month("2026-02", "dytron"))
    (first, _, _) = office.see("periods", provider="dytron")["items"]
    assert first["totals"] == {
        "contracts": 1,
        "money": [{"currency": "CZK", "charged": "1500.00", "invoiced": "0.00", "credited": "0.00"}],
        "credit": [{"unit": "money", "currency": "CZK", "granted": "1500.00", "consumed": "0.00", "expired": "0.00"}],
    }


def test_months_that_a_later_close_takes_along_bear_its_command(office: Office) -> None:
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    answer = office.ok(close_month("2026-02", "groupios", command_id="both"))
    closed = office.walk("periods", limit=1)[:2]
    assert [(one["month"], one["command_id"], one["closed_position"]) for one in closed] == [
        ("2026-01", "both", answer["position"] - 1),
        ("2026-02", "both", answer["position"]),
    ]
    assert closed[1]["totals"] == {"contracts": 0, "money": [], "credit": []}


def test_totals_are_added_up_over_contracts_and_documents_count_in_their_month(office: Office) -> None:
    """899.00 and 499.00 in January, of which the first is invoiced; 480 + 240 minutes, those of L expire with it."""
    office.clock.put("2026-01-20T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(sign("groupios-m", contract_id="M", customer=billed("M")))
    office.ok(issue("L", "2026-01-20"))
    office.ok(terminate("2026-01-30", "L"))
    office.clock.put("2026-02-10T12:00:00Z")
    office.ok(close_month("2026-01", "groupios"))
    assert office.see("periods")["items"][0]["totals"] == {
        "contracts": 2,
        "money": [{"currency": "EUR", "charged": "1398.00", "invoiced": "899.00", "credited": "0.00"}],
        "credit": [{"unit": "minutes", "currency": None, "granted": 720, "consumed": 0, "expired": 480}],
    }


def test_months_are_those_of_the_providers_zone_and_of_its_first_contract(office: Office) -> None:
    """At 23:30 UTC on 31 January it is February in Berlin. A contract of a later month does not end the list."""
    office.clock.put("2026-01-31T23:30:00Z")
    office.ok(sign("groupios-l", "2026-03-01", contract_id="F", customer=billed("F")))
    assert months(office) == [("groupios", "2026-02", "open", False)]
    office.ok(sign("groupios-l", "2025-12-01", contract_id="L", customer=billed("L")))
    assert months(office) == [
        ("groupios", "2025-12", "open", True),
        ("groupios", "2026-01", "open", True),
        ("groupios", "2026-02", "open", False),
    ]


def test_a_month_that_was_closed_before_the_first_contract_is_told(office: Office) -> None:
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(close_month("2026-01", "groupios"))
    assert months(office) == [("groupios", "2026-01", "closed", False)]
    office.ok(sign("groupios-l", "2025-12-01", contract_id="L", customer=billed("L")))
    assert months(office) == [
        ("groupios", "2026-01", "closed", False),
        ("groupios", "2026-02", "open", True),
        ("groupios", "2026-03", "open", False),
    ]


def test_each_token_reads_the_months_of_its_provider_page_by_page(office: Office) -> None:
    office.clock.put("2026-03-10T12:00:00Z")
    office.ok(sign("groupios-l", contract_id="L", customer=billed("L")))
    office.ok(sign("north-all", "2026-02-01", contract_id="N", customer=billed("N")))
    office.ok(close_month("2026-01", "groupios"))
    whole = months(office)
    assert [(provider, month) for provider, month, _, _ in whole] == [
        ("groupios", "2026-01"),
        ("groupios", "2026-02"),
        ("groupios", "2026-03"),
        ("north", "2026-02"),
        ("north", "2026-03"),
    ]
    assert [months(office, limit=limit) for limit in (1, 2, 3, 4)] == [whole] * 4
    token = office.token("operator", provider="north")
    assert months(office, token=token) == whole[3:]
    assert months(office, token=token, provider="groupios") == []
    assert office.unseen("periods", cursor="x")["field"] == "cursor"
