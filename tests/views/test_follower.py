"""The views come out the same whatever happens to whoever builds them: killed, rebuilt, of another shape."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ledger.store.database import WriteTransaction
from projections.all_views import VIEWS
from projections.folding import page_of_events
from projections.runner import Projector
from projections.views import Rows
from tests.views.follower import Crawler
from tests.views.ledgers import Fed, fed

ROOT = Path(__file__).parents[2]
SMALL_PAGE = 40  # a build reads many of them, so that much can happen between them


@pytest.fixture
def ledger(database_url: str) -> Iterator[Fed]:
    with fed(database_url) as ledger:
        yield ledger


def test_a_follower_that_is_killed_again_and_again_leaves_views_that_equal_the_events(ledger: Fed) -> None:
    for begin, end in ((0, 40), (40, 80), (80, 120)):
        before, head = ledger.projector.position(), ledger.feed(begin, end)
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.views.follower", ledger.url],
            env=os.environ | {"PYTHONPATH": str(ROOT)},
            cwd=ROOT,
        )
        wanted = head if end == 120 else before + (head - before) // 3
        while ledger.projector.position() < wanted:
            assert process.poll() is None, "the follower ended by itself"
        process.kill()
        process.wait()
        reached = ledger.projector.position()
        assert wanted <= reached <= head
    assert reached == head
    assert ledger.projector.differences() == []
    found = ledger.dump()
    assert all(found[name] for name in ("contracts", "accounts", "movements", "deductions", "charges", "tickets"))
    ledger.projector.rebuild()
    assert ledger.dump() == found


def test_pages_of_any_size_come_to_the_same_rows(ledger: Fed) -> None:
    head = ledger.feed(0, 100)
    ledger.projector.catch_up()
    found = ledger.dump()
    for size in (1, 7):
        ledger.change("UPDATE view_position SET digest = 'another shape'")
        ledger.projector.prepare()
        assert ledger.projector.position() == 0
        while ledger.projector.step(size):
            pass
        assert ledger.projector.position() == head
        assert ledger.dump() == found


def test_views_are_rebuilt_while_events_arrive_and_are_followed(ledger: Fed) -> None:
    ledger.feed(0, 60)
    over = threading.Event()

    def follow() -> None:
        crawler = Crawler(ledger.url)
        crawler.follow(over)
        crawler.close()

    follower = threading.Thread(target=follow)
    follower.start()
    other = Projector(ledger.url, SMALL_PAGE)
    for begin, names in (
        (60, ()),
        (100, ["movements"]),
        (140, ["tickets", "charges"]),
        (180, ()),
        (220, ["deductions"]),
    ):
        writer = threading.Thread(target=ledger.feed, args=(begin, begin + 40))
        writer.start()
        other.rebuild(names)
        writer.join()
    other.close()
    over.set()
    follower.join()
    ledger.projector.catch_up()
    assert ledger.projector.position() == ledger.store.highest_position()
    assert ledger.projector.differences() == []


def test_the_old_views_answer_until_the_new_ones_are_there(ledger: Fed) -> None:
    head = ledger.feed()
    ledger.projector.catch_up()
    found, seen = ledger.dump(), []
    ledger.change("UPDATE accounts SET consumed = consumed + 1")
    damaged = ledger.dump()

    def progress(_: int) -> None:
        seen.append((ledger.projector.position(), ledger.dump() == damaged))

    assert Projector(ledger.url, SMALL_PAGE).rebuild((), progress) == head
    assert len(seen) > 5
    assert set(seen) == {(head, True)}
    assert ledger.dump() == found


def test_one_view_is_rebuilt_alone(ledger: Fed) -> None:
    ledger.feed()
    ledger.projector.catch_up()
    found = ledger.dump()
    ledger.change("DELETE FROM charges WHERE position < 200")
    ledger.change("UPDATE tickets SET priority = 4 WHERE priority = 1")
    assert {fault.partition(":")[0] for fault in ledger.projector.differences()} == {"charges", "tickets"}
    ledger.projector.rebuild(["charges"])
    assert {fault.partition(":")[0] for fault in ledger.projector.differences()} == {"tickets"}
    ledger.projector.rebuild(["tickets"])
    assert ledger.projector.differences() == []
    for name in VIEWS:
        ledger.projector.rebuild([name])
        assert ledger.dump() == found, name


def test_each_build_has_indexes_of_its_own(ledger: Fed) -> None:
    """None is made a second time when the tables are swapped in, and the next build finds no name taken."""
    ledger.feed(0, 40)
    seen: list[set[str]] = []
    for _ in range(3):
        found = indexes_of(ledger)
        assert {name: len(made) for name, made in found.items()} == {
            table.name: len(table.indexes) for view in VIEWS.values() for table in view.tables
        }
        seen.append({index for made in found.values() for index in made})
        ledger.projector.rebuild()
    assert not seen[0] & seen[1]
    assert not seen[1] & seen[2]


def indexes_of(ledger: Fed) -> dict[str, set[str]]:
    """By table, the indexes beside that of its key."""
    if ledger.projector.database.dialect == "sqlite":
        sql = "SELECT name, tbl_name AS of_table FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    else:
        sql = "SELECT indexname AS name, tablename AS of_table FROM pg_indexes WHERE position('pkey' IN indexname) = 0"
    found = {table.name: set[str]() for view in VIEWS.values() for table in view.tables}
    for row in ledger.projector.database.query(sql):
        if row.of_table in found:
            found[row.of_table].add(row.name)
    return found


def test_a_view_that_is_rebuilt_ahead_of_the_others_takes_them_along(ledger: Fed) -> None:
    ledger.feed(0, 100)
    ledger.projector.catch_up()
    head = ledger.feed(100)
    assert ledger.projector.rebuild(["movements"]) == head
    assert ledger.projector.position() == head
    assert ledger.projector.differences() == []


class Counting(Projector):
    """Counts the pages that it folds into the live tables."""

    live_pages = 0

    def _rows(self, transaction: WriteTransaction, suffix: str = "") -> Rows:
        self.live_pages += not suffix
        return super()._rows(transaction, suffix)


def test_live_views_that_are_far_behind_are_taken_along_page_by_page(ledger: Fed) -> None:
    head = ledger.feed()
    counting = Counting(ledger.url, SMALL_PAGE)
    assert counting.rebuild(["movements"]) == head
    assert counting.live_pages == -(-head // SMALL_PAGE) > 5
    assert counting.position() == head
    assert counting.differences() == []
    counting.close()


def test_a_page_of_events_has_so_many_bytes_at_most_and_one_event_at_least(ledger: Fed) -> None:
    head = ledger.feed(0, 100)
    with ledger.projector.database.transaction() as transaction:
        for most_bytes in (1, 2_000, 100_000):
            found, after = [], 0
            while page := page_of_events(transaction, after, SMALL_PAGE, most_bytes):
                assert len(page) == 1 or sum(len(event.state) for event in page) <= most_bytes
                assert len(page) <= SMALL_PAGE
                found += page
                after = page[-1].position
            assert [event.position for event in found] == list(range(1, head + 1))


def test_tables_of_another_shape_are_made_anew_and_fill_from_the_beginning(ledger: Fed) -> None:
    head = ledger.feed()
    ledger.projector.catch_up()
    found = ledger.dump()
    ledger.change("DROP TABLE charges")
    ledger.change("CREATE TABLE charges (charge_id TEXT PRIMARY KEY, amount TEXT)")
    ledger.change("UPDATE view_position SET digest = 'that of an older product'")
    ledger.projector.prepare()
    assert ledger.projector.position() == 0
    assert all(rows == [] for rows in ledger.dump().values())
    assert ledger.projector.catch_up() == head
    assert ledger.dump() == found
    ledger.projector.prepare()
    assert ledger.projector.position() == head, "tables of the right shape stay"


@pytest.mark.parametrize("dies", [False, True], ids=["to its end", "and dies"])
def test_a_second_build_does_not_disturb_the_first(ledger: Fed, dies: bool) -> None:
    """It may wait or give up; what the first one swaps in is whole."""
    ledger.feed()
    ledger.projector.catch_up()
    found = ledger.dump()
    others: list[threading.Thread] = []

    class Death(Exception):
        pass

    def second() -> None:
        def die(_: int) -> None:
            if dies:
                raise Death

        projector = Projector(ledger.url, SMALL_PAGE)
        try:
            projector.rebuild((), die)
        except Exception:  # it gave up
            pass
        finally:
            projector.close()

    pages = 0

    def progress(_: int) -> None:
        nonlocal pages
        pages += 1
        if pages == 5:
            others.append(threading.Thread(target=second))
            others[0].start()
            others[0].join(1)

    first = Projector(ledger.url, SMALL_PAGE)
    try:
        first.rebuild((), progress)
    finally:
        first.close()
        others[0].join()
    assert ledger.projector.differences() == []
    assert ledger.dump() == found
