"""Terms as an event keeps them are read again whatever has become of the world since (C15)."""

import pytest
from pydantic import ValidationError

from ledger.plans.loader import load_catalogue
from ledger.plans.terms import Terms, parse_terms


def test_a_time_zone_that_has_lost_its_name_is_refused_in_a_catalogue_and_read_in_a_contract() -> None:
    recorded = load_catalogue().plan("groupios-l").agree({}, None).model_dump_json()
    renamed = recorded.replace("Europe/Berlin", "Europe/Gone")
    assert renamed.count("Europe/Gone") > 1  # the contract's and that of its support hours
    with pytest.raises(ValidationError, match="no time zone"):
        Terms.model_validate_json(renamed)
    assert parse_terms(renamed.encode()).timezone == "Europe/Gone"
