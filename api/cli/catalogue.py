"""`support-ledger plans`: the catalogue. Without a server it is read from its files, and no database is needed."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from api.cli.doors import opened_door, server_named
from api.cli.layouts import LAYOUTS
from api.cli.machine import print_line
from api.cli.options import Asked, Opt, made_command
from api.cli.printed_tables import print_answer
from api.cli.printing import print_json

PLAN = Opt("plan", meaning="Shows all that this plan says.", metavar="PLAN", is_argument=True)


def plans_command() -> Any:
    return made_command("plans", "The catalogue; with a plan's id, all that the plan says.", [PLAN], _plans)


def _plans(asked: Asked) -> None:
    plan = asked.given.get(PLAN.name)
    found = _of_server(asked, plan) if server_named(asked.server, asked.token) else _of_files(plan)
    if asked.as_json:
        print_line(found[0] if plan is not None else found)
    elif plan is not None:
        print_json(found[0])
    else:
        _show(found)


def _of_files(plan: str | None) -> list[dict[str, Any]]:
    from api.http.models.plans import show_whole_plan
    from ledger.kernel.settings import Settings
    from ledger.plans.loader import load_catalogue

    catalogue = load_catalogue(Settings().catalogue)
    found = [catalogue.plan(plan)] if plan is not None else catalogue.plans()
    return [show_whole_plan(one).model_dump(mode="json") for one in found]


def _of_server(asked: Asked, plan: str | None) -> list[dict[str, Any]]:
    """A list of the API says less of a plan than the plan itself, which is asked for one by one."""
    with opened_door(asked.server, asked.token) as door:
        wanted = [plan] if plan is not None else [one["plan"] for one in door.items("plans")]
        found = [door.get(f"plans/{quote(one, safe='', errors='replace')}", {}) for one in wanted]
    return [{name: value for name, value in one.items() if name != "position"} for one in found]


def _show(plans: list[dict[str, Any]]) -> None:
    def left_open(plan: dict[str, Any]) -> str:
        return ", ".join(figure["name"] + ("*" if figure["required"] else "") for figure in plan["open"])

    items = [plan | {"open_names": left_open(plan)} for plan in plans]
    print_answer(LAYOUTS["plans"], {"items": items})
