"""The words that templates and code of the portal say, found by Babel: with these the catalogues are compared."""

from __future__ import annotations

from pathlib import Path

from babel.messages.extract import extract_from_dir

import api.portal

FOLDER = Path(api.portal.__file__).parent
METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract")]
SAYS = {"_": None, "_n": (1, 2), "word": None, "labels": None, "counted": (1, 2)}


def said() -> dict[str, str | tuple[str, ...]]:
    """Each word by its English singular, with its plural where it has one."""
    found = extract_from_dir(
        str(FOLDER), METHODS, {"**.html": {"silent": "false", "extensions": "jinja2.ext.do"}}, SAYS
    )
    return {one if isinstance(one, str) else one[0]: one for _, _, one, _, _ in found}
