"""The field types that command bodies share: ids, instants, texts, amounts. Each refusal names its field."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime
from functools import cache
from importlib import resources
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from ledger.kernel import patterns
from ledger.kernel.examples import EXAMPLE_DAY, INSTANT
from ledger.kernel.faults import FaultError, FieldFault
from ledger.kernel.ids import DEDUCTION_ID_LENGTH, GRANT_ID_LENGTH, ID_LENGTH, ID_PATTERN, RESERVED_ENDINGS
from ledger.kernel.values import is_near, not_near, parse_cents, show_cents
from ledger.plans.agreement import MOST_FIGURES, MOST_VALUES

DEEPEST_SENT = 12  # before the plan is known, whose own bound of each figure is narrower


def _not_derived(value: str) -> str:
    if RESERVED_ENDINGS.search(value):
        raise FaultError(FieldFault("reserved_id"))
    return value


def _utc(value: datetime) -> datetime:
    try:
        value = value.astimezone(UTC)
    except OverflowError:
        raise not_near("far_instant") from None
    if not is_near(value):
        raise not_near("far_instant")
    return value


_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}.{0,30}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _instant_text(value: Any) -> Any:
    """Instants are written as texts; digits alone could mean seconds, milliseconds or days."""
    if not isinstance(value, str) or not _INSTANT.fullmatch(value):
        raise FaultError(FieldFault("no_instant_text", {"example": INSTANT}))
    return value


def _day_text(value: Any) -> Any:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise FaultError(FieldFault("no_day_text", {"example": EXAMPLE_DAY}))
    return value


def _shallow(value: dict[str, Any]) -> dict[str, Any]:
    """Agreed figures are small tables at most; what is nested deeper is refused before anything walks through it."""
    waiting: list[tuple[Any, int]] = [(value, 0)]
    while waiting:
        item, depth = waiting.pop()
        if depth > DEEPEST_SENT:
            raise ValueError("is nested too deeply")
        if isinstance(item, dict | list):
            if len(item) > MOST_VALUES or len(waiting) > MOST_VALUES:
                raise ValueError("says more than an agreement has to say")
            waiting.extend((inner, depth + 1) for inner in (item.values() if isinstance(item, dict) else item))
    return value


def _near(value: date) -> date:
    if not is_near(value):
        raise not_near("far_day")
    return value


def _clean(value: str) -> str:
    """Texts are Unicode without control characters (tab and line ends aside) and lone surrogates."""
    for character in value:
        if unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n\r":
            raise FaultError(FieldFault("bad_character", {"character": f"U+{ord(character):04X}"}))
    if all(unicodedata.category(character)[0] in "CZ" for character in value):  # spaces, and what nobody sees
        raise FaultError(FieldFault("empty"))
    return value


@cache
def _countries() -> frozenset[str]:
    """The codes of ISO 3166, from the tables that come with the time zones."""
    table = resources.files("tzdata.zoneinfo").joinpath("iso3166.tab").read_text("utf-8")
    return frozenset(line[:2] for line in table.splitlines() if not line.startswith("#"))


def _known_country(value: str) -> str:
    """ISO 3166 is not what VAT ids begin with: those of Greece begin with EL."""
    if value not in _countries():
        meant = {"EL": "GR", "UK": "GB"}.get(value)
        raise FaultError(
            FieldFault("other_country", {"meant": meant}) if meant else FieldFault("no_country", {"example": "DE"})
        )
    return value


def _decimal_text(value: Any) -> Any:
    if not isinstance(value, str):
        raise FaultError(FieldFault("no_amount", {"example": "89.00"}))
    return show_cents(parse_cents(value))


def _not_negative(value: str) -> str:
    if value.startswith("-"):
        raise FaultError(FieldFault("negative_amount", {"example": "89.00"}))
    return value


def _positive(value: str) -> str:
    if parse_cents(value) <= 0:
        raise FaultError(FieldFault("amount_of_nothing", {"example": "89.00"}))
    return value


# The names of derived ids may be spoken of (a penalty is disputed), but not given to something new.
AnyId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=ID_LENGTH)]
DeductionId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=DEDUCTION_ID_LENGTH)]
GrantId = Annotated[str, StringConstraints(pattern=ID_PATTERN, max_length=GRANT_ID_LENGTH)]
Id = Annotated[AnyId, AfterValidator(_not_derived)]
Instant = Annotated[AwareDatetime, BeforeValidator(_instant_text), AfterValidator(_utc)]
Day = Annotated[date, BeforeValidator(_day_text), AfterValidator(_near)]
Agreed = Annotated[dict[str, Any], Field(max_length=MOST_FIGURES, examples=[{}]), AfterValidator(_shallow)]
Name = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_clean)]
Text = Annotated[str, StringConstraints(min_length=1, max_length=4000), AfterValidator(_clean)]
# What was done, for the customer: it stands on documents, beside each of the lines that it is about.
Note = Annotated[str, StringConstraints(min_length=1, max_length=1000), AfterValidator(_clean)]
ReasonText = Annotated[Text, Field(description="Why, in words.")]
EffectiveAt = Annotated[Instant, Field(description="When it was true; now if absent.")]
Mail = Annotated[
    str,
    StringConstraints(pattern=patterns.MAIL),
    AfterValidator(_clean),
    Field(json_schema_extra={"format": "email"}),
]
Country = Annotated[str, StringConstraints(pattern=patterns.COUNTRY), AfterValidator(_known_country)]
Language = Annotated[str, StringConstraints(pattern=patterns.LANGUAGE)]
Minutes = Annotated[int, Field(strict=True, ge=1, le=10_000_000)]
Count = Annotated[int, Field(strict=True, ge=1, le=1_000_000)]
Priority = Annotated[int, Field(strict=True, ge=1, le=4)]
Amount = Annotated[
    str,
    BeforeValidator(_decimal_text),
    AfterValidator(_positive),
    Field(examples=["89.00"], json_schema_extra={"format": "decimal"}),
]
Price = Annotated[
    str,
    BeforeValidator(_decimal_text),
    AfterValidator(_not_negative),
    Field(examples=["89.00"], json_schema_extra={"format": "decimal"}),
]


class Body(BaseModel):
    """A command's fields; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Command(Body):
    """What every command may carry: an id of its own, and when it was true in the world (default: now)."""

    command_id: AnyId | None = Field(
        default=None, description="The command's own id: sent again with it, it is carried out once."
    )
