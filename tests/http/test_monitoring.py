"""What a server counts and writes for a monitor: Prometheus text, JSON Lines, ids of requests. Nothing of persons."""

import json
import logging
import sys
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from api.logs import _JsonLine
from tests.http.door import Door
from tests.http.server import Server, admin_token
from tests.senders import post
from tests.words import log_work, open_ticket, sign

NAME, NOTE = "Zuzana Příkopová", "her daughter's laptop"
AT = "2026-10-05T08:00:00Z"


def figures(door: Door) -> dict[tuple[str, ...], float]:
    """Each sample by its name and what its labels say."""
    text = door.client.get("/metrics", headers=door.headers(None)).text
    return {
        (sample.name, *(value for _, value in sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def since(door: Door, before: dict[tuple[str, ...], float]) -> dict[tuple[str, ...], float]:
    """What was counted since, but for the time it took."""
    moved = {key: value - before.get(key, 0) for key, value in figures(door).items() if key[0].startswith("ledger_")}
    return {key: value for key, value in moved.items() if value and not key[0].startswith("ledger_http_request_dur")}


@pytest.fixture
def signed(door: Door) -> Door:
    door.all_ok([sign("groupios-l", contract_id="C"), open_ticket("T", contract_id="C", at=AT)])
    door.see("contracts", limit=1)
    return door


def test_each_request_is_counted_under_its_route(signed: Door) -> None:
    before = figures(signed)
    signed.client.get("/v1/contracts/C/balance", headers=signed.headers(None))
    signed.client.get("/v1/contracts/C/balance", params={"as_of": AT}, headers=signed.headers(None))
    signed.client.get("/v1/contracts/nobody/balance", headers=signed.headers(None))
    signed.client.get("/v1/nothing/here", headers=signed.headers(None))
    signed.client.request("BREW", "/v1/contracts", headers=signed.headers(None))
    signed.client.get("/v1/contracts")
    signed.client.get("/portal/sign-in")
    balance, requests = "/v1/contracts/{contract_id}/balance", "ledger_http_requests_total"
    assert since(signed, before) == {
        (requests, "GET", balance, "200"): 2,
        (requests, "GET", balance, "404"): 1,
        (requests, "GET", "none", "404"): 1,
        (requests, "other", "/v1/contracts", "405"): 1,
        (requests, "GET", "/v1/contracts", "401"): 1,
        (requests, "GET", "/portal/sign-in", "200"): 1,
        (requests, "GET", "/metrics", "200"): 1,
        ("ledger_refusals_total", "unknown-contract"): 1,
        ("ledger_refusals_total", "not-found"): 1,
        ("ledger_refusals_total", "method-not-allowed"): 1,
        ("ledger_refusals_total", "unauthenticated"): 1,
    }


def test_commands_are_counted_by_batch_and_refused_lines_by_code(signed: Door) -> None:
    before = figures(signed)
    assert signed.tell(log_work(15, AT, entry_id="one"))
    lines = [
        log_work(15, AT, entry_id="two"),
        log_work(15, AT, entry_id="three", ticket_id="unknown"),
        log_work(15, AT, entry_id="one"),
    ]
    assert signed.send_lines(lines).status_code == 200
    found = since(signed, before)
    assert found["ledger_http_requests_total", "POST", "/v1/commands/log-work", "200"] == 1
    assert found["ledger_http_requests_total", "POST", "/v1/commands", "200"] == 1
    assert found["ledger_refusals_total", "unknown-ticket"] == 1
    assert found["ledger_writer_batch_commands_count",] == 2
    assert found["ledger_writer_batch_commands_sum",] == 4
    assert found["ledger_writer_batch_commands_bucket", "1"] == 1
    assert found["ledger_writer_batch_commands_bucket", "5"] == 2


def test_how_long_a_route_takes_is_a_histogram(signed: Door) -> None:
    before = figures(signed)
    for _ in range(3):
        signed.client.get("/v1/contracts", headers=signed.headers(None))
    after, name = figures(signed), "ledger_http_request_duration_seconds"

    def grown(*key: str) -> float:
        return after[key] - before.get(key, 0)

    assert grown(f"{name}_count", "/v1/contracts") == 3
    assert grown(f"{name}_bucket", "+Inf", "/v1/contracts") == 3
    assert grown(f"{name}_sum", "/v1/contracts") > 0
    assert after["process_resident_memory_bytes",] > 0


def test_no_label_says_who_or_what(signed: Door) -> None:
    signed.tell(log_work(15, AT, entry_id="one", engineer=NAME, note=NOTE))
    for path in ("contracts/C", "tickets/T", "deductions/one", f"customers/{NAME}", "contracts?provider=groupios"):
        signed.client.get(f"/v1/{path}", headers=signed.headers(None))
    text = signed.client.get("/metrics", headers=signed.headers(None)).text
    assert not [word for word in (NAME, NOTE, "/T", "/C", "/one", "groupios") if f'{word}"' in text]


@pytest.mark.parametrize(
    ("given", "is_kept"),
    [("a1B2-c3.d_4", True), ("x" * 64, True), ("x" * 65, False), ("", False), ("two words", False), ("a\nb", False)],
)
def test_a_request_has_an_id_its_own_or_the_one_a_proxy_gave(door: Door, given: str, is_kept: bool) -> None:
    told = door.client.get("/health/live", headers={"X-Request-ID": given}).headers["x-request-id"]
    assert told == given if is_kept else (len(told), told.isalnum()) == (16, True)


def test_an_error_is_told_by_its_kind_and_places() -> None:
    """What it says may be what somebody typed."""
    try:
        try:
            int(NAME)
        except ValueError as error:
            raise KeyError(NOTE) from error
    except KeyError:
        record = logging.LogRecord("ledger.api", logging.ERROR, __file__, 1, "unexpected error", (), sys.exc_info())
    line = _JsonLine().format(record)
    told = json.loads(line)
    assert [one["kind"] for one in told["error"]] == ["KeyError", "ValueError"]
    assert told["error"][0]["frames"][0].startswith("tests/http/test_monitoring.py:")
    assert (told["level"], told["logger"], told["event"]) == ("error", "ledger.api", "unexpected error")
    assert "Zuzana" not in line
    assert "daughter" not in line


def test_a_server_writes_json_lines_with_nothing_of_persons(tmp_path: Path, database_url: str) -> None:
    server = Server(database_url, tmp_path, admin_token(database_url), LEDGER_LOG_FORMAT="json")
    try:
        customer = {"customer_id": "zuzana", "name": NAME, "country": "CZ", "email": "zuzana@priklad.example"}
        server.send(sign("groupios-l", contract_id="secret-contract", customer=customer))
        server.send(open_ticket("secret-ticket", contract_id="secret-contract", title=NOTE, at=AT))
        server.send(log_work(15, AT, ticket_id="secret-ticket", engineer=NAME, note=NOTE))
        server.see("contracts/secret-contract/balance")
        for path in (f"/v1/customers/{NAME}", f"/v1/tickets?contract_id={NAME}", "/v1/%ff", f"/portal/{NAME}"):
            server.client.get(path)
        post(server.client, "log-work", NAME)
        server.client.get("/v1/contracts", headers={"Authorization": "Bearer not-a-token", "X-Request-ID": "asked-1"})
    finally:
        server.stop()
    lines = [json.loads(line) for line in server.log.read_text().splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert {line["logger"] for line in requests} == {"ledger.requests"}
    assert [line["status"] for line in requests if line.get("request_id") == "asked-1"] == [401]
    assert len({line["request_id"] for line in requests}) == len(requests) > 8
    whole = server.log.read_text().lower()
    for word in ("zuzana", "příkopová", "pr\\u", "daughter", "secret-", "priklad", "not-a-token", server.token.lower()):
        assert word not in whole, word
