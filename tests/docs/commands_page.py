"""docs/commands.md as the code has it: every command as it is declared, under the subject of its room."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType
from typing import Any, Literal, cast, get_args, get_origin

from ledger.door.registry import COMMANDS
from ledger.kernel.access import ROLES
from ledger.work.declaration import Declared
from ledger.work.fields import Body

ROOMS = {
    "lifecycle": "The course of a contract",
    "contracts": "The parties of a contract",
    "tickets": "Tickets",
    "sessions": "Booked sessions",
    "credit": "Credit and deductions",
    "sla": "Missed promises",
    "billing": "Documents and closed months",
}
HEAD = """# Commands

Written by `make docs` from the declarations of the commands; do not edit it by hand. How commands are sent and
answered is told in [api.md](api.md#commands). Rules such as C2 are explained in [rules.md](rules.md).

- *fields*: `?` marks what may be left out. Every command may carry `command_id` too. `at` is the effective time, by
  default now.
- *sent by*: the roles whose token may send the command. An admin's may send every one.
- *about*: the stream of what the command is about, by the field that names it. What the token may not see is unknown.
- *creates*: the id that the body gives to something new, and the name space in which it is taken for good. It may come
  again with the same content and changes nothing.
"""
RECORDS = """## Records

What a field holds that is a record. `?` marks what may be left out.
"""
Record = type[Body]


def commands_page() -> str:
    """The whole page. Raises LookupError for a command that says nothing, or of a room that this page does not know."""
    sections, records = [HEAD], dict[str, Record]()
    for room, title in ROOMS.items():
        sections.append(f"## {title}\n")
        for one in sorted((one for one in COMMANDS.values() if _room(one) == room), key=_place):
            sections.append(_section(one))
            records.update(_records(one.body))
    sections.append(RECORDS)
    sections.extend(_record(title, record) for title, record in sorted(records.items()))
    return "\n".join(sections).rstrip() + "\n"


def _room(one: Declared[Any]) -> str:
    room = one.carry_out.__module__.split(".")[1]
    if room not in ROOMS:
        raise LookupError(f"{one.name} stands in {room}, a room that this page does not know")
    return room


def _place(one: Declared[Any]) -> tuple[str, int]:
    """Where it is declared, whatever was imported first."""
    return one.carry_out.__module__, cast(FunctionType, one.carry_out).__code__.co_firstlineno


def _section(one: Declared[Any]) -> str:
    meaning = "\n\n".join([one.meaning, *_told(one.body)])
    if not one.meaning:
        raise LookupError(f"{one.name} does not say what it does")
    named = one.body.model_construct(**{name: f"{{{name}}}" for name in one.body.model_fields})
    streams = one.about.streams(named)  # what is read along with it comes after
    told = {
        "fields": _fields(one.body),
        "sent by": ", ".join(role for role in ROLES if role in one.roles - {"admin"}) or "admin alone",
        "about": f"`{streams[0]}`" if streams else "the stream in which the id was given",
    }
    if one.creates is not None:
        told["creates"] = f"`{one.creates.field}`, in the name space `{one.creates.namespace}`"
    return f"### {one.name}\n\n{meaning}\n\n" + "".join(f"- {name}: {text}\n" for name, text in told.items())


def _told(what: Any) -> list[str]:
    """The paragraphs of its own docstring; which refusals it raises is told to developers alone."""
    paragraphs = inspect.cleandoc(what.__doc__ or "").split("\n\n")
    return [one for one in paragraphs if one and not one.startswith("Raises ")]


def _fields(body: Record) -> str:
    members = [(name, info) for name, info in body.model_fields.items() if name != "command_id"]
    members.sort(key=lambda member: not member[1].is_required())
    return ", ".join(_field(name, info.annotation, info.is_required()) for name, info in members)


def _field(name: str, hint: Any, is_required: bool) -> str:
    shown = f"`{name}`" if is_required else f"`{name}?`"
    for kind in _kinds(hint):
        if get_origin(kind) is Literal:
            *others, last = (f"`{choice}`" for choice in get_args(kind))
            return f"{shown} ({', '.join(others)} or {last})"
        if isinstance(kind, type) and issubclass(kind, Body):
            return f"[{shown}](#{_title(kind).lower().replace(' ', '-')})"
    return shown


def _kinds(hint: Any) -> Iterator[Any]:
    """What a field may hold: the parts of a union, or the type alone."""
    if get_origin(hint) is Literal or not get_args(hint):
        yield hint
    else:
        for part in get_args(hint):
            yield from _kinds(part)


def _records(body: Record) -> dict[str, Record]:
    """The records in a body, and those in them, by title."""
    found: dict[str, Record] = {}
    for info in body.model_fields.values():
        for kind in _kinds(info.annotation):
            if isinstance(kind, type) and issubclass(kind, Body):
                found |= {_title(kind): kind, **_records(kind)}
    return found


def _record(title: str, record: Record) -> str:
    return "\n\n".join([f"### {title}", *_told(record), _fields(record)]) + "\n"


def _title(kind: type) -> str:
    """`AmendedCustomer` is the amended customer."""
    return "".join(f" {letter}" if letter.isupper() else letter for letter in kind.__name__).strip().capitalize()
