"""Pages from templates, in the reader's language.

For each language there is one environment of templates, which knows its words (`_`, `_n`) and how it writes figures
(`fmt`). Whatever a template prints is escaped, and cleaned of characters that steer (`plain`); nobody has to think of
it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from api.http.liking import liked_best
from api.languages import LANGUAGES, Labels, filled, labels_in, language_among
from api.portal.frame.asked_again import Misread
from api.portal.frame.charts import Column, bar
from api.portal.frame.tables import table_rows
from api.portal.words.credit_words import basis_in_words, kind_in_words
from api.portal.words.formats import Formats
from api.portal.words.names_of_keys import NamesOfSellers
from api.portal.words.plain import cleaned, exact, isolated
from api.portal.words.states import state_shown
from ledger.billing.closed_periods import month_of
from ledger.plans.catalogue import Catalogue

STATIC = "/portal/static"
SCHEMES = ("auto", "light", "dark")
# What each language calls itself: a reader who does not know the page's language finds their own.
OWN_NAMES = {"en": "English", "de": "Deutsch", "pl": "Polski", "cs": "Čeština", "sk": "Slovenčina"}


@dataclass(slots=True, frozen=True)
class Appearance:
    """How a page looks and speaks to whoever asked for it: one of LANGUAGES, and one of SCHEMES."""

    language: str = "en"
    scheme: str = "auto"


# What the frame of every page asks for, and a page may leave out: who is signed in (with a `form_token`, the proof that
# a form is ours), what the page calls them, the pages at its head, its own address, and why what was sent is refused:
# `error_at(field)` is what stands at a field; `misread` is what could not be read of the page's address; `sellers` has
# the names of providers and plans.
FRAME: dict[str, Any] = {
    **{"visitor": None, "who": "", "links": (), "belongs_to": None, "here": "/portal/"},
    **{"reasons": (), "misread": Misread(), "sellers": NamesOfSellers(Catalogue({}, {}))},
}


def render(template: str, appearance: Appearance, /, **shown: Any) -> str:
    """The page, or the part of one, that a template makes of what is shown and of FRAME."""
    given = {**FRAME, "appearance": appearance, **shown}
    at_field = {one.field: one.sentence for one in given["reasons"]}
    made = environment(appearance.language).get_template(template)
    return made.render(given, error_at=lambda name: at_field.get(name, ""))


def language_for(chosen: str | None, accepted: str) -> str:
    """The language that was chosen on the page, else the one that the browser likes best, else English.

    `accepted` is the header Accept-Language.
    """
    return language_among(chosen or "") or liked_best(accepted, language_among) or "en"


def scheme_for(chosen: str | None) -> str:
    """Light or dark as it was chosen, else as the reader's device says."""
    return chosen if chosen in SCHEMES else "auto"


class PageWords:
    """The words of a page: escaped, with values that keep to themselves."""

    def __init__(self, labels: Labels) -> None:
        self._labels = labels
        self._formats = Formats(labels)
        self._said: dict[str, Markup] = {}  # the words of our own templates and code, so that there is an end to them

    def say(self, english: str, **values: Any) -> Markup:
        said = self._said.get(english)
        if said is None:
            said = self._said[english] = escape(self._labels(english))
        return _filled(said, values) if values else said

    def count(self, one: str, many: str, number: int, **values: Any) -> Markup:
        """`{count}` is the number as the language writes it, unless it is given."""
        values.setdefault("count", self._formats.count(number))
        return _filled(escape(self._labels.counted(one, many, number)), values)


def _filled(pattern: Markup, values: dict[str, Any]) -> Markup:
    return Markup(filled(str(pattern), {name: str(isolated(value)) for name, value in values.items()}))


@cache
def environment(language: str) -> Environment:
    """The templates in one of LANGUAGES. A name that a template does not know is an error, not a gap."""
    labels = labels_in("api.portal", language)
    words = PageWords(labels)
    made = Environment(
        loader=PackageLoader("api.portal"),
        autoescape=True,
        finalize=cleaned,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
        extensions=["jinja2.ext.do"],  # rows of tables are gathered in a list
    )
    made.tests["day"] = _is_day
    made.filters |= {"isolated": isolated, "exact": exact}
    made.globals |= {
        "_": words.say,
        "_n": words.count,
        "fmt": Formats(labels),
        "languages": {language: OWN_NAMES[language] for language in LANGUAGES},
        "static": static,
        "bar": bar,
        "column": Column,
        "table_rows": table_rows,
        "state_shown": state_shown,
        "state_badge": _state_badges(made, words),
        "month_of": month_of,
        "deduction_kind": kind_in_words,
        "deduction_basis": basis_in_words,
    }
    return made


def _state_badges(made: Environment, words: PageWords) -> Callable[[str, str], Markup]:
    """The badge of a state, made once: a table has one in each row, and there are but a few."""

    template = made.from_string('{% import "macros/layout.html" as layout %}{{ layout.badge(mark, label) }}')

    @cache
    def badge(subject: str, state: str) -> Markup:
        mark, label = state_shown(subject, state)
        return Markup(template.render(mark=mark, label=words.say(label)))

    return badge


def _is_day(value: object) -> bool:
    """What a browser shows in a field for a day; anything else it would show empty."""
    try:
        return date.fromisoformat(str(value)).isoformat() == str(value)
    except ValueError:
        return False


@cache
def static(name: str) -> str:
    """The address of a file that pages load; it changes with its content, so that it may be kept for ever."""
    content = (resources.files("api.portal") / "static" / name).read_bytes()
    return f"{STATIC}/{name}?v={hashlib.sha256(content).hexdigest()[:12]}"
