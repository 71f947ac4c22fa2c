"""README is true: its tour, the settings of PostgreSQL, the lists of commands and settings, the number of plans."""

import re
from dataclasses import fields
from pathlib import Path

import psycopg
import pytest

from api.cli.main import HERE
from api.cli.tokens import token_app
from api.state import open_state
from ledger.door.batches import Ledger
from ledger.kernel.settings import Settings
from ledger.plans.loader import load_catalogue
from tests.docs.pages import README, table_after
from tests.docs.tour import BLOCK, TOURED, commands, masked, touring
from tests.senders import WriteDoor
from tests.words import contract


@pytest.mark.parametrize("page", TOURED, ids=lambda page: page.name)
def test_a_tour_prints_what_its_page_shows(page: Path, tmp_path: Path) -> None:
    with touring(tmp_path) as tour:
        for block in BLOCK.findall(page.read_text("utf-8")):
            for command in commands(block):
                assert masked(tour.carry_out(command.typed)) == masked(command.output), f"$ {command.typed}"


def test_a_server_prepared_as_the_readme_says_lets_the_ledger_write_and_nobody_change(own_server: str) -> None:
    (script,) = re.findall(r"```sql\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    with psycopg.connect(own_server, autocommit=True) as administrator:
        for statement in script.split(";"):
            administrator.execute(statement.strip())  # type: ignore[call-overload]
    host = own_server.partition("@")[2].rpartition("/")[0]
    for user in ("ledger_owner", "ledger_app"):
        state = open_state(Settings(database_url=f"postgresql://{user}@{host}/ledger", catalogue=None))
        door = WriteDoor(Ledger(state.store, state.catalogue))
        (answer,) = door.ok(contract("groupios-l", contract_id=user, ticket=None))
        assert state.projector.catch_up() == answer.last
        state.projector.close()
        state.store.close()
    for user in ("ledger_app", "ledger_owner", "postgres"):
        with psycopg.connect(f"postgresql://{user}@{host}/ledger", autocommit=True) as connection:
            for change in ("UPDATE stored_events SET topic = ''", "DELETE FROM stored_events", "TRUNCATE commands"):
                with pytest.raises(psycopg.errors.InsufficientPrivilege):
                    connection.execute(change)  # type: ignore[call-overload]


def test_the_readme_names_every_command_of_the_command_line_and_no_other() -> None:
    rows = [row[0] for row in table_after(README, "<!-- list: command line -->")]
    assert {row.strip("`").split()[0] for row in rows} == {*HERE, "COMMAND"}  # the write door's: docs/commands.md
    told = re.findall(r"`token (\w+)", " ".join(rows))
    assert sorted(told) == sorted(str(one.name) for one in token_app.registered_commands)


def test_the_readme_names_every_setting() -> None:
    assert [row[0] for row in table_after(README, "<!-- list: settings -->")] == [
        f"`LEDGER_{one.name.upper()}`" for one in fields(Settings)
    ]


def test_the_readme_counts_the_plans() -> None:
    plans = load_catalogue().plans()
    assert f"{len(plans)} published plans of five providers" in README.read_text("utf-8")
    assert len({plan.provider.id for plan in plans}) == 5
