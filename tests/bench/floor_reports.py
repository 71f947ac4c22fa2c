"""What the floor of rebuilding writes of reports: totals by day and month, losses, and names of engineers, by hand.

In this history a contract has one term, credit is of minutes, nobody says a word on a deduction, nothing is reversed,
and no grant moves after its end.
"""

from __future__ import annotations

from operator import add
from typing import Any
from zoneinfo import ZoneInfo

from ledger import events as e
from ledger.kernel.values import from_micros
from projections.credit.movements import GrantRow
from projections.provider.report_totals import (
    COUNTED_TERMS,
    ENGINEERS,
    LOSSES,
    TOTALS,
    CountedTermsRow,
    EngineerRow,
    LossRow,
    ReportTotalRow,
)
from tests.bench.floor_table import FloorTable, run
from tests.bench.floor_values import NEVER, day_of, text

Key = tuple[str, ...]
Figures = tuple[int, ...]


class Counted:
    """Of one contract, what every total of it says."""

    def __init__(self, fact: e.ContractSigned) -> None:
        self.provider, self.customer, self.plan = fact.provider, fact.customer_id, ""
        self.zone = ZoneInfo(fact.timezone)


class FloorReports:
    """The tables of the reports, and what a page adds to them."""

    def __init__(self) -> None:
        self.totals = FloorTable(TOTALS)
        self.terms = FloorTable(COUNTED_TERMS)
        self.losses = FloorTable(LOSSES)
        self.engineers = FloorTable(ENGINEERS, "name")
        self.tables: tuple[FloorTable[Any], ...] = (self.totals, self.terms, self.losses, self.engineers)
        self.contracts: dict[str, Counted] = {}
        self.by_day: dict[Key, Figures] = {}
        self.moved: dict[str, tuple[GrantRow, int]] = {}  # by id, and what it was to lose before the page

    def signed(self, fact: e.ContractSigned) -> None:
        self.contracts[fact.contract_id] = Counted(fact)

    def term(self, fact: e.TermStarted, starts_at: int) -> None:
        contract = self.contracts[fact.contract_id]
        if contract.plan:
            raise LookupError("the floor of rebuilding knows one term of a contract")
        contract.plan = fact.plan
        self.terms.made.append(CountedTermsRow(fact.contract_id, text([[[starts_at, fact.plan]], fact.plan])))

    def charge(self, fact: e.OverageCharged | e.FeeCharged | e.TopUpCharged, kind: str) -> None:
        of = self.contracts[fact.contract_id]
        day = day_of(fact.effective_at, of.zone)
        key = ("revenue", "customers", of.provider, day, of.customer, "", of.plan, kind, "", fact.currency, "")
        _add(self.by_day, key, (1, 1, fact.amount_cents, 0, 0, 0, 0, 0))

    def work(self, fact: e.HoursDeducted, quantity: int, engineer: str) -> None:
        of = self.contracts[fact.contract_id]
        day = day_of(fact.effective_at, of.zone)
        engineer_key = fact.engineer.key_id
        key = ("time", "both", of.provider, day, of.customer, engineer_key, of.plan, fact.kind, "", "", "0")
        minutes = -(-fact.worked_seconds // 60)
        _add(self.by_day, key, (1, 0, 0, 0, fact.worked_seconds, minutes, fact.billed_minutes, quantity))
        named = self.engineers.known.get(engineer_key)
        if named is None:
            self.engineers.make(engineer_key, EngineerRow(engineer_key, engineer))
        elif named.name < engineer:
            named.name = engineer

    def loses(self, grant: GrantRow) -> None:
        """A grant is about to change."""
        if grant.expires_at < NEVER and grant.grant_id not in self.moved:
            self.moved[grant.grant_id] = (grant, grant.lost)

    def finish(self, connection: Any) -> None:
        """Ends a page."""
        self._count_losses(connection)
        by_month: dict[Key, Figures] = {}
        for key, figures in self.by_day.items():
            _add(by_month, (*key[:3], f"m{key[3][1:8]}", *key[4:]), figures)
        rows: list[Any] = []
        for finest in (self.by_day, by_month):
            engineers: dict[Key, Figures] = {}
            customers: dict[Key, Figures] = {}
            of_all: dict[Key, Figures] = {}
            for key, figures in finest.items():
                report, _, provider, span, customer, engineer, *rest = key
                if report == "time":
                    _add(engineers, (report, "engineers", provider, span, "", engineer, *rest), figures)
                    _add(customers, (report, "customers", provider, span, customer, "", *rest), figures)
                else:
                    _add(of_all, (report, "all", provider, span, "", "", *rest), figures)
            for key, figures in engineers.items():
                _add(of_all, ("time", "all", *key[2:4], "", "", *key[6:]), figures)
            for totals in (finest, engineers, customers, of_all):
                rows += [ReportTotalRow(*key, *figures) for key, figures in totals.items()]  # type: ignore[arg-type]
        self.totals.upsert(connection, rows)
        if any(figures[0] <= 0 for figures in self.by_day.values()):
            run(connection, f"DELETE FROM {self.totals.name} WHERE counted = 0")
        self.by_day, self.moved = {}, {}

    def _count_losses(self, connection: Any) -> None:
        rows = []
        for grant, before in self.moved.values():
            if grant.lost == before:
                continue
            of = self.contracts[grant.contract_id]
            day = day_of(from_micros(grant.expires_at), of.zone)
            key = ("breakage", "customers", of.provider, day, of.customer, "", of.plan, grant.source, "minutes", "", "")
            more = int(grant.lost > 0) - int(before > 0)
            _add(self.by_day, key, (more, 0, 0, grant.lost - before, 0, 0, 0, 0))
            if grant.lost:
                about = (grant.contract_id, grant.expires_at - 1, of.plan, grant.lost)
                rows.append(LossRow(grant.grant_id, grant.expires_at, *about))
            else:
                run(connection, f"DELETE FROM {self.losses.name} WHERE grant_id = ?", grant.grant_id)
        self.losses.upsert(connection, rows)


def _add(found: dict[Key, Figures], key: Key, figures: Figures) -> None:
    known = found.get(key)
    found[key] = figures if known is None else tuple(map(add, known, figures))
