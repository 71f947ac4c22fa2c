"""A page with every macro and every drawing, filled with what is ordinary, empty, hostile or much. Never shipped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader

from api.languages import LANGUAGES, labels_in
from api.portal.billing.month_charts import heat_map, stacked_months
from api.portal.credit.burn_down_chart import DayEnd, burn_down_chart
from api.portal.frame.charts import Column
from api.portal.frame.navigation import links_for
from api.portal.frame.rendering import FRAME, Appearance, environment
from api.portal.words.formats import Formats
from api.portal.words.states import STATES

HOSTILE = (
    "<script>document.title='taken'</script> [/red] \N{RIGHT-TO-LEFT OVERRIDE}gnp.exe שלום "
    + "x" * 200
    + " \x1b[2J&amp; "
    + "S" * 64
)
FIRST, AT = date(2026, 1, 1), datetime(2026, 3, 17, 13, 5, tzinfo=UTC)
MONTHS = [date(2025 + month // 12, month % 12 + 1, 1) for month in range(6, 18)]


@dataclass(slots=True, frozen=True)
class SignedIn:
    """What the frame of a page asks of whoever is signed in."""

    form_token: str = "token"


@dataclass(slots=True)
class Pool:
    name: str
    currency: str | None
    granted: int
    consumed: int
    reserved: int
    expired: int
    available: int


POOLS = {
    "ordinary": [
        Pool("Included hours", None, 2400, 1215, 120, 60, 1005),
        Pool("Server support", "EUR", 120000, 45050, 0, 0, 74950),
        Pool("Overdrawn", None, 600, 720, 0, 0, -120),
    ],
    "empty": [Pool("Included hours", None, 0, 0, 0, 0, 0)],
    "hostile": [Pool(HOSTILE, "CZK", 99999999999, 1, 99999999997, 0, 1)],
    "much": [Pool("Included hours", None, 6000000, 5999999, 0, 0, 1)] * 12,
}


def specimen(kind: str, language: str = "en", scheme: str = "auto") -> str:
    """The page as it would be served; `kind` is one of POOLS."""
    labels = labels_in("api.portal", language)
    fmt = Formats(labels)
    text = HOSTILE if kind == "hostile" else "Update of the mail server to the next release"
    columns = [Column("Entry"), Column("When", is_narrow=True), Column("Billed (h:mm)", is_number=True)]
    columns += [Column("Amount", is_number=True), Column("State")]
    page = environment(language).get_template("macros/layout.html").module
    rows = [
        (f"E-{n} {text}", fmt.moment(AT, "Europe/Berlin"), fmt.hours(60 * n - 120), fmt.money(1050 * n, "EUR"), state)
        for n, state in zip(
            range({"empty": 0, "much": 10_000}.get(kind, 8)),
            [page.state("deduction", state) for state in STATES["deduction"]] * 2000,  # type: ignore[attr-defined]
            strict=False,
        )
    ]
    shown = {
        "title": HOSTILE if kind == "hostile" else f"Specimen: {kind}",
        "intro": text,
        "notice": "The deduction was confirmed. " + (text if kind == "hostile" else ""),
        "hostile": text,
        "day": FIRST,
        "pools": POOLS[kind],
        "charts": [*_charts(kind, labels)],
        "columns": columns,
        "rows": rows,
        "entries": [("Contract", text), ("Zone", fmt.zone("Europe/Berlin")), ("Ticket", "S" * 64)],
        "steps": [
            {"at": fmt.moment(AT, "Europe/Berlin"), "iso": fmt.iso(AT), "what": "Opened", "by": text, "note": text},
            {"at": fmt.moment(AT, "Europe/Berlin"), "iso": fmt.iso(AT), "what": "Answered"},
        ],
        "results": [
            {"name": f"E-1 {text}", "went_through": True},
            {"name": "E-2", "went_through": False, "sentence": text},
        ],
        "states": [(subject, state) for subject, states in STATES.items() for state in states],
    }
    frame = {**FRAME, "appearance": Appearance(language, scheme), "visitor": SignedIn(), "here": "/portal/time"}
    frame |= {"who": text if kind == "hostile" else "Novák s.r.o.", "links": links_for("customer", "/portal/time")}
    return TEMPLATES[language].get_template("specimen.html").render({**frame, **shown})


def _charts(kind: str, labels: Any) -> list[tuple[str, Any]]:
    many = {"empty": 0, "much": 500}.get(kind, 76)
    levels = [DayEnd(FIRST + timedelta(days=n), max(-120, 2400 - n // 3 * 85)) for n in range(many)]
    if kind == "much":
        levels = [DayEnd(one.on, 6000000 - 7777 * n) for n, one in enumerate(levels)]
    else:
        levels = [DayEnd(one.on, 2400 - n // 3 * 45) for n, one in enumerate(levels)]
    months = [] if kind == "empty" else MONTHS
    name = HOSTILE[:300] if kind == "hostile" else "Overage"
    series = {"Fee": [120000] * 12, name: [n * 9000 for n in range(12)], "Credit notes": [0, 0, -30000, *[0] * 9]}
    series |= {"Top-up": [50000, *[0] * 11], "Service": [0, 20000] * 6, "Surcharge": [9000] * 12}
    kept = {
        (f"Priority {row}", month): (20 - (row * number) % 13, 20)
        for row in (1, 2, 3, 4)
        for number, month in enumerate(months)
        if (row + number) % 7
    }
    return [
        ("Burn-down", burn_down_chart(levels, date(2026, 6, 14) if kind != "much" else None, None, labels)),
        ("Revenue", stacked_months(months, series, "EUR", labels)),
        ("Promises", heat_map([f"Priority {row}" for row in (1, 2, 3, 4)], months, kept, labels)),
    ]


def _with_ours(language: str) -> Any:
    shipped = environment(language)
    assert shipped.loader is not None
    ours = FileSystemLoader(Path(__file__).parent / "templates")
    return shipped.overlay(loader=ChoiceLoader([ours, shipped.loader]))


TEMPLATES = {language: _with_ours(language) for language in LANGUAGES}
