"""The OpenAPI document: as FastAPI makes it, and made fit for the programs that write clients from it.

Command bodies, which routes read by hand, are among its schemas. Names say what a text is: `…_at` is an instant, `…_on`
a day. What may be left out has no default: generators take one for a value that is always there.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from api.http.calculation import Calculation
from api.http.parameters import PARAMETER_MEANINGS
from api.http.problems import Problem
from ledger.door.registry import COMMANDS

Schema = dict[str, Any]

ABOUT = """Every figure of a support contract, and the events behind it: for any moment in the past.

Minutes are integers, money strings with two decimals, instants RFC 3339 in UTC. Reads take `as_of` (when it was
true) and `known_at` (when the ledger knew it).
"""
TAGS = {
    "contracts": "Contracts, the balances of their pools, and statements.",
    "tickets": "Tickets: where each stands, its targets and its timeline.",
    "deductions": "What was taken from credit and what is owed, with the customer's word on it.",
    "grants": "Lots of credit with their ends, and how fast a pool is used.",
    "sessions": "Booked sessions: when each begins, what it holds, and how the booking ended.",
    "across": "Lists across contracts: accounts, deductions, charges, drafts.",
    "invoices": "Drafts, invoices and credit notes: as JSON, PDF and e-invoice.",
    "customers": "Customers, with their contracts and what is open.",
    "periods": "The months of a provider: open or closed, and what the closed ones came to.",
    "reports": "Revenue, breakage and time, as the books have them.",
    "sla": "Promises: how often they were kept, which are at risk, and the account of a due instant.",
    "plans": "The catalogue of what each provider offers.",
    "events": "The history itself, for auditors.",
    "operation": "For operators: alive, ready, and figures to watch.",
    "commands": "The write door: everything that is recorded comes in here.",
}
SERVERS = [{"url": "/", "description": "The ledger that gave this document"}]
_TOKEN = {"type": "http", "scheme": "bearer", "description": "A token made by `support-ledger token create`."}
_INSTANTS = {"at", "dated", "from", "to", "valid_from", "waiting_since"}


def document_of(app: FastAPI) -> Schema:
    """The document, made once."""
    if app.openapi_schema is None:
        document = get_openapi(
            title=app.title,
            version=app.version,
            description=ABOUT,
            routes=app.routes,
            tags=[{"name": name, "description": meaning} for name, meaning in TAGS.items()],
            servers=SERVERS,
        )
        schemas = document["components"]["schemas"]
        schemas.update(_bodies())
        document["components"]["securitySchemes"] = {"token": _TOKEN}
        for path, operations in document["paths"].items():
            _describe_parameters(operations)
            if not path.startswith("/health/"):
                for operation in operations.values():
                    operation["security"] = [{"token": []}]
        for schema in schemas.values():
            for name, member in schema.get("properties", {}).items():
                _name_format(name, member)
        _leave_out_defaults(document)
        app.openapi_schema = document
    return app.openapi_schema


def _bodies() -> Schema:
    """The schemas of what routes read by hand, and of refusals."""
    bodies = dict.fromkeys((*(one.body for one in COMMANDS.values()), Calculation, Problem))
    models = [(model, "validation") for model in bodies]
    _, definitions = models_json_schema(models, ref_template="#/components/schemas/{model}")  # type: ignore[arg-type]
    found: Schema = definitions["$defs"]
    return found


def _describe_parameters(operations: Schema) -> None:
    for operation in operations.values():
        for parameter in operation.get("parameters", ()):
            if "description" not in parameter:
                parameter["description"] = PARAMETER_MEANINGS[parameter["name"]]


def _name_format(name: str, member: Schema) -> None:
    """A text's format by its name: `effective_at` is a `date-time`, `starts_on` a `date`."""
    form = "date-time" if name.endswith("_at") or name in _INSTANTS else "date" if name.endswith("_on") else None
    for text in (member, *member.get("anyOf", ())):
        if form and text.get("type") == "string" and not {"format", "enum", "const"} & text.keys():
            text["format"] = form


def _leave_out_defaults(document: Schema) -> None:
    """`"default": null` makes a field look as if it were always there; that it is not required says enough."""
    for node in _tables(document):
        if "default" in node and node["default"] is None and "anyOf" in node:
            del node["default"]


def _tables(node: Any) -> Iterator[Schema]:
    waiting = [node]
    while waiting:
        found = waiting.pop()
        if isinstance(found, dict):
            yield found
            waiting.extend(found.values())
        elif isinstance(found, list):
            waiting.extend(found)
