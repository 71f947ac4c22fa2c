"""The store under stress: positions, recorded time, several writers at once, one that is killed, unknown topics."""

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from ledger.door.batches import ATTEMPTS, Answer, Ledger
from ledger.events import CreditDrawn, HoursDeducted, TicketHeld
from ledger.kernel.errors import Refusal
from ledger.kernel.mapper import StreamEvent, UnknownTopicError
from ledger.kernel.values import from_micros
from ledger.store import Batch, CommandRow, ConflictError, EventStore, TakenId, Unavailable, open_store
from ledger.store.keys import PartyKey
from ledger.store.postgres_database import unavailable_server
from tests.books import everything, figures
from tests.clock import Clock
from tests.scenario import catalogue
from tests.senders import WriteDoor
from tests.words import (
    PREPAID,
    as_lines,
    book,
    complete,
    contract,
    flat,
    log_work,
    open_ticket,
    terminate,
    top_up,
)

ROOT = Path(__file__).parents[2]
SETTLED = datetime(2024, 6, 1, tzinfo=UTC)
YEAR = timedelta(days=365) // timedelta(microseconds=1)
DAY_ONE, NOON = "2024-01-01", "2024-02-05T12:00:00Z"  # all that is told lies in the machine's past
BOUGHT = top_up(480, NOON, top_up_id="top")


class Process(WriteDoor):
    """A store and a ledger over it, as one process has them; the clock is the machine's, and nobody pauses."""

    def __init__(self, store: EventStore) -> None:
        self.store = store
        super().__init__(Ledger(store, catalogue(), sleep=lambda _: None))

    def ask(self, question: str, *values: Any) -> list[tuple[Any, ...]]:
        return self.store.database.query(question, values)

    def positions(self) -> list[int]:
        return [row[0] for row in self.ask("SELECT notification_id FROM stored_events ORDER BY notification_id")]


class Overtaken(EventStore):
    """Before it appends, for the first time or each time, something happens elsewhere."""

    def __init__(self, store: EventStore, elsewhere: Callable[[], Any], only_once: bool = True) -> None:
        super().__init__(store.application, store.database)
        self.elsewhere, self.only_once, self.times = elsewhere, only_once, 0

    def append(self, events: Sequence[StreamEvent], batch: Batch) -> Sequence[int]:
        self.times += 1
        if self.times == 1 or not self.only_once:
            self.elsewhere()
        return super().append(events, batch)


@pytest.fixture
def opened(empty_database_url: str) -> Iterator[Callable[[], Process]]:
    """Opens the database of the test, as often as it is called."""
    stores: list[EventStore] = []

    def open_door() -> Process:
        stores.append(open_store(empty_database_url))
        return Process(stores[-1])

    yield open_door
    for store in stores:
        store.close()


def held(stream: str, version: int) -> StreamEvent:
    fact = TicketHeld(
        contract_id="C", effective_at=datetime(2024, 2, 2, tzinfo=UTC), token_id="t", role="admin", ticket_id="T"
    )
    return StreamEvent(stream, version, fact)


# -- positions and recorded time --------------------------------------------------------------------------------


def test_positions_have_no_gaps_though_appends_were_refused(opened: Callable[[], Process]) -> None:
    first, other = opened(), opened()
    first.tell(*contract("groupios-l", DAY_ONE))
    assert list(first.store.append([held("ticket:X", 1), held("ticket:X", 2)], Batch())) == [7, 8]
    for refused in ([held("ticket:X", 2)], [held("ticket:Y", 1), held("ticket:X", 1)]):
        with pytest.raises(ConflictError):
            first.store.append(refused, Batch())
    first.tell(log_work(15, NOON, entry_id="W"), log_work(16, NOON, entry_id="W"), log_work(15, NOON, entry_id="V"))
    other.tell(log_work(15, NOON, entry_id="U"))
    positions = first.positions()
    assert positions == list(range(1, len(positions) + 1))
    assert first.ask("SELECT count(*) FROM stored_events WHERE originator_id = 'ticket:Y'") == [(0,)]


def test_whoever_decided_on_a_stream_that_changed_has_to_decide_again(opened: Callable[[], Process]) -> None:
    store = opened().store
    store.append([held("ticket:X", 1)], Batch())
    store.append([held("ticket:Y", 1)], Batch(seen_position=1, read_streams=["ticket:X", "ticket:Y"]))
    store.append([held("ticket:Z", 1)], Batch(seen_position=1, read_streams=["ticket:X", "ticket:Z"]))
    with pytest.raises(ConflictError):
        store.append([held("ticket:A", 1)], Batch(seen_position=1, read_streams=["ticket:X", "ticket:Y"]))
    assert store.highest_position() == 3


def test_what_goes_with_a_refused_append_is_not_kept_either(opened: Callable[[], Process]) -> None:
    one = opened()
    one.tell(*contract("groupios-l", DAY_ONE))
    (answer,) = one.tell(log_work(15, NOON, entry_id="W"))
    assert isinstance(answer, Answer)
    counts = (
        "SELECT (SELECT count(*) FROM commands), (SELECT count(*) FROM known_ids), (SELECT count(*) FROM party_keys)"
    )
    before = one.ask(counts)
    batch = Batch(ids=[TakenId("entry", "new", 0), TakenId("entry", "W", 0)], keys=[PartyKey("k", "p", "q", b"secret")])
    batch.commands.append(CommandRow(0, 0, "", "new", "log-work", b"", None, None))
    with pytest.raises(ConflictError):
        one.store.append([held("ticket:X", 1)], batch)
    assert (one.ask(counts), one.positions()[-1]) == (before, answer.last)


def test_recorded_time_never_decreases_though_history_knows_a_later_one(opened: Callable[[], Process]) -> None:
    one = opened()
    one.tell(*contract("groupios-l", DAY_ONE))
    ((position, latest),) = one.ask("SELECT max(notification_id), max(recorded_at) FROM stored_events")
    ahead = latest + YEAR
    with one.store.database.transaction() as transaction:
        row = ("ticket:X", 1, "TicketHeld@1", b"{}", position + 1, ahead, None, None)
        transaction.execute("INSERT INTO stored_events VALUES (?,?,?,?,?,?,?,?)", row)
    one.tell(log_work(15, NOON, entry_id="W"))
    times = [row[0] for row in one.ask("SELECT recorded_at FROM stored_events ORDER BY notification_id")]
    assert times == sorted(times)
    assert times[-1] == ahead


def test_recorded_time_stands_still_while_the_clock_is_set_back(
    tmp_path: Path,
) -> None:
    clock = Clock("1970-01-01T00:00:01Z")
    store = open_store(f"sqlite:///{tmp_path / 'ledger.db'}", clock)
    for now in (1_000_000, 900_000, 999_999, 1_000_001):
        clock.now = from_micros(now)
        store.append([held(f"ticket:{now}", 1), held(f"ticket:{now}", 2)], Batch())
    times = store.database.query("SELECT recorded_at FROM stored_events ORDER BY notification_id")
    assert [row[0] for row in times] == [1_000_000] * 6 + [1_000_001] * 2
    store.close()


def test_sqlite_waits_for_the_disk_at_every_commit(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'ledger.db'}")
    with store.application.recorder.datastore.get_connection(commit=True) as connection:
        assert connection._sqlite_conn.execute("PRAGMA synchronous").fetchone()[0] == 2  # FULL
    store.close()


# -- several writers --------------------------------------------------------------------------------------------


def test_a_decision_that_somebody_overtook_is_taken_again_with_what_they_left(opened: Callable[[], Process]) -> None:
    one, quick = opened(), opened()
    one.ok(contract(PREPAID, DAY_ONE), BOUGHT)
    booked = book(100, "2024-03-10T10:00:00Z", NOON, session_id="quick")
    slow = Overtaken(one.store, lambda: quick.ok(booked))
    (refusal,) = Process(slow).tell(book(400, "2024-03-11T10:00:00Z", NOON, session_id="slow"))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.members["short_by"], slow.times) == ("insufficient-credit", 20, 1)


def test_two_ledgers_that_send_the_same_entry_record_it_once(opened: Callable[[], Process]) -> None:
    one, quick = opened(), opened()
    one.ok(contract("groupios-l", DAY_ONE))
    told: list[Answer] = []
    entry = log_work(15, NOON, entry_id="W")
    (again,) = Process(Overtaken(one.store, lambda: told.extend(quick.ok(entry)))).ok(entry)
    (first,) = told
    assert (first.replayed, again.replayed, again.events) == (False, True, first.events)


def test_a_session_that_is_booked_while_its_contract_is_terminated_is_released(opened: Callable[[], Process]) -> None:
    """It reserves nothing, so that no account tells the one of the other."""
    one, quick = opened(), opened()
    one.ok(contract("groupios-s", DAY_ONE))
    booked = book(60, "2024-09-10T10:00:00Z", NOON)
    (ended,) = Process(Overtaken(one.store, lambda: quick.ok(booked))).ok(terminate("2024-06-30"))
    assert ("SessionEnded", "session:S") in [(type_, stream) for _, type_, stream in ended.events]


def test_after_a_bounded_number_of_conflicts_the_sender_is_asked_to_try_again(opened: Callable[[], Process]) -> None:
    one = opened()
    one.ok(contract("groupios-l", DAY_ONE))

    def faster() -> None:
        raise ConflictError("somebody was faster")

    slow = Overtaken(one.store, faster, only_once=False)
    answers = Process(slow).tell(log_work(15, NOON, entry_id="W"), log_work(15, NOON, entry_id="V"))
    assert [getattr(answer, "code", None) for answer in answers] == ["conflict", "conflict"]
    assert slow.times == ATTEMPTS
    (answer,) = one.ok(log_work(15, NOON, entry_id="W"))
    assert [type_ for _, type_, _ in answer.events] == ["CreditDrawn", "HoursDeducted", "WorkLogged"]
    assert figures(everything(one.store), "included", SETTLED).available == 465


def run_writers(url: str, files: list[Path], threads: int) -> list[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "tests.store.writers", url]
    return [
        subprocess.Popen([*command, str(file), str(threads)], stdout=subprocess.PIPE, text=True, cwd=ROOT)
        for file in files
    ]


def test_writers_in_several_processes_and_threads_lose_nothing_and_double_nothing(
    opened: Callable[[], Process], empty_database_url: str, tmp_path: Path
) -> None:
    """Two processes of two threads, 50 entries a thread on one account; a tenth of the entries is sent by both."""
    one = opened()
    one.tell(*contract(PREPAID, DAY_ONE), BOUGHT)
    files = []
    for process in range(2):
        own = [log_work(10, NOON, entry_id=f"p{process}-{n}", command_id=f"p{process}-{n}") for n in range(90)]
        shared = [log_work(20, NOON, entry_id=f"both-{n}", command_id=f"both-{n}") for n in range(10)]
        files.append(tmp_path / f"{process}.jsonl")
        files[-1].write_bytes(as_lines([*own[:45], *shared, *own[45:]]))
    for writer in run_writers(empty_database_url, files, threads=2):
        told, _ = writer.communicate()
        assert writer.returncode == 0
        assert len(told.splitlines()) == 100
        assert "refused" not in told
    facts = everything(one.store, "C")
    entries = [fact for fact in facts if isinstance(fact, HoursDeducted)]
    drawn = [fact for fact in facts if isinstance(fact, CreditDrawn)]
    assert len(entries) == len({one_entry.deduction_id for one_entry in entries}) == 190
    assert [fact.deduction_id for fact in drawn] == [one_entry.deduction_id for one_entry in entries]
    # 480 bought, 180 entries of 10 and 10 of 20 minutes: 2000 consumed.
    seen = figures(facts, "server-support", SETTLED)
    assert (seen.granted, seen.consumed, seen.available) == (480, 2000, -1520)
    assert one.positions() == list(range(1, len(facts) + 1))
    versions = one.ask("SELECT originator_version FROM stored_events WHERE originator_id = 'account:C:server-support'")
    assert sorted(row[0] for row in versions) == list(range(1, len(versions) + 1))


# -- a writer that is killed ------------------------------------------------------------------------------------

FILE = flat(
    [
        contract(PREPAID, DAY_ONE, command_id="sign", ticket=None),
        open_ticket(command_id="open", at=NOON),
        top_up(600, NOON, top_up_id="top", command_id="buy"),
        *(
            [
                log_work(10, NOON, entry_id=f"W{n}", command_id=f"work-{n}"),
                book(20, "2024-03-10T10:00:00Z", NOON, session_id=f"S{n}", command_id=f"book-{n}"),
                complete(15, "2024-03-10T11:00:00Z", session_id=f"S{n}", command_id=f"complete-{n}"),
            ]
            for n in range(12)
        ),
    ]
)


def by_command(one: Process) -> dict[str, list[tuple[str, str]]]:
    """What each accepted command recorded: topics and streams."""
    events = {p: (fact.TOPIC, fact.stream) for p, fact in one.store.facts_between(1, 10**6)}
    rows = one.ask("SELECT command_id, first_position, last_position FROM commands ORDER BY first_position")
    told = {command_id: [events[p] for p in range(first, last + 1)] for command_id, first, last in rows}
    covered = [p for _, first, last in rows for p in range(first, last + 1)]
    assert covered == sorted(events) == list(range(1, len(events) + 1))
    return told


def test_a_killed_writer_leaves_only_whole_commands_and_a_repetition_of_its_file_completes_it(
    opened: Callable[[], Process], empty_database_url: str, tmp_path: Path
) -> None:
    reference = open_store(f"sqlite:///{tmp_path / 'reference.db'}")
    undisturbed = Process(reference)
    assert all(isinstance(answer, Answer) for step in FILE for answer in undisturbed.tell(step))
    whole = by_command(undisturbed)
    file = tmp_path / "commands.jsonl"
    file.write_bytes(as_lines(FILE))
    one, answered = opened(), set()
    for answers_before_the_kill in (1, 9, 23, 31):
        (writer,) = run_writers(empty_database_url, [file], threads=1)
        with writer:
            assert writer.stdout is not None
            answered |= {writer.stdout.readline().strip() for _ in range(answers_before_the_kill)}
            writer.kill()
            answered |= {line.strip() for line in writer.stdout if line.endswith("\n")}
        found = by_command(one)
        assert found == {command_id: whole[command_id] for command_id in found}
        assert answered <= found.keys(), "what was answered is durable"
    (writer,) = run_writers(empty_database_url, [file], threads=1)
    told, _ = writer.communicate()
    assert told.split() == [step.fields["command_id"] for step in FILE]
    assert list(by_command(one).items()) == list(whole.items())
    assert [type(fact) for fact in everything(one.store)] == [type(fact) for fact in everything(reference)]
    reference.close()


# -- what does not belong here ----------------------------------------------------------------------------------


@pytest.mark.parametrize("topic", ["Unheard@1", "TicketHeld@99", "TicketHeld@0", "TicketHeld", "TicketHeld@x", ""])
def test_a_stored_event_of_an_unknown_topic_is_an_error_that_names_it(
    opened: Callable[[], Process], topic: str
) -> None:
    one = opened()
    one.tell(*contract("groupios-l", DAY_ONE))
    position = one.store.highest_position() + 1
    with one.store.database.transaction() as transaction:
        row = ("ticket:T", 2, topic, b"{}", position, 2**50, None, None)
        transaction.execute("INSERT INTO stored_events VALUES (?,?,?,?,?,?,?,?)", row)
    with pytest.raises(UnknownTopicError, match=repr(topic)):
        one.store.whole_stream("ticket:T")
    with pytest.raises(UnknownTopicError):
        one.tell(log_work(15, NOON, entry_id="W"))
    assert one.store.highest_position() == position


def test_a_database_that_cannot_be_reached_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(Unavailable):
        open_store("postgresql://nobody@127.0.0.1:1/ledger")
    (tmp_path / "no-folder").write_text("")
    with pytest.raises(Unavailable):
        open_store(f"sqlite:///{tmp_path / 'no-folder' / 'ledger.db'}")


@pytest.mark.parametrize("url", ["postgresql://u:a@geheim@127.0.0.1:1/db", "postgresql://u:a@geheim/heim@127.0.0.1/db"])
def test_what_postgresql_takes_for_a_place_may_be_a_piece_of_a_password(url: str) -> None:
    read = conninfo_to_dict(url)
    said = f"failed to resolve host '{read['host']}'; database \"{read['dbname']}\" does not exist"
    told = str(unavailable_server(url, psycopg.OperationalError(said)))
    assert told == "postgresql://*** can't be used: failed to resolve host '***'; database \"***\" does not exist"
    shown = "postgresql://u:***@h/db can't be used: failed to resolve host 'h'"
    said = "failed to resolve host 'h'"
    assert str(unavailable_server("postgresql://u:p@h/db", psycopg.OperationalError(said))) == shown
