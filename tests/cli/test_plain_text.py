"""Texts come from people: on a terminal and in a spreadsheet they are shown, and nothing in them is carried out."""

import io
import json
import re
from typing import Any
from unicodedata import category

import pytest
from rich.console import Console

from api.cli.layouts import LAYOUTS
from api.cli.printed_tables import table_of
from api.cli.printing import print_json
from api.cli.progress import progress_bar
from api.cli.terminal import plain
from api.spreadsheet import as_text
from tests.cli.run import support_ledger
from tests.words import CUSTOMER, as_lines, grant, sign

SIGNED = sign("groupios-l", contract_id="L", customer=CUSTOMER)
# Signs of Arabic, Syriac, Kaithi and Egyptian script that Unicode counts among formats, though they are drawn.
DRAWN_FORMATS = {0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD, *range(0x600, 0x606), *range(0x13430, 0x13440)}
SPENT_TIME = {"worked_minutes": 50, "billed_minutes": 60, "increment_minutes": 15}
MARKUP = "[/red] [link=https://evil.example]here[/link] [bold]b[/bold] :smile:"


def given(url: str, reason: str) -> None:
    gift = grant(60, "2026-02-02T10:00:00Z", contract_id="L", pool="included", reason=reason, grant_id="g")
    done = support_ledger(url, "import", "-", stdin=as_lines([SIGNED, gift]))
    assert (done.status, done.err) == (0, "")


def test_markup_in_a_reason_is_shown_as_it_was_written(database_url: str) -> None:
    given(database_url, MARKUP)
    done = support_ledger(database_url, "statement", "L")
    assert (done.status, done.err) == (0, "")
    shown = "".join(done.out.split())
    assert "\x1b" not in done.out
    for word in ("[/red]", "https://evil.example", "[bold]", ":smile:"):
        assert any(word[:4] in line for line in done.lines), word
    assert "☺" not in shown
    assert "😄" not in shown


def test_what_turns_the_direction_of_text_is_shown_as_its_number(database_url: str) -> None:
    given(database_url, "a\u202e\u2066b\nc")
    done = support_ledger(database_url, "statement", "L")
    assert "\u202e" not in done.out
    assert "\u2066" not in done.out
    assert r"\u202e" in done.out


def test_what_nobody_sees_is_shown_as_its_number_and_what_joins_letters_joins_them() -> None:
    seen = {
        "\u200b=1": r"\u200b=1",
        "\ufeffa\u2060b\u00adc": r"\ufeffa\u2060b\xadc",
        "\u115f\u3164\uffa0\u034f\u180e": r"\u115f\u3164\uffa0\u034f\u180e",
        "a\u200db \u200cc \ufe0f": r"a\u200db \u200cc \ufe0f",
        "\U000e0041\U000e0101": r"\U000e0041\U000e0101",
        "می\u200cخواهم": "می\u200cخواهم",
        "\N{WOMAN}\u200d\N{PERSONAL COMPUTER} \N{HEAVY BLACK HEART}\ufe0f": (
            "\N{WOMAN}\u200d\N{PERSONAL COMPUTER} \N{HEAVY BLACK HEART}\ufe0f"
        ),
    }
    assert {text: plain(text).plain for text in seen} == seen
    unseen = [one for one in map(chr, range(0x110000)) if category(one) in ("Cc", "Cf", "Cs", "Zl", "Zp")]
    raw = {ord(one) for one in unseen if plain(one).plain == one}
    assert raw <= DRAWN_FORMATS


def _printed(table: object) -> str:
    out = io.StringIO()
    Console(file=out, width=250, force_terminal=True, color_system=None).print(table)
    return out.getvalue()


# What columns read that are made up of several members.
READ_BESIDE = (
    *("ticket_id", "ticket_title", "session_id", "note", "settled_by", "invoice_number"),
    *("quantity", "rate", "cost", "currency"),
)


def test_every_cell_of_every_table_is_plain() -> None:
    """Filled with what no command takes, as a table of a damaged or foreign ledger could be."""
    evil = "[/x]\x1b[2J\x9b1m\r\u202e"
    for name, layout in LAYOUTS.items():
        item: dict[str, Any] = {}
        for members in layout.columns.values():
            if not isinstance(members, str):
                item |= dict.fromkeys(READ_BESIDE, evil) | SPENT_TIME
                item["overage"] = [{"minutes": 45, "rate": evil}]
                item["penalty"] = {"cause": "move", "session_starts_at": evil}
                item["open_charges"] = [{"amount": evil, "currency": evil}]
                continue
            first, _, inner = members.partition("|")[0].partition(".")
            item[first] = {inner: evil} if inner else evil
        over = {"minutes": evil, "amount": evil, "currency": evil}
        answer = {"contract_id": evil, layout.items: [item], "overage": over, "next": evil}
        told = _printed(table_of(layout, answer))
        assert "\x1b" not in told.replace("\x1b[1m", "").replace("\x1b[0m", "").replace("\x1b[3m", ""), name
        told = re.sub(r"[\s│]", "", told)  # a long cell is folded
        assert not {"\x9b", "\u202e"} & set(told), name
        assert r"[/x]\x1b[2J" in told, name
        assert _printed(table_of(layout, answer | {layout.items: []})), name


def test_no_json_for_people_steers_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    given = {"title": "ä\x1b[2J\u202e\x9b\r\n\u200b\U000e0041", "[/red]": 1}
    print_json(given)
    told = capsys.readouterr().out
    assert not {"\x1b", "\u202e", "\x9b", "\r", "\u200b", "\U000e0041"} & set(told)
    assert "ä" in told
    assert json.loads(told) == given


def test_no_json_for_programs_steers_the_terminal_that_it_is_printed_on(database_url: str) -> None:
    given(database_url, "ä\u202e\u2066b")
    answered = support_ledger(database_url, "statement", "L", "--json")
    assert json.loads(answered.out)["items"][-1]["note"] == "ä\u202e\u2066b"
    line = b'{"command": "sign-contract", "\\u202e\\u009b2J": 1}'
    refused = support_ledger(database_url, "import", "-", "--json", stdin=line)
    assert json.loads(refused.err)["errors"][-1]["field"] == "\u202e\x9b2J"
    for told in (answered.out, refused.err):
        assert not {"\u202e", "\u2066", "\x9b"} & set(told)
    assert "ä" in answered.out


def test_a_refusal_is_one_line_whatever_it_speaks_of(database_url: str) -> None:
    for asked in ("[/red]", "a\nline 2: accepted", "\x1b]0;title\x07", "\u202egnp.exe"):
        done = support_ledger(database_url, "balance", asked)
        assert (done.status, len(done.err.splitlines())) == (1, 1)
        assert not {"\x1b", "\x07", "\u202e"} & set(done.err)
    assert "There is no contract [/red]." in support_ledger(database_url, "balance", "[/red]").err


def test_a_file_whose_name_is_markup_is_imported() -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True)
    with progress_bar("importing [/red].jsonl", 10, terminal) as advance:
        advance(5)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-2-3", "'-2-3"),
        ("@sum", "'@sum"),
        ("\ttab", "'\ttab"),
        ("\rreturn", "'\rreturn"),
        (" =1+1", "' =1+1"),
        ("\n=1+1", "'\n=1+1"),
        (" \r\n\u00a0\ufeff\u200b=1+1", "' \r\n\u00a0\ufeff\u200b=1+1"),
        ("＝1+1", "'＝1+1"),
        ("＋1", "'＋1"),
        ("－1", "'－1"),
        ("＠sum", "'＠sum"),
        ("1=1", "1=1"),
        (" a = b", " a = b"),
        ("", ""),
    ],
)
def test_no_text_is_a_formula_to_a_spreadsheet(text: str, cell: str) -> None:
    assert as_text(text) == cell
