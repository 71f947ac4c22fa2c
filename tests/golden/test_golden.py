"""Stored payloads are for ever: one of every topic and version is kept here, and still means what it meant."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ledger.billing.events import PROVIDER_FACTS, InvoiceRunEnded, LeftByRun
from ledger.events import FACTS, UPCASTS, Fact, topic, upcast
from ledger.kernel import mapper
from ledger.kernel.mapper import UnknownTopicError, decode, encode, stored_topic
from tests.golden.samples import BASE, SAMPLES
from tests.golden.write import FOLDER, write_missing

TOPICS = [f"{name}@{version}" for name, fact in FACTS.items() for version in range(1, fact.VERSION + 1)]
HOW = "Describe one event in tests/golden/samples.py, then run `python -m tests.golden.write`."


@pytest.mark.parametrize("stored", TOPICS)
def test_every_topic_and_version_has_a_golden_payload(stored: str) -> None:
    assert stored in SAMPLES, f"{stored} has no sample. {HOW}"
    assert (FOLDER / f"{stored}.json").exists(), f"{stored} has no golden payload. {HOW}"


def test_no_golden_payload_belongs_to_a_topic_that_is_gone() -> None:
    kept = {path.stem for path in FOLDER.glob("*.json")}
    assert kept == set(TOPICS) == set(SAMPLES), "a stored event of such a topic could not be read any more"


def test_what_is_of_no_contract_is_known_to_be_of_a_provider() -> None:
    """`verify` holds the provider of a stored row against it."""
    assert {type(fact) for fact in SAMPLES.values() if not fact.contract_id} == set(PROVIDER_FACTS)


@pytest.mark.parametrize("stored", sorted(SAMPLES))
def test_a_golden_payload_still_means_the_same_event(stored: str) -> None:
    payload = (FOLDER / f"{stored}.json").read_bytes()
    assert decode(stored, payload) == SAMPLES[stored]
    assert type(decode(stored, payload)) is FACTS[stored.partition("@")[0]]


@pytest.mark.parametrize("stored", sorted(SAMPLES))
def test_an_event_of_the_present_version_is_still_stored_as_the_same_bytes(stored: str) -> None:
    fact = SAMPLES[stored]
    if stored_topic(fact) == stored:
        assert encode(fact) == (FOLDER / f"{stored}.json").read_bytes()


@pytest.mark.parametrize("stored", sorted(SAMPLES))
def test_a_golden_payload_is_plain_json_without_floats(stored: str) -> None:
    def floats(node: Any) -> list[float]:
        parts = node.values() if isinstance(node, dict) else node if isinstance(node, list) else []
        return [part for part in parts if isinstance(part, float)] + [f for part in parts for f in floats(part)]

    payload = msgspec.json.decode((FOLDER / f"{stored}.json").read_bytes())
    assert isinstance(payload, dict)
    assert not floats(payload)
    assert payload["effective_at"] == "2026-02-02T09:00:00.123456Z"


def test_what_a_run_left_before_faults_were_kept_is_still_read() -> None:
    without = (
        b'{"run":"r","provider":"house","through_on":"2026-01-31","left":[{"contract_id":"C","code":"c","detail":"d"}],'
        b'"effective_at":"2026-02-02T09:00:00Z","token_id":"t","role":"operator"}'
    )
    told = decode("InvoiceRunEnded@1", without)
    assert isinstance(told, InvoiceRunEnded)
    assert told.left == [LeftByRun("C", "c", "d", [])]


def test_writing_adds_what_is_missing_and_changes_nothing_that_is_there(tmp_path: Path) -> None:
    (tmp_path / "TicketHeld@1.json").write_bytes(b"as it was")
    present = {stored for stored, fact in SAMPLES.items() if stored_topic(fact) == stored}
    assert set(write_missing(tmp_path)) == present - {"TicketHeld@1"}
    assert (tmp_path / "TicketHeld@1.json").read_bytes() == b"as it was"
    assert (tmp_path / "TicketClosed@1.json").read_bytes() == (FOLDER / "TicketClosed@1.json").read_bytes()
    assert write_missing(tmp_path) == []


# -- upcasts, on a topic that exists in this test only ------------------------------------------------------------


@pytest.fixture
def kettle() -> Iterator[type[Fact]]:
    """Version 1 knew litres, version 2 millilitres, version 3 also where the kettle stands."""

    @topic("KettleBoiled", version=3)
    class KettleBoiled(Fact, frozen=True):
        millilitres: int
        place: str

    upcast("KettleBoiled", 1)(lambda old: {**old, "millilitres": old["litres"] * 1000})
    upcast("KettleBoiled", 2)(lambda old: {**old, "place": "kitchen"})
    yield KettleBoiled
    del FACTS["KettleBoiled"], UPCASTS["KettleBoiled", 1], UPCASTS["KettleBoiled", 2]
    for stored in [stored for stored in mapper._decoders if stored.startswith("KettleBoiled@")]:
        del mapper._decoders[stored]


def stored_as(**fields: Any) -> bytes:
    return msgspec.json.encode(BASE | fields)


def test_an_old_version_is_read_through_every_upcast_since(kettle: type[Fact]) -> None:
    present = kettle(**BASE, millilitres=2000, place="kitchen")
    assert decode("KettleBoiled@1", stored_as(litres=2)) == present
    assert decode("KettleBoiled@2", stored_as(millilitres=2000)) == present
    assert decode("KettleBoiled@3", encode(present)) == present
    assert stored_topic(present) == "KettleBoiled@3"
    assert decode("KettleBoiled@1", stored_as(litres=1)) == kettle(**BASE, millilitres=1000, place="kitchen")


def test_a_version_from_the_future_and_a_payload_that_lacks_a_field_are_errors(kettle: type[Fact]) -> None:
    with pytest.raises(UnknownTopicError, match="KettleBoiled@4"):
        decode("KettleBoiled@4", stored_as(millilitres=1, place="moon"))
    with pytest.raises(msgspec.ValidationError, match="place"):
        decode("KettleBoiled@3", stored_as(millilitres=1))
    with pytest.raises(msgspec.ValidationError, match="millilitres"):
        decode("KettleBoiled@2", stored_as())


def test_a_topic_is_taken_once(kettle: type[Fact]) -> None:
    with pytest.raises(ValueError, match="KettleBoiled is taken"):
        topic("KettleBoiled")(kettle)


def test_the_topic_of_the_test_is_gone_afterwards() -> None:
    assert "KettleBoiled" not in FACTS
    with pytest.raises(UnknownTopicError):
        decode("KettleBoiled@1", stored_as(litres=2))
