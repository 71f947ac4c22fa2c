"""Doors that are made once, and given one ledger after the other: what they knew of the first they forget with it."""

from pathlib import Path

from api.application import create_doors, give_ledger
from ledger.kernel.settings import Settings
from tests.clock import Clock
from tests.http.asgi import Client
from tests.http.browsing import Browser
from tests.http.door import NOW, PLANS, Door, read_once
from tests.http.world import MINE, OF
from tests.words import sign


def test_doors_with_another_ledger_know_nothing_of_the_first(tmp_path: Path) -> None:
    app, clock = create_doors(), Clock(NOW)

    def given(name: str, has_docs: bool) -> Client:
        settings = Settings(database_url=f"sqlite:///{tmp_path / name}", catalogue=PLANS, api_docs=has_docs)
        give_ledger(app, settings, clock, read_once(PLANS))
        return Client(app)

    with given("first.db", has_docs=True) as client:
        first = Door(client, app.state.ledger.store, clock)
        first.ok(sign(contract_id=MINE, **OF[MINE]))
        assert first.see("contracts")["items"]
        assert client.get(f"/v1/contracts/{MINE}/balance", headers=first.headers(None)).status_code == 200
        assert len(app.state.ledger.holders._known) == 1
        assert "kunde at north" in Browser(first).signed_in(first.admin).get("/portal/contracts").text
        assert client.get("/docs").status_code == 200
    with given("second.db", has_docs=False) as client:
        second = Door(client, app.state.ledger.store, clock)
        assert app.state.ledger.holders._known == {}
        assert second.unseen("contracts", first.admin)["code"] == "unauthenticated"
        assert second.see("contracts")["items"] == []
        assert "kunde at north" not in Browser(second).signed_in(second.admin).get("/portal/contracts").text
        assert client.get("/docs").status_code == 404
