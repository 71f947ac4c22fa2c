"""How lines of the command line are printed: as plain text, whatever stands in them. Tables are for `terminal`.

A name or a reason comes from people. In it `[bold]` and `:smile:` are six letters and seven; and a character that
would steer a terminal, or turn the direction of what follows, is shown as its number.
"""

from __future__ import annotations

import json
import re
import sys
from typing import Any

# Controls (those of C1 begin escape sequences too), marks of direction, ends of lines, halves of characters, and the
# others that Unicode calls ignorable, since nobody sees them. What joins two letters of other scripts than ours, or
# picks a form of one, does so there alone.
_STEERS = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u200e\u200f\u2028-\u202e"
    "\u2060-\u206f\u3164\ud800-\udfff\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    "\U000e0000-\U000e0fff]"
    "|(?<![^\x00-\x7f])[\u200c\u200d\ufe00-\ufe0f]|[\u200c\u200d](?![^\x00-\x7f])"
)
_STEERS_IN_JSON = re.compile(f"(?!\n)(?:{_STEERS.pattern})")  # its lines end where it is indented
_BREAKS = re.compile(r"[\t\r\n]+")


def one_line(value: Any) -> str:
    """A value on one line, as it is; of an escape sequence `\\x1b[2J` is shown, and no screen is cleared."""
    text = _BREAKS.sub(" ", "" if value is None else str(value))
    return _STEERS.sub(lambda found: ascii(found.group())[1:-1], text)


def say(sentence: str) -> None:
    """One line of our own words and of whatever they speak of."""
    sys.stdout.write(one_line(sentence) + "\n")


def complain(sentence: str) -> None:
    """The same on standard error: what went wrong, or what somebody should know besides."""
    sys.stderr.write(one_line(sentence) + "\n")


def print_json(value: Any) -> None:
    """For people: indented, every letter as it is; a character that would steer the terminal by its number, as JSON."""
    sys.stdout.write(told_json(json.dumps(value, indent=2, ensure_ascii=False)) + "\n")


def told_json(text: str) -> str:
    """JSON that says the same to whoever reads it, and steers no terminal on its way."""
    return _STEERS_IN_JSON.sub(lambda found: json.dumps(found.group())[1:-1], text)
