"""The pictures in the documents are those that `make screenshots` takes: few, small, each of them shown somewhere."""

import re
import struct
from pathlib import Path

from tests.portal.screenshots import FOLDER, HIGH, MOST_BYTES, MOST_PICTURES, PICTURES, WIDE

ROOT = Path(__file__).parents[2]


def test_each_picture_is_taken_and_shown_and_no_other() -> None:
    taken = {f"{picture.name}.png" for picture in PICTURES}
    shown = {
        name
        for document in (ROOT / "README.md", ROOT / "docs" / "portal.md")
        for name in re.findall(r"pictures/([\w-]+\.png)\)", document.read_text())
    }
    assert {path.name for path in FOLDER.iterdir()} == taken == shown
    assert len(PICTURES) <= MOST_PICTURES


def test_pictures_are_small() -> None:
    for path in FOLDER.iterdir():
        content = path.read_bytes()
        assert len(content) <= MOST_BYTES, path.name
        assert struct.unpack(">II", content[16:24]) == (WIDE, HIGH), path.name
