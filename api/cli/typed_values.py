"""What is typed, taken as it is: a text stays a text, a plain number is one.

The library that reads arguments loads another one to make sure of that, for longer than a command takes to be sent to a
server. Here it is asked only where more is to be made of a text, or where it has to say what is wrong with it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from typer._click.core import augment_usage_errors
from typer._coercion import RuntimeParam, TypeDescriptor, build_runtime_param
from typer.core import TyperCommand

MOST_DIGITS = 18


@dataclass(frozen=True)
class TakenAsTyped(RuntimeParam):
    """In place of what the library would build for each parameter, whether something was typed for it or not."""

    descriptor: TypeDescriptor

    def _coerce_value(self, value: Any, param: Any, ctx: Any) -> Any:
        if self.annotation is str and isinstance(value, str):
            return value
        is_any_number = self.annotation is int and not self.descriptor.is_ranged
        if is_any_number and isinstance(value, str) and _is_plain_number(value):
            return int(value)
        return build_runtime_param(self.descriptor).coerce(value, param=param, ctx=ctx)


def _is_plain_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= MOST_DIGITS


def taken_as_typed(parameters: Iterable[Any]) -> list[Any]:
    """The parameters of a command, which take what is typed so."""
    found = list(parameters)
    for one in found:
        told = one.type_descriptor
        one._runtime_param = TakenAsTyped(told.parameter_info, told.annotation, told)
    return found


class PlainCommand(TyperCommand):
    """A command whose parameters take what is typed as it is."""

    def get_params(self, ctx: Any) -> list[Any]:
        return taken_as_typed(super().get_params(ctx))

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        with augment_usage_errors(ctx):  # each says where it was: an option without its value does not
            return super().parse_args(ctx, args)
