"""The documents are true: figures are computed again, commands carried out, lists compared, links followed."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import psycopg
import pytest

from api.cli.main import app
from api.http.app import create_app
from api.http.paging import times_of
from api.http.routers import contracts, deductions, statements, tickets
from api.state import State, open_state
from ledger.door.batches import Answer, Ledger, parse
from ledger.door.bodies import COMMANDS
from ledger.kernel.access import COMMAND_LINE, MAY, ROLES
from ledger.kernel.errors import STATUS
from ledger.kernel.settings import Settings
from ledger.plans.loader import load_catalogue
from projections.credit.statements import StatementAsked
from tests.generate_docs import BLOCK, EVENTS, README, ROOT, commands, events_page, masked, touring
from tests.servers import NoServerError, embedded_programs, system_programs, throw_away_server
from tests.words import (
    PREPAID,
    Step,
    book,
    cancel,
    contract,
    do,
    grant,
    log_work,
    move,
    no_show,
    open_ticket,
    renew,
    reverse,
    top_up,
)

DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").glob("*.md")])
API = DOCS / "api.md"
Rows = list[list[str]]


def table_after(page: Path, mark: str) -> Rows:
    """The body of the table that follows a mark in a page."""
    text = page.read_text("utf-8")
    assert text.count(mark) == 1, f"{page.name} has {mark} {text.count(mark)} times"
    lines = text.partition(mark)[2].lstrip().partition("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# -- docs/pricing.md: each table is what the product makes of the same story -----------------------------------------


class Ledgers:
    """A story told to the write door, and the views over it, asked as the API asks them."""

    def __init__(self, folder: Path) -> None:
        self.state: State = open_state(Settings(database_url=f"sqlite:///{folder / 'ledger.db'}", catalogue=None))
        self.ledger = Ledger(self.state.store, self.state.catalogue)

    def tell(self, *steps: Step | list[Step]) -> None:
        flat = [step for one in steps for step in ([one] if isinstance(one, Step) else one)]
        for step in flat:
            (answer,) = self.ledger.submit([parse(step.command, step.fields, COMMAND_LINE)])
            assert isinstance(answer, Answer), f"{step.command}: {answer}"

    def refusal(self, step: Step) -> dict[str, Any]:
        (answer,) = self.ledger.submit([parse(step.command, step.fields, COMMAND_LINE)])
        assert not isinstance(answer, Answer)
        return answer.members

    def ask(self, question: Any) -> Any:
        self.state.projector.catch_up()
        return asyncio.run(question)

    def account(self, as_of: str | None = None, known_at: str | None = None) -> Any:
        return self.ask(contracts.contract_balance("C", self.state, COMMAND_LINE, as_of, known_at)).accounts[0]

    def deduction(self, deduction_id: str) -> Any:
        return self.ask(deductions.deduction(deduction_id, self.state, COMMAND_LINE))

    def charged(self, reference: str) -> list[Any]:
        found = self.ask(deductions.contract_charges("C", self.state, COMMAND_LINE, limit=500)).items
        return [charge for charge in found if charge.reference == reference]

    def ticket(self, as_of: str | None = None) -> Any:
        return self.ask(tickets.ticket("T", self.state, COMMAND_LINE, as_of=as_of))

    def statement(self, as_of: str) -> Any:
        asked = StatementAsked("C", times=times_of(as_of, None))
        return self.ask(statements.read_statement(self.state, COMMAND_LINE, asked)).items

    def close(self) -> None:
        self.state.projector.close()
        asyncio.run(self.state.reader.close())
        self.state.store.close()


@pytest.fixture
def new_books(tmp_path: Path) -> Iterator[Callable[[], Ledgers]]:
    opened: list[Ledgers] = []

    def open_another() -> Ledgers:
        opened.append(Ledgers(tmp_path / str(len(opened))))
        return opened[-1]

    yield open_another
    for books in opened:
        books.close()


def day(date: str, clock: str = "10:00") -> str:
    """An instant of 2026 in Central Europe's winter: `01-20`, `10:00`."""
    return f"2026-{date}T{clock}:00+01:00"


def rounding(new_books: Callable[[], Ledgers]) -> Rows:
    cases = [
        ("groupios-l", 50, 0, 15),
        ("groupios-l", 15, 0, 15),
        ("groupios-l", 15, 1, 15),
        ("groupios-l", 241, 0, 15),
        (PREPAID, 95, 0, 10),
        ("easyredmine-basic", 2, 1, 1),
    ]
    rows = []
    for plan, minutes, seconds, increment in cases:
        books = new_books()
        ended_at = datetime.fromisoformat(day("02-02")).timestamp() + minutes * 60 + seconds
        span = {"started_at": day("02-02"), "ended_at": datetime.fromtimestamp(ended_at, UTC).isoformat()}
        books.tell(contract(plan), log_work(entry_id="E", **span))
        worked = f"{minutes} min" + (f" {seconds} s" if seconds else "")
        rows.append([worked, f"{increment} min", f"{books.deduction('E').billed_minutes} min"])
    return rows


def drawdown(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.tell(contract("groupios-l"))
    books.tell(grant(60, day("02-01"), grant_id="goodwill", pool="included", expires_on="2026-04-01"))
    rows = []
    for number, (date, minutes) in enumerate([("02-02", 30), ("03-02", 50), ("04-01", 15), ("04-02", 440)], 1):
        books.tell(log_work(minutes, day(date), entry_id=f"E{number}"))
        found = books.deduction(f"E{number}")
        drawn = {draw.grant_id: draw.minutes for draw in found.draws}
        parts = [drawn.get("goodwill", 0), drawn.get("C.allotment.1", 0), sum(line.minutes for line in found.overage)]
        rows.append([f"2026-{date}", str(minutes), str(found.billed_minutes), *map(str, parts)])
    return rows


def tiers(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.tell(contract("groupios-s"), open_ticket("A", at=day("02-02")), open_ticket("B", at=day("02-02")))
    rows = []
    for entry_id, ticket_id, minutes in [("E1", "A", 20), ("E2", "A", 45), ("E3", "B", 61), ("E4", "A", 15)]:
        if entry_id == "E4":
            books.tell(reverse("E1", day("02-04")))
            rows.append(["E1 reversed", "A", "", "", "", "", books.charged("E1")[-1].amount])
        books.tell(log_work(minutes, day("02-03"), entry_id=entry_id, ticket_id=ticket_id))
        found = books.deduction(entry_id)
        by_rate = {line.rate: f"{line.minutes} min: {line.amount}" for line in found.overage}
        total = sum(int(line.amount.replace(".", "")) for line in found.overage)
        lines = [by_rate.get("149.00", ""), by_rate.get("129.00", "")]
        billed = str(found.billed_minutes)
        rows.append([entry_id, ticket_id, str(minutes), billed, *lines, f"{total // 100}.{total % 100:02}"])
    return rows


def half_up(new_books: Callable[[], Ledgers]) -> Rows:
    rows = []
    for minutes, rate, exact in [(7, "1150.00", "134.1666…"), (20, "1000.00", "333.3333…"), (3, "90.10", "4.505")]:
        books = new_books()
        books.tell(contract("dytron-pay", agreed={"rates.training": rate}))
        books.tell(log_work(minutes, entry_id="E", service="training"))
        rows.append([str(minutes), rate, exact, books.charged("E")[0].amount])
    return rows


def figures(books: Ledgers, *names: str) -> list[str]:
    account = books.account()
    return [str(getattr(account, name)) for name in names]


def debts(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.tell(contract(PREPAID))
    rows = []
    for what, step in [
        ("top-up T1 of 480", top_up(480, day("01-05"), top_up_id="T1")),
        ("work E1 of 500", log_work(500, entry_id="E1")),
        ("top-up T2 of 480", top_up(480, day("02-06"), top_up_id="T2")),
    ]:
        books.tell(step)
        draws = ""
        if what != "top-up T1 of 480":
            found = books.deduction("E1").draws
            draws = ", ".join(f"{draw.minutes} from {draw.grant_id or 'nothing yet'}" for draw in found)
        rows.append([what, *figures(books, "granted", "consumed", "available"), draws])
    return rows


def reservations(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.tell(contract(PREPAID))
    rows = []
    for what, step in [
        ("top-up of 480", top_up(480, day("01-05"), top_up_id="T1")),
        ("session of 120 booked for 20 February", book(120, day("02-20"), day("02-01"))),
        ("work of 400", log_work(400, entry_id="E1")),
        ("session cancelled in time", cancel(day("02-10"))),
    ]:
        books.tell(step)
        rows.append([what, *figures(books, "consumed", "reserved", "available")])
    return rows


def penalties(new_books: Callable[[], Ledgers]) -> Rows:
    later = day("01-21")
    cases = [
        ("the customer moves it", day("01-19"), move(later, day("01-19"))),
        ("the customer moves it", day("01-19", "10:01"), move(later, day("01-19", "10:01"))),
        ("the customer cancels it", day("01-19", "10:01"), cancel(day("01-19", "10:01"))),
        ("the provider moves it", day("01-19", "10:01"), move(later, day("01-19", "10:01"), by="provider")),
        ("the customer does not appear", day("01-20", "10:30"), no_show(day("01-20", "10:30"))),
    ]
    rows = []
    for what, at, step in cases:
        books = new_books()
        books.tell(contract(PREPAID), top_up(480, day("01-05"), top_up_id="T1"), book(120, day("01-20"), day("01-06")))
        books.tell(step)
        account = books.account()
        rows.append([what, at[5:16].replace("T", " "), *map(str, (account.consumed, account.reserved))])
    return rows


def reversal(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.tell(contract("groupios-l"), log_work(50, entry_id="E1"))
    rows = []
    for what, step in [
        ("before", None),
        ("work E2 of 425", log_work(425, day("02-03"), entry_id="E2")),
        ("E2 reversed", reverse("E2", day("02-10"))),
    ]:
        if step is not None:
            books.tell(step)
        charges = ", ".join(charge.amount for charge in books.charged("E2"))
        rows.append([what, *figures(books, "consumed", "available"), charges])
    return rows


def expiry(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.tell(contract("groupios-l", "2025-01-01"))
    books.tell(log_work(60, "2025-12-15T10:00:00+01:00", entry_id="E1"), renew(at="2025-12-20T10:00:00+01:00"))
    books.tell(reverse("E1", day("01-10")))
    lines = books.statement("2026-03-01")
    return [[line.effective_at, line.kind, line.reference, f"{line.change:+}", str(line.balance)] for line in lines]


def lump_sum(new_books: Callable[[], Ledgers]) -> Rows:
    rates = {"rates.macros": "1350.00", "rates.training": {"kind": "flat", "amount": "18000.00"}}
    prepaid, paid = new_books(), new_books()
    prepaid.tell(contract("dytron-sbp", agreed={"pools.lump-sum.allotment": "120000.00", **rates}))
    paid.tell(contract("dytron-pay", agreed=rates))
    rows = [["the contract begins", "", prepaid.account().available, prepaid.charged("C")[0].amount, ""]]
    training = do("record-service", contract_id="C", service_id="E2", service="training", at=day("02-03"))
    for what, price, reference, step in [
        ("90 minutes of macros", "1350.00 an hour", "E1", log_work(90, entry_id="E1", service="macros")),
        ("a training", "18000.00 flat", "E2", training),
    ]:
        prepaid.tell(step)
        paid.tell(step)
        assert prepaid.charged(reference) == []
        rows.append([what, price, prepaid.account().available, "", paid.charged(reference)[0].amount])
    return rows


def two_times(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.tell(contract("groupios-l"))
    before = datetime.now(UTC).isoformat()
    books.tell(log_work(50, "2026-03-30T10:00:00+02:00", entry_id="E1"))
    asked = [("2026-03-31", None), ("2026-03-31", before), ("2026-03-29", None)]
    told = {None: "now", before: "before the entry was recorded"}
    return [[as_of, told[known], str(books.account(as_of, known).available)] for as_of, known in asked]


# -- docs/sla.md -----------------------------------------------------------------------------------------------------


def told(instant: str) -> str:
    """An instant as people in Central Europe write it: `Fri 2026-03-06 16:30`."""
    local = datetime.fromisoformat(instant).astimezone(ZoneInfo("Europe/Prague"))
    return f"{local:%a %Y-%m-%d %H:%M}"


def targets(new_books: Callable[[], Ledgers]) -> Rows:
    cases = [
        ("eurolinux-premium", 1, "60 elapsed", "2026-03-06T22:30:00+01:00"),
        ("eurolinux-standard", 1, "60 covered", "2026-03-06T16:30:00+01:00"),
        ("eurolinux-standard", 1, "60 covered", "2026-04-30T16:30:00+02:00"),
        ("eurolinux-standard", 3, "1 business day", "2026-03-06T11:00:00+01:00"),
        ("eurolinux-standard", 3, "1 business day", "2026-03-07T12:00:00+01:00"),
        ("easyredmine-basic", 3, "1440 covered", "2026-03-02T09:00:00+01:00"),
        ("easyredmine-priority", 2, "end of 1 business day", "2026-03-05T18:00:00+01:00"),
    ]
    rows = []
    for plan, priority, target, opened_at in cases:
        books = new_books()
        books.tell(contract(plan, ticket=None), open_ticket(priority=priority, at=opened_at))
        (clock,) = books.ticket().sla
        rows.append([f"{plan}, {priority}", target, told(opened_at), told(clock.due_at)])
    return rows


def waiting(new_books: Callable[[], Ledgers]) -> Rows:
    books = new_books()
    books.tell(contract("easyredmine-basic", ticket=None))
    rows = []
    for what, at, step in [
        ("opened", "2026-03-02T09:00:00+01:00", open_ticket(at="2026-03-02T09:00:00+01:00")),
        ("held on Monday at 12:00", "2026-03-02T12:00:00+01:00", do("hold-ticket", ticket_id="T")),
        ("resumed on Tuesday at 12:00", "2026-03-03T12:00:00+01:00", do("resume-ticket", ticket_id="T")),
        ("resolved on Thursday at 17:00", "2026-03-05T17:00:00+01:00", do("resolve-ticket", ticket_id="T")),
    ]:
        step.fields["at"] = at
        books.tell(step)
        (clock,) = books.ticket(as_of=at).sla
        rows.append([what, clock.state, told(clock.due_at) if clock.due_at else ""])
    return rows


def service_credits(new_books: Callable[[], Ledgers]) -> Rows:
    rows = []
    for percent, exact in [(3, "37.035"), (10, "123.45")]:
        books = new_books()
        credit = {"kind": "fee_share", "percent": percent}
        agreed = {"fee": "1234.50", "sla.reaction.1": 60, "service_credits.reaction": credit}
        books.tell(contract("dytron-sla", ticket=None, agreed=agreed), open_ticket(priority=1, at=day("02-02")))
        books.tell(do("grant-service-credit", ticket_id="T", target="reaction", at=day("02-03")))
        rows.append([f"{percent} %", exact, books.charged("T")[0].amount])
    return rows


STORIES = {
    "pricing.md": [
        rounding,
        half_up,
        drawdown,
        tiers,
        debts,
        reservations,
        penalties,
        reversal,
        expiry,
        lump_sum,
        two_times,
    ],
    "sla.md": [targets, waiting, service_credits],
}
TABLES = [(page, story) for page, stories in STORIES.items() for story in stories]


@pytest.mark.parametrize(("page", "story"), TABLES, ids=[story.__name__ for _, story in TABLES])
def test_the_figures_of_a_page_are_those_of_the_product(
    page: str, story: Callable[[Callable[[], Ledgers]], Rows], new_books: Callable[[], Ledgers]
) -> None:
    assert table_after(DOCS / page, f"<!-- figures: {story.__name__} -->") == story(new_books)


def test_no_table_of_figures_goes_unchecked() -> None:
    marked = [
        (page.name, name)
        for page in PAGES
        for name in re.findall(r"<!-- figures: ([a-z_]+) -->", page.read_text("utf-8"))
    ]
    assert sorted(marked) == sorted((page, story.__name__) for page, story in TABLES)


# -- README: the tour, the settings of PostgreSQL --------------------------------------------------------------------


def test_the_tour_prints_what_the_readme_shows(tmp_path: Path) -> None:
    with touring(tmp_path) as tour:
        for block in BLOCK.findall(README.read_text("utf-8")):
            for command in commands(block):
                assert masked(tour.carry_out(command.typed)) == masked(command.output), f"$ {command.typed}"


def test_a_server_prepared_as_the_readme_says_lets_the_ledger_write_and_nobody_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (script,) = re.findall(r"```sql\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    with ExitStack() as stack:
        try:
            server = stack.enter_context(throw_away_server(system_programs() or embedded_programs()))
        except NoServerError as refusal:
            pytest.skip(f"PostgreSQL is missing: {refusal}")
        with psycopg.connect(server, autocommit=True) as administrator:
            for statement in script.split(";"):
                administrator.execute(statement.strip())  # type: ignore[call-overload]
        host = server.partition("@")[2].rpartition("/")[0]
        for user in ("ledger_owner", "ledger_app"):
            state = open_state(Settings(database_url=f"postgresql://{user}@{host}/ledger", catalogue=None))
            ledger = Ledger(state.store, state.catalogue)
            for step in contract("groupios-l", contract_id=user, ticket=None):
                (answer,) = ledger.submit([parse(step.command, step.fields, COMMAND_LINE)])
                assert isinstance(answer, Answer), answer
            assert state.projector.catch_up() == answer.last
            state.projector.close()
            state.store.close()
        for user in ("ledger_app", "ledger_owner", "postgres"):
            with psycopg.connect(f"postgresql://{user}@{host}/ledger", autocommit=True) as connection:
                for change in ("UPDATE stored_events SET topic = ''", "DELETE FROM stored_events", "TRUNCATE commands"):
                    with pytest.raises(psycopg.errors.InsufficientPrivilege):
                        connection.execute(change)  # type: ignore[call-overload]


def test_the_readme_names_every_command_of_the_command_line_and_no_other() -> None:
    told = {row[0].strip("`").split()[0] for row in table_after(README, "<!-- list: command line -->")}
    assert told == {command.name or command.callback.__name__ for command in app.registered_commands} | {"token"}


def test_the_readme_names_every_setting() -> None:
    assert [row[0] for row in table_after(README, "<!-- list: settings -->")] == [
        f"`LEDGER_{name.upper()}`" for name in Settings.model_fields
    ]


def test_the_readme_counts_the_plans() -> None:
    plans = load_catalogue().plans()
    assert f"{len(plans)} published plans of five providers" in README.read_text("utf-8")
    assert len({plan.provider.id for plan in plans}) == 5


# -- docs/api.md, docs/events.md, docs/rules.md: lists -----------------------------------------------------------------


def test_every_command_stands_with_its_fields_and_who_may_send_it() -> None:
    told = {
        row[0].strip("`"): (set(row[1].split(", ")), row[2].split(", "))
        for row in table_after(API, "<!-- list: commands -->")
    }
    expected = {}
    for name, model in COMMANDS.items():
        fields = {f"`{field}`" if info.is_required() else f"`{field}?`" for field, info in model.model_fields.items()}
        expected[name] = (fields - {"`command_id?`"}, [role for role in ROLES if role != "admin" and name in MAY[role]])
    assert told == expected
    assert MAY["admin"] == set(COMMANDS)


def test_every_read_stands_with_its_parameters() -> None:
    told = {}
    for row in table_after(API, "<!-- list: reads -->"):
        for path in re.findall(r"`(/[^`]*)`", row[0]):
            told[path] = set(re.findall(r"`(\w+)`", row[1]))
    expected = {}
    for path, methods in create_app(Settings(catalogue=None)).openapi()["paths"].items():
        if not path.startswith("/v1/commands"):
            (operation,) = methods.values()
            named = {parameter["name"] for parameter in operation.get("parameters", []) if parameter["in"] == "query"}
            expected[path] = named - {"limit", "cursor", "min_position"}
    assert told == expected


def test_every_refusal_stands_with_its_status() -> None:
    told = {code: int(row[0]) for row in table_after(API, "<!-- list: refusals -->") for code in _quoted(row[1])}
    raised = {code for code in STATUS if any(f'"{code}"' in text for text in _sources(but="errors.py"))}
    # Some are said by the web framework's status alone.
    assert told == {code: STATUS[code] for code in raised | {"method-not-allowed"}}


def test_every_role_stands_in_the_list() -> None:
    assert [row[0] for row in table_after(API, "<!-- list: roles -->")] == [f"`{role}`" for role in ROLES]


def _quoted(cell: str) -> list[str]:
    return re.findall(r"`([^`]*)`", cell)


def _sources(but: str = "") -> list[str]:
    folders = ("ledger", "projections", "api")
    return [path.read_text("utf-8") for name in folders for path in (ROOT / name).rglob("*.py") if path.name != but]


def test_the_page_of_events_is_what_the_code_says() -> None:
    assert EVENTS.read_text("utf-8") == events_page(), "run `make docs`"


def test_every_rule_that_the_code_names_is_explained() -> None:
    explained = set(re.findall(r"^\| ([CTSM]\d+) \|", (DOCS / "rules.md").read_text("utf-8"), re.MULTILINE))
    named = {rule for text in _sources() for rule in re.findall(r"(?<![\w`.-])([CTSM][1-9]\d?)(?![\w`-])", text)}
    assert named - explained == set()


# -- all pages ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_within_the_documents_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text("utf-8"), flags=re.DOTALL)
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if target.startswith("https://"):
            continue
        linked = (page.parent / path).resolve() if path else page
        if not linked.exists() or (anchor and anchor not in _anchors(linked)):
            broken.append(target)
    assert broken == []


def _anchors(page: Path) -> set[str]:
    """Headings as links name them: lower case, without punctuation, hyphens for spaces."""
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_names_a_place_on_somebodys_machine(page: Path) -> None:
    assert re.findall(r"(?:/home/|/root/|/work/|/tmp/|/Users/)\S*", page.read_text("utf-8")) == []


@pytest.mark.parametrize("page", sorted((DOCS / "decisions").glob("[0-9]*.md")), ids=lambda page: page.stem)
def test_a_decision_says_its_context_what_was_decided_what_follows_and_what_was_not_chosen(page: Path) -> None:
    headings = re.findall(r"^#+ (.*)$", page.read_text("utf-8"), re.MULTILINE)
    assert headings[1:] == ["Context", "Decision", "Consequences", "Not chosen"]
    assert headings[0].startswith(f"{int(page.name[:4])}. ")
    assert f"({page.name})" in (DOCS / "decisions" / "README.md").read_text("utf-8")
