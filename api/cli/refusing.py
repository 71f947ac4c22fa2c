"""Refusals as problems, for programs that ask by `--json`: on standard error, so that what is answered stays apart."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import Any

from api.cli.printing import told_json
from api.problem_body import problem_body
from ledger.kernel.errors import Refusal


class AnsweredRefusal(Refusal):
    """What a door answered; `problem` is its body as it is, since a newer server may have codes that nobody knows here.

    Raises KeyError, TypeError for what is no problem.
    """

    def __init__(self, problem: Mapping[str, Any]) -> None:
        super().__init__(str(problem["code"]), str(problem["detail"]))
        self.problem = problem


def print_problem(refusal: Refusal, **place: int | str) -> None:
    """On one line; `place` says where in a file it was, as the API's `line` does."""
    body = refusal.problem if isinstance(refusal, AnsweredRefusal) else problem_body(refusal)
    sys.stderr.write(told_json(json.dumps({**place, **body}, separators=(",", ":"), ensure_ascii=False)) + "\n")
