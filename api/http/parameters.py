"""A query says what its door knows, or it is refused: a filter with a slip of the pen must not answer everything.

One dependency of the whole application. What a door knows are the parameters that its route, and what the route
depends on, declare; nobody lists them again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import Annotated, Any, get_args, get_origin

from fastapi import Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from ledger.kernel.errors import malformed
from ledger.kernel.examples import example_at
from ledger.kernel.faults import FieldFault

_WHOLE = re.compile("-?[0-9]+")
NEAR = 0.7  # below that the nearest name is a guess: `after` is no slip of the pen for `state`

# What each parameter is, where its door says nothing of its own.
PARAMETER_MEANINGS = {
    "contract_id": "The contract, by its id.",
    "customer_id": "The customer, by the id that its provider gave it.",
    "deduction_id": "The deduction, by its id: that of the entry, session or service it is for.",
    "from": "From then on: an instant, or a day (all of it).",
    "group_by": "What the figures are summed by; several may be given.",
    "invoiced": "true: on a document; false: on none yet.",
    "number": "The document's number, as it is printed.",
    "plan": "The plan, by its id in the catalogue.",
    "pool": "The pool of the contract, by its name.",
    "position": "The event's place in the history: 1 is the first.",
    "priority": "The priority: 1 is the most urgent, 4 the least.",
    "provider": "The provider, by its id in the catalogue.",
    "session_id": "The session, by its id.",
    "state": "The state at the moment that is asked about.",
    "status": "The customer's word on it: none yet, or which.",
    "target": "Which of the ticket's targets.",
    "ticket_id": "The ticket, by its id.",
    "to": "Up to then: an instant, or a day (all of it).",
    "within_minutes": "So many minutes before its due instant a target is at risk.",
}


async def known_parameters(request: Request) -> None:
    """Raises Refusal malformed, naming a parameter that the door does not know, that it takes once only, or that is no
    whole number.
    """
    if request.scope["query_string"]:
        _check_names(request)
    _check_numbers(request)


def _check_names(request: Request) -> None:
    known = _parameters(request.scope["route"])
    given = request.query_params
    for name in given:
        if name not in known:
            raise malformed(name[:80], _unknown(name, known))
        if not known[name] and len(given.getlist(name)) > 1:
            raise malformed(name, FieldFault("given_twice"))


def _check_numbers(request: Request) -> None:
    """`1_0`, `+5` and `5.0` are numbers to Python, and slips of the pen to everybody else."""
    route: APIRoute = request.scope["route"]
    for dependant in _all(route.dependant):
        for place, fields in (("query", dependant.query_params), ("path", dependant.path_params)):
            for field in fields:
                kind = field.field_info.annotation
                if kind is not int and int not in get_args(kind):
                    continue
                given: Any = request.query_params if place == "query" else request.path_params
                if field.alias in given and not _WHOLE.fullmatch(str(given[field.alias])):
                    example = example_for(route, (place, field.alias)) or "1"
                    raise malformed(field.alias, FieldFault("no_whole_number", {"example": example}))


def _unknown(name: str, known: dict[str, bool]) -> FieldFault:
    meant = get_close_matches(name[:80], known, 1, NEAR)
    if meant:
        return FieldFault("other_parameter", {"meant": meant[0]})
    return FieldFault("none_of_parameters", {"members": tuple(sorted(known))}) if known else FieldFault("no_parameters")


def _parameters(route: APIRoute) -> dict[str, bool]:
    """Each parameter of a route, and whether it may be given several times."""
    return {name: several for dependant in _all(route.dependant) for name, several in _own(dependant)}


def _all(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for inner in dependant.dependencies:
        yield from _all(inner)


def _own(dependant: Dependant) -> Iterator[tuple[str, bool]]:
    for field in dependant.query_params:
        yield field.alias, get_origin(field.field_info.annotation) is list


def example_for(route: APIRoute, location: Sequence[int | str]) -> str | None:
    """What the parameter at a place of a request takes, as JSON: the place is such as `("query", "limit")`."""
    for dependant in _all(route.dependant):
        for field in (*dependant.query_params, *dependant.path_params):
            if field.alias == location[-1]:
                kind: Any = Annotated[field.field_info.annotation, field.field_info]
                schema = TypeAdapter(kind).json_schema()
                return example_at(("it",), {**schema, "properties": {"it": schema}})
    return None
