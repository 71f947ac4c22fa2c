"""VAT ids by their form and check digits, and which countries are member states of the EU (M4). Pure; states are data.

Nobody is asked over a network.
"""

from __future__ import annotations

import tomllib
from functools import cache
from importlib import resources

import stdnum
from stdnum.eu import vat as eu_vat
from stdnum.exceptions import ValidationError

from ledger.kernel.faults import FaultError, FieldFault

_PREFIXES = {"EL": "GR", "XI": "GB"}  # what a VAT id begins with, where that is not the country's code


@cache
def _member_states() -> frozenset[str]:
    text = resources.files("ledger.contracts").joinpath("member_states.toml").read_text("utf-8")
    return frozenset(tomllib.loads(text)["eu"])


@cache
def _examples() -> dict[str, str]:
    text = resources.files("ledger.contracts").joinpath("vat_id_examples.toml").read_text("utf-8")
    return dict(tomllib.loads(text)["examples"])


def is_in_eu(country: str) -> bool:
    return country in _member_states()


def vat_id_country(vat_id: str) -> str:
    prefix = vat_id[:2].upper()
    return _PREFIXES.get(prefix, prefix)


def is_eu_vat_id(vat_id: str) -> bool:
    """Whether form and check digits are those of a VAT id of a member state; nobody is asked over a network."""
    return bool(eu_vat.is_valid(vat_id))


def normal_vat_id(vat_id: str, country: str) -> str:
    """A VAT id without spaces and dots, in capitals. Raises FaultError where its form is wrong.

    In the EU it is one of a member state, with its prefix; that of Greece is EL. Elsewhere it has the form of that
    country's VAT numbers where `python-stdnum` knows it, with the prefix it was given (XI of Northern Ireland is not
    GB), and is left as it is where not.
    """
    if is_in_eu(country):
        try:
            found = str(eu_vat.validate(vat_id))
            return f"EL{found[2:]}" if found.startswith("GR") else found
        except ValidationError:
            raise _wrong("VAT id of a member state", country) from None
    module = stdnum.get_cc_module(country, "vat")
    if module is None:
        return vat_id
    try:
        found = str(module.validate(vat_id))
    except ValidationError:
        raise _wrong(f"VAT number of {country}", country) from None
    given = "".join(character for character in vat_id.upper() if character.isalnum())
    return given if given.endswith(found) else found


def _wrong(kind: str, country: str) -> FaultError:
    return FaultError(FieldFault("bad_vat_id", {"kind": kind, "example": _examples()[country]}))
