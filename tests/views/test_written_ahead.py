"""The rows of a long document are written some at a time before the position moves, so that writers wait for little.

Nobody sees them before, and where the follower ends in between they are written once more.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ledger.store.database import SqliteDatabase, WriteTransaction
from projections.runner import Projector
from tests.billing.office import Office, billed, office_over
from tests.words import credit_note, issue, log_work, open_ticket, sign

LINES = 7


class Counting(SqliteDatabase):
    """A file that counts the transactions in which something is written, and is away at one of them."""

    begun = 0
    away_at = 0

    @contextmanager
    def transaction(self) -> Iterator[WriteTransaction]:
        self.begun += 1
        if self.begun == self.away_at:
            raise ConnectionError("the power is gone")
        with super().transaction() as transaction:
            yield transaction


class Follower(Projector):
    """Writes two rows at a time ahead."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"sqlite:///{path}", ahead=2)
        self.counting = Counting(path, durable=False)
        self.database = self.counting


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "ledger.db"


@pytest.fixture
def office(path: Path) -> Iterator[Office]:
    """What has been worked is followed; from then on nobody follows."""
    with office_over(f"sqlite:///{path}") as opened:
        opened.ok(sign("groupios-s", contract_id="S", customer=billed("S")))
        opened.ok(open_ticket("T", contract_id="S", at="2026-01-02T09:00:00Z"))
        opened.all_ok([log_work(20, "2026-01-05T09:00:00Z", entry_id=f"E{n}") for n in range(LINES)])
        opened.see("contracts")
        state = opened.client.app.state.ledger
        state.stop.set()
        state.follower.join()
        yield opened


def numbers_seen(office: Office) -> tuple[list[str], set[str | None]]:
    """The documents that there are, and on which the charges stand; without waiting for the views."""
    office.position = 0
    return [one["number"] for one in office.walk("invoices")], set(office.charges("S").values())


@pytest.mark.parametrize("is_credited", [False, True])
def test_a_follower_that_ends_in_between_shows_nothing_and_goes_on(
    office: Office, path: Path, is_credited: bool
) -> None:
    """Seven lines are seven rows of each of three tables, in twelve transactions, and one of texts in the last."""
    office.ok(issue("S"))
    number, seen = "GR-2026-00001", ([], {None})
    if is_credited:
        Projector(f"sqlite:///{path}").catch_up()
        seen = ([number], {number})
        office.ok(credit_note(number))
    for away_at in (1, 2, 7, 12, 13):
        follower = Follower(path)
        follower.counting.away_at = away_at
        with pytest.raises(ConnectionError):
            follower.step()
        assert follower.counting.begun == away_at
        assert numbers_seen(office) == seen
        follower.close()
    follower = Follower(path)
    follower.step()
    assert follower.counting.begun == 13
    assert numbers_seen(office) == (([number, "GR-CN-2026-00001"], {None}) if is_credited else ([number], {number}))
    assert follower.differences() == []
    follower.close()


def test_a_writer_waits_for_no_follower_that_reads_and_reckons(office: Office, path: Path) -> None:
    """Work is told in the middle of a follower's turn, and in the middle of its pieces."""
    office.ok(issue("S"))

    class Interrupting(Counting):
        @contextmanager
        def transaction(self) -> Iterator[WriteTransaction]:
            office.ok(log_work(20, "2026-01-06T09:00:00Z", entry_id=f"M{self.begun}"))
            with super().transaction() as transaction:
                yield transaction

        @contextmanager
        def reading(self) -> Iterator[WriteTransaction]:
            with super().reading() as transaction:
                office.ok(log_work(20, "2026-01-06T09:00:00Z", entry_id="R"))
                yield transaction

    follower = Follower(path)
    follower.database = Interrupting(path, durable=False)
    follower.step()
    assert follower.position() < office.count()
    follower.database = follower.counting
    follower.catch_up()
    assert follower.differences() == []
    follower.close()


def test_what_nobody_waits_for_is_not_written_at_all(office: Office, path: Path) -> None:
    """A follower that finds nothing takes no lock of writers."""
    follower = Follower(path)
    follower.catch_up()
    follower.counting.begun = 0
    assert follower.step() == 0
    assert follower.counting.begun == 0
    follower.close()
