"""Reads the catalogue: the plans of all providers, from TOML files, checked whole.

The shipped files lie in `published/`; a user's own folder adds to them and
replaces nothing but `[parties.…]`, who issues a provider's documents. Every fault of every file is
reported at once, each with its file and key. How a file is written stands in docs/catalogue.md.
"""

from __future__ import annotations

import copy
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated

from pydantic import Field, StringConstraints

from ledger.plans.agreement import SAMPLES
from ledger.plans.catalogue import (
    Catalogue,
    InvoiceSeries,
    Plan,
    PlanText,
    Printed,
    Provider,
    ProviderParty,
    digest,
    published_terms,
)
from ledger.plans.paths import RAW, PlanFault, as_primitives, check, check_terms, is_path, put
from ledger.plans.terms import OpenFigure, Slug, Strict

__all__ = ["Catalogue", "CatalogueError", "Fault", "Plan", "Provider", "digest", "load_catalogue"]

DIGESTS = "digests.toml"
# Every contract's terms say these, and a plan's table may not: its heading and its provider do.
SAID_ELSEWHERE = ("plan", "provider", "country", "timezone", "currency")

# Stands in for a provider with faults of its own, so that the plans of its file are still checked.
NOBODY = Provider(
    id="nobody",
    name="nobody",
    country="XX",
    timezone="UTC",
    currency="XXX",
    language="xx",
    invoice_series=InvoiceSeries(invoice="X-{year}-{number:05}", credit_note="XC-{year}-{number:05}"),
)


@dataclass(frozen=True)
class Fault:
    """What is wrong at which key of which file; the key is empty where the whole file is meant."""

    file: str
    key: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.key, self.message) if part)


class CatalogueError(Exception):
    """The catalogue can't be used. `faults` are all there are; as a text, one a line."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class _Head(Strict):
    """What a plan says about itself, beside its terms."""

    version: Annotated[int, Field(ge=1, le=10_000)]
    name: PlanText
    source: list[PlanText] = Field(default_factory=list)
    readings: dict[str, PlanText] = Field(default_factory=dict)
    open: list[OpenFigure] = Field(default_factory=list)


class _Words(Strict):
    """What readers call the pools and services of a file's plans, by language (ISO 639-1)."""

    names: dict[Slug, dict[Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")], Printed]] = Field(
        default_factory=dict
    )


def load_catalogue(folder: Path | None = None) -> Catalogue:
    """The shipped plans and those of one's own folder. Raises CatalogueError with every fault of every file."""
    return _shipped() if folder is None else _read(folder)


@cache
def _shipped() -> Catalogue:
    """Read once: what is shipped stays as it is while a process runs."""
    return _read()


def _read(*own: Path) -> Catalogue:
    loading = _Loading()
    loading.read_folder(resources.files("ledger.plans.published"), "ledger/plans/published")
    for folder in own:
        loading.read_folder(folder, str(folder))
    return loading.catalogue()


class _Loading:
    """Files in, faults and plans out. Providers are known before plans, since a file may name another's provider."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []
        self._files: list[tuple[str, RAW]] = []
        self._digests: list[tuple[str, RAW]] = []
        self._providers: dict[str, Provider] = {}
        self._plans: dict[tuple[str, int], Plan] = {}
        self._parties: dict[str, ProviderParty] = {}
        self._names: dict[str, dict[str, dict[str, str]]] = {}
        self._homes: dict[object, str] = {}  # which file said it first: a provider, a prefix, a plan's version

    def read_folder(self, folder: Traversable, label: str) -> None:
        try:
            entries = sorted(folder.iterdir(), key=lambda entry: entry.name)
        except OSError as error:
            self._fault(label, "", f"can't be read: {error.strerror}")
            return
        for entry in entries:
            if not entry.name.endswith(".toml") or entry.name.startswith("."):
                continue
            file = f"{label}/{entry.name}"
            try:
                raw = tomllib.loads(entry.read_bytes().decode("utf-8-sig"))
            except OSError as error:
                self._fault(file, "", f"can't be read: {error.strerror}")
            except (ValueError, RecursionError) as error:  # not UTF-8, not TOML, or nested beyond reason
                self._fault(file, "", f"is no TOML: {error}")
            else:
                (self._digests if entry.name == DIGESTS else self._files).append((file, as_primitives(raw)))

    def catalogue(self) -> Catalogue:
        for file, raw in self._files:
            for key in raw.keys() - {"provider", "plans", "parties", "names"}:
                self._fault(file, key, "is no key that exists here")
            if isinstance(raw.get("provider"), dict):
                self._add_provider(file, raw["provider"])
        for file, raw in self._files:
            self._add_parties(file, raw.get("parties", {}))
            if raw.keys() == {"parties"}:
                continue
            provider = self._provider_of(file, raw)
            words, problems = check(_Words, {"names": raw.get("names", {})})
            self._report(file, "", problems)
            self._names.setdefault(provider.id, {}).update(words.names if words else {})
            plans = raw.get("plans", {})
            if not isinstance(plans, dict):
                self._fault(file, "plans", "is a table of plans")
                continue
            for heading, said in plans.items():
                if isinstance(said, dict):
                    self._add_plan(file, heading, said, provider)
                else:
                    self._fault(file, f"plans.{heading}", "is a table with the plan's terms")
        self._compare_digests()
        if self._faults:
            raise CatalogueError(self._faults)
        return Catalogue(self._plans, self._providers, self._parties, self._names)

    def _add_provider(self, file: str, raw: RAW) -> None:
        provider, problems = check(Provider, raw)
        self._report(file, "provider", problems)
        if provider is None:
            return
        known = self._providers.setdefault(provider.id, provider)
        first = self._homes.setdefault(("provider", provider.id), file)
        if known != provider:
            self._fault(file, "provider", f"says other things about {provider.id} than {first}")
        for kind, pattern in provider.invoice_series.model_dump().items():
            prefix = pattern.partition("{")[0]
            series = self._homes.setdefault(("prefix", prefix), f"{provider.id}.{kind}")
            if series != f"{provider.id}.{kind}":
                self._fault(file, f"provider.invoice_series.{kind}", f"the prefix {prefix} is taken by {series}")

    def _add_parties(self, file: str, raw: object) -> None:
        """Who issues a provider's documents: what a later folder says replaces what an earlier one said."""
        if not isinstance(raw, dict):
            self._fault(file, "parties", "is a table of parties by provider")
            return
        for provider_id, said in raw.items():
            party, problems = check(ProviderParty, said)
            self._report(file, f"parties.{provider_id}", problems)
            if provider_id not in self._providers:
                self._fault(file, f"parties.{provider_id}", f"no file describes the provider {provider_id}")
            elif party is not None:
                self._parties[provider_id] = party

    def _provider_of(self, file: str, raw: RAW) -> Provider:
        said = raw.get("provider")
        if isinstance(said, dict):
            said = said.get("id")  # what is wrong with the table is reported already
        elif not isinstance(said, str):
            self._fault(file, "provider", "is a table, or the id of a provider that another file describes")
        elif said not in self._providers:
            self._fault(file, "provider", f"no file describes the provider {said}")
        return self._providers.get(said, NOBODY) if isinstance(said, str) else NOBODY

    def _add_plan(self, file: str, heading: str, said: RAW, provider: Provider) -> None:
        key = f"plans.{heading}"
        faults_before = len(self._faults)
        plan_id, _, tag = heading.partition("@")
        head, problems = check(_Head, {name: value for name, value in said.items() if name in _Head.model_fields})
        self._report(file, key, problems)
        terms = {name: value for name, value in said.items() if name not in _Head.model_fields}
        for name in SAID_ELSEWHERE:
            if terms.pop(name, None) is not None:
                self._fault(file, f"{key}.{name}", "is said by the heading or the provider, not here")
        version, name, figures = (head.version, head.name, head.open) if head else (1, plan_id, [])
        published = published_terms(provider, plan_id, version, name, terms)
        needed = {figure.name for figure in figures if figure.required}
        _, problems = check_terms(published)
        problems = [p for p in problems if not (p.kind == "missing" and p.path in needed)]
        self._report(file, key, [PlanFault("", p.message, p.kind) if p.path == "plan" else p for p in problems])
        if head is None:
            return
        if tag and tag != str(version):
            self._fault(file, f"{key}.version", f"is {version}, but the heading says {tag}")
        for path in head.readings:
            if not is_path(path):
                self._fault(file, f"{key}.readings.{path}", "is no path in the terms")
        self._check_open(file, key, figures, published, sound=not problems)
        first = self._homes.setdefault(("plan", plan_id, version), f"{file}: {key}")
        if first != f"{file}: {key}":
            self._fault(file, key, f"{plan_id} in version {version} is described already, by {first}")
        if len(self._faults) == faults_before:
            self._plans[plan_id, version] = Plan(
                plan_id, version, provider, name, head.source, head.readings, figures, terms
            )

    def _check_open(self, file: str, key: str, figures: list[OpenFigure], published: RAW, *, sound: bool) -> None:
        """Each open figure is somewhere in the terms, once, and takes a value of its type there."""
        names = [figure.name for figure in figures]
        for index, figure in enumerate(figures):
            at = f"{key}.open.{index}.name"
            outer = next((name for name in names if figure.name.startswith(f"{name}.")), None)
            if not is_path(figure.name) or figure.name in (*SAID_ELSEWHERE, "version", "name"):
                self._fault(file, at, f"{figure.name} is no path in the terms")
            elif figure.name in names[:index] or outer is not None:
                self._fault(file, at, f"{figure.name} is open already, as {outer or figure.name}")
            elif sound:
                trial = copy.deepcopy(published)
                put(trial, figure.name, SAMPLES[figure.type])
                for problem in check_terms(trial)[1]:
                    if f"{figure.name}.".startswith(f"{problem.path}.") or problem.path.startswith(f"{figure.name}."):
                        self._fault(file, at, f"{figure.name} can't be a {figure.type}: {problem.message}")

    def _compare_digests(self) -> None:
        """A version with a line in digests.toml is published: what binds in it may not change any more."""
        complete = not self._faults  # a plan that only failed to load is not gone
        described = {f"{plan.id}@{plan.version}": plan for plan in self._plans.values()}
        for file, raw in self._digests:
            for key, expected in raw.items():
                plan = described.get(key)
                if plan is not None and digest(plan) != expected:
                    self._fault(file, key, f"is published and was edited. {_what_to_do(plan)}")
                elif plan is None and complete:
                    self._fault(file, key, "is published, but no file describes it any more. Bring it back.")

    def _report(self, file: str, key: str, problems: list[PlanFault]) -> None:
        for problem in problems:
            self._fault(file, f"{key}.{problem.path}".strip("."), problem.message)

    def _fault(self, file: str, key: str, message: str) -> None:
        self._faults.append(Fault(file, key, message))


def _what_to_do(plan: Plan) -> str:
    return (
        f'Undo the edit and describe the change as [plans."{plan.id}@{plan.version + 1}"]; '
        f"only if nobody could have signed it yet, let the line say {digest(plan)}"
    )
