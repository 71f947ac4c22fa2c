"""Lists across contracts: who sees what, filters, pages, and what a page adds up to."""

from typing import Any

import pytest

from tests.http.door import Door, Json
from tests.words import (
    close,
    confirm,
    credit_note,
    dispute,
    hold,
    issue,
    issue_all,
    log_work,
    open_ticket,
    reject,
    resolve,
    reverse,
    reverse_credit,
    sign,
    terminate,
    top_up,
)

FEB = "2026-02-02T10:00:00+01:00"
MARCH = "2026-03-02T10:00:00+01:00"


def customer(name: str, country: str = "DE") -> Json:
    return {"customer_id": name, "name": f"Customer {name}", "country": country}


@pytest.fixture
def sold(door: Door) -> Door:
    """Three contracts of two providers: L of A with 500 minutes worked, M of B untouched, and credit of A in Prague."""
    door.all_ok(
        [
            sign("groupios-l", contract_id="L", customer=customer("A"), partner={"partner_id": "P", "name": "P"}),
            sign("groupios-m", contract_id="M", customer=customer("B")),
            sign("easyredmine-server-support", contract_id="R", customer=customer("A", "CZ")),
            open_ticket("t", contract_id="L", at=FEB),
            log_work(500, FEB, entry_id="w1", ticket_id="t"),  # 510 billed: 480 included, 30 over at 89.00: 44.50
            top_up(480, FEB, contract_id="R", top_up_id="u", price="400.00"),
            open_ticket("s", contract_id="R", at=FEB),
            log_work(95, FEB, entry_id="w2", ticket_id="s"),  # 100 billed, pending
            log_work(60, MARCH, entry_id="w3", ticket_id="s"),
        ]
    )
    return door


def ids(found: Json, name: str = "contract_id") -> list[Any]:
    return [one[name] for one in found["items"]]


def tokens(door: Door) -> dict[str, str]:
    return {
        "provider": door.token("operator", provider="groupios"),
        "customer": door.token("customer", provider="groupios", customer="A"),
        "partner": door.token("partner", provider="groupios", partner="P"),
        "auditor": door.token("auditor", provider="easyredmine"),
    }


@pytest.mark.parametrize("path", ["balances", "charges", "deductions"])
def test_each_role_sees_what_is_its_own(sold: Door, path: str) -> None:
    of_m = ["M"] if path != "deductions" else []
    seen = {"provider": ["L", *of_m], "customer": ["L"], "partner": ["L"], "auditor": ["R"]}
    found = {role: list(dict.fromkeys(ids(sold.see(path, token)))) for role, token in tokens(sold).items()}
    assert found == seen
    assert list(dict.fromkeys(ids(sold.see(path)))) == ["L", *of_m, "R"]


def test_accounts_with_what_is_left_of_the_credit_in_force(sold: Door) -> None:
    found = sold.see("balances")
    shown = [(one["contract_id"], one["pool"], one["available"], one["share"]) for one in found["items"]]
    assert shown == [
        ("L", "included", 0, "0.0000"),
        ("M", "included", 240, "1.0000"),
        ("R", "server-support", 320, "0.6667"),
    ]
    assert found["totals"] == [
        {
            **{"unit": "minutes", "currency": None, "accounts": 3, "granted": 1200, "consumed": 640, "reserved": 0},
            **{"expired": 0, "available": 560, "pending_confirmation": 160},
        }
    ]
    assert ids(sold.see("balances", below_share="0.67")) == ["L", "R"]
    assert ids(sold.see("balances", below_share="0.6666")) == ["L"]
    assert ids(sold.see("balances", below_share="1", limit=1)) == ["L"]
    assert ids(sold.see("balances", provider="groupios")) == ["L", "M"]
    assert ids(sold.see("balances", customer_id="A")) == ["L", "R"]
    assert [one["available"] for one in sold.see("balances", as_of="2026-02-01", customer_id="A")["items"]] == [480, 0]


def test_the_credit_in_force_is_that_of_the_moment_and_as_it_was_known(sold: Door) -> None:
    """R has 320 of 480 left. Then 480 more are entered and taken back again, and M ends sooner than was agreed."""

    def shares(**query: Any) -> dict[str, str | None]:
        return {one["contract_id"]: one["share"] for one in sold.see("balances", **query)["items"]}

    then = sold.events()[-1]["recorded_at"]
    sold.all_ok([top_up(480, MARCH, contract_id="R", top_up_id="v"), terminate("2026-04-30", contract_id="M")])
    assert shares(known_at=then) == {"L": "0.0000", "M": "1.0000", "R": "0.6667"}
    assert shares(as_of="2026-04-01") == {"L": "0.0000", "M": "1.0000", "R": "0.8333"}  # 800 of 960
    assert shares() == shares(as_of="2026-06-01") == {"L": "0.0000", "M": None, "R": "0.8333"}
    sold.ok(reverse_credit(top_up_id="v", at="2026-05-04T10:00:00Z"))
    assert shares(as_of="2026-04-01") == {"L": "0.0000", "M": "1.0000", "R": "0.8333"}
    assert shares(as_of="2026-06-01") == {"L": "0.0000", "M": None, "R": "0.6667"}
    assert ids(sold.see("balances", below_share="0.7", as_of="2026-04-01")) == ["L"]


def test_a_day_of_accounts_is_that_of_the_provider_and_of_utc_where_there_are_several(sold: Door) -> None:
    """The terms of L and M begin at midnight in Berlin: by UTC an hour before, on the last day of 2025."""

    def granted(**query: Any) -> dict[str, int]:
        return {one["contract_id"]: one["granted"] for one in sold.see("balances", **query)["items"]}

    assert granted(as_of="2025-12-31") == {"L": 480, "M": 240, "R": 0}
    assert granted(as_of="2025-12-31", provider="groupios") == {"L": 0, "M": 0}


def test_each_account_is_that_of_its_contract(sold: Door) -> None:
    for one in sold.walk("balances", limit=1):
        account = sold.account(one["contract_id"], one["pool"])
        assert account.items() <= one.items()


def test_charges_and_what_they_add_up_to(sold: Door) -> None:
    found = sold.see("charges")
    assert [(one["contract_id"], one["customer_id"], one["kind"], one["amount"]) for one in found["items"]] == [
        ("L", "A", "fee", "899.00"),
        ("L", "A", "overage", "44.50"),
        ("M", "B", "fee", "499.00"),
        ("R", "A", "top_up", "400.00"),
    ]
    assert found["totals"] == [{"currency": "EUR", "charges": 4, "amount": "1842.50"}]
    number = sold.ok(issue("L", "2026-01-31"))["number"]
    assert ids(sold.see("charges", invoiced="false"), "kind") == ["overage", "fee", "top_up"]
    assert ids(sold.see("charges", invoiced="true"), "invoice_number") == [number]
    assert ids(sold.see("charges", from_="2026-02-02", to="2026-02-02"), "kind") == ["overage", "top_up"]
    assert ids(sold.see("charges", to="2026-02-01", provider="groupios"), "contract_id") == ["L", "M"]
    assert ids(sold.see("charges", invoiced="false", as_of="2026-11-01"), "kind") == ["fee", "overage", "fee", "top_up"]
    assert sold.unseen("charges", from_="2026-02-02", to="2026-02-01")["field"] == "from"


def test_what_a_credit_note_takes_back_is_open_again(sold: Door) -> None:
    number = sold.ok(issue("L"))["number"]
    assert ids(sold.see("charges", invoiced="false")) == ["M", "R"]
    sold.ok(credit_note(number))
    assert ids(sold.see("charges", invoiced="false"), "kind") == ["fee", "overage", "fee", "top_up"]


def test_each_charge_is_that_of_its_contract(sold: Door) -> None:
    sold.ok(issue("L", "2026-01-31"))
    listed = sold.walk("charges", limit=1)
    for contract in ("L", "M", "R"):
        own = [
            {name: value for name, value in one.items() if name not in ("contract_id", "customer_id")}
            for one in listed
            if one["contract_id"] == contract
        ]
        assert own == sold.walk(f"contracts/{contract}/charges")


@pytest.mark.parametrize(
    ("path", "amount", "first"),
    [
        ("balances", lambda totals: totals[0]["granted"], 480),
        ("charges", lambda totals: totals[0]["amount"], "899.00"),
        ("deductions", lambda totals: totals["billed_minutes"], 510),
        ("invoice-drafts", lambda totals: totals[0]["net"], "943.50"),
    ],
)
def test_totals_say_whether_they_are_of_all_or_of_a_page(sold: Door, path: str, amount: Any, first: Any) -> None:
    assert sold.see(path)["totals_of"] == "all"
    page = sold.see(path, limit=1)
    assert (page["totals_of"], amount(page["totals"])) == ("page", first)
    last = sold.see(path, limit=500, cursor=page["next"])
    assert (last["totals_of"], last["next"]) == ("page", None)


def test_a_report_is_added_up_whole_on_each_of_its_pages(sold: Door) -> None:
    """899.00, 44.50 and 499.00 of groupios."""
    page = sold.see("reports/revenue?group_by=plan&group_by=kind", provider="groupios", limit=1)
    assert (len(page["items"]), page["totals_of"]) == (1, "all")
    assert page["totals"] == [{"currency": "EUR", "charges": 3, "amount": "1442.50"}]
    following = sold.see("reports/revenue?group_by=plan&group_by=kind", provider="groupios", cursor=page["next"])
    assert following["totals"] == page["totals"]


def test_deductions_by_status_and_age(sold: Door) -> None:
    found = sold.see("deductions")
    assert ids(found, "deduction_id") == ["w1", "w2", "w3"]
    assert found["totals"] == {"deductions": 3, "worked_minutes": 655, "billed_minutes": 670}
    assert [one["draws"] for one in found["items"]] == [
        one["draws"] for one in (sold.see(f"deductions/{entry}") for entry in ("w1", "w2", "w3"))
    ]
    sold.ok(dispute("w2", by="A"))
    assert ids(sold.see("deductions", status="disputed"), "deduction_id") == ["w2"]
    assert ids(sold.see("deductions", status="disputed", as_of=MARCH), "deduction_id") == []
    assert ids(sold.see("deductions", older_than_days=246), "deduction_id") == ["w1", "w2"]
    assert ids(sold.see("deductions", older_than_days=246, status="disputed", provider="easyredmine")) == ["R"]
    assert ids(sold.see("deductions", older_than_days=300)) == []
    assert ids(sold.see("deductions", customer_id="B")) == []
    assert [one["deduction_id"] for one in sold.walk("deductions", limit=1)] == ["w1", "w2", "w3"]


def test_deductions_on_which_somebody_else_entered_the_customers_word(sold: Door) -> None:
    """w2 is confirmed by the customer's own token, w3 by the provider's, who then upholds nothing of it."""
    customer = sold.token("customer", provider="easyredmine", customer="A")
    sold.ok(confirm("w2", by="A"), customer)
    sold.ok(confirm("w3", by="A"))
    for path, of_others in (("deductions", ["w1", "w2"]), ("contracts/R/deductions", ["w2"])):
        assert ids(sold.see(path, on_behalf="true"), "deduction_id") == ["w3"]
        assert ids(sold.see(path, on_behalf="false"), "deduction_id") == of_others
        assert ids(sold.see(path, on_behalf="true", status="disputed")) == []
        assert ids(sold.see(path, on_behalf="true", as_of="2026-10-01")) == []
        assert len(sold.see(path, on_behalf="false", as_of="2026-10-01")["items"]) == len(of_others) + 1
    assert (
        ids(sold.see("deductions", sold.token("customer", provider="groupios", customer="A"), on_behalf="true")) == []
    )
    sold.ok(reverse("w3"))
    assert ids(sold.see("deductions", on_behalf="true"), "status") == ["reversed"]


def test_a_word_entered_for_the_customer_follows_the_moment(sold: Door) -> None:
    """A dispute entered for March is there as of April, and not as of the day before it."""
    sold.ok(dispute("w2", "2026-03-10T10:00:00+01:00", by="A"))
    assert ids(sold.see("deductions", on_behalf="true", as_of="2026-03-09"), "deduction_id") == []
    assert ids(sold.see("deductions", on_behalf="true", as_of="2026-04-01"), "deduction_id") == ["w2"]


def test_drafts_are_what_issuing_issues_or_leaves(sold: Door) -> None:
    found = sold.see("invoice-drafts", provider="groupios", through_on="2026-10-31")
    assert [(one["contract_id"], one["customer_name"], one["net"], one["gross"]) for one in found["items"]] == [
        ("L", "Customer A", "943.50", "1122.77"),
        ("M", "Customer B", "499.00", "593.81"),
    ]
    assert found["totals"] == [
        {"currency": "EUR", "drafts": 2, "net": "1442.50", "vat_total": "274.08", "gross": "1716.58"}
    ]
    assert "customer.address" in found["items"][0]["missing"]
    issued = sold.ok(issue_all("groupios", "2026-10-31"))["issued"]
    assert [(one["contract_id"], one["gross"]) for one in issued] == [("L", "1122.77"), ("M", "593.81")]
    assert ids(sold.see("invoice-drafts", provider="groupios")) == []
    (left,) = sold.see("invoice-drafts")["items"]
    assert (left["contract_id"], "exchange_rate" in left["missing"]) == ("R", True)


def test_each_draft_is_that_of_its_contract_page_by_page(sold: Door) -> None:
    listed = sold.walk("invoice-drafts", limit=1)
    assert [one["contract_id"] for one in listed] == ["L", "M", "R"]
    for one in listed:
        whole = sold.see(f"contracts/{one['contract_id']}/invoice-draft")
        same = ("net", "vat_total", "gross", "currency", "missing", "waiting", "notes", "through_on")
        assert {name: one[name] for name in same} == {name: whole[name] for name in same}
        assert one["lines"] == len(whole["lines"])


def test_customers_with_their_contracts_and_what_is_open(sold: Door) -> None:
    assert [(one["customer_id"], one["provider"]) for one in sold.walk("customers", limit=1)] == [
        ("A", "easyredmine"),
        ("A", "groupios"),
        ("B", "groupios"),
    ]
    found = sold.see("customers/A", provider="groupios")
    open_then = {
        name: found[name] for name in ("name", "contracts", "active_contracts", "open_charges", "open_tickets")
    }
    assert open_then == {
        **{"name": "Customer A", "contracts": 1, "active_contracts": 1, "open_tickets": 1},
        "open_charges": [{"currency": "EUR", "amount": "943.50"}],
    }
    assert ids(found) == ["L"]
    sold.ok(issue("L"))
    assert sold.see("customers/A", provider="groupios")["open_charges"] == []
    assert sold.see("customers/A", tokens(sold)["auditor"])["unanswered_deductions"] == 2
    assert sold.unseen("customers/A")["field"] == "provider"
    assert sold.unseen("customers/B", tokens(sold)["auditor"])["code"] == "not-found"


def test_a_customers_open_tickets_are_those_that_something_is_still_to_be_done_on(sold: Door) -> None:
    """Of four more, one waits for the customer, one is resolved, one closed and one rejected."""
    more = [open_ticket(name, contract_id="L", at=MARCH) for name in ("waiting", "resolved", "closed", "rejected")]
    solved = [resolve(MARCH, name) for name in ("resolved", "closed")]
    sold.all_ok([*more, hold(MARCH, "waiting"), *solved, close(MARCH, "closed"), reject(MARCH, "rejected")])
    assert sold.see("customers/A", provider="groupios")["open_tickets"] == 2


@pytest.mark.parametrize(
    "path",
    ["invoice-drafts", "customers", "customers/A", "periods", "reports/revenue", "reports/breakage", "reports/time"],
)
def test_what_is_the_providers_is_forbidden_to_customers_and_partners(sold: Door, path: str) -> None:
    told = tokens(sold)
    assert {role: sold.get(path, told[role]).status_code for role in told} == {
        "provider": 200,
        "customer": 403,
        "partner": 403,
        "auditor": 200,
    }


@pytest.mark.parametrize("path", ["balances", "charges", "deductions", "invoice-drafts", "customers", "periods"])
def test_a_file_has_all_items(sold: Door, path: str) -> None:
    items = sold.see(path)["items"]
    text = sold.get(path, headers={"Accept": "text/csv"}).text.splitlines()
    assert text[0].split(",") == list(items[0])
    assert len(text) == len(items) + 1


@pytest.mark.parametrize(
    "query",
    [{"below_share": "2"}, {"below_share": "x"}, {"older_than_days": -1}, {"on_behalf": "x"}, {"cursor": "W10"}],
)
def test_bad_input_names_its_field(sold: Door, query: Json) -> None:
    (name,) = query
    path = "deductions" if name in ("older_than_days", "on_behalf") else "balances"
    assert sold.unseen(path, **query)["field"] == name
