"""Writes the golden payloads that are missing, never one that is there: `python -m tests.golden.write`.

A payload is what its line in `tests/golden/samples.py` is stored as, so that line comes first.
"""

import sys
from pathlib import Path

from ledger.kernel.mapper import encode, stored_topic
from tests.golden.samples import SAMPLES

FOLDER = Path(__file__).parent


def write_missing(folder: Path = FOLDER) -> list[str]:
    """The topics whose payloads were written, e.g. `HoursDeducted@1`; what an upcast reads can't be written again."""
    written = []
    for topic, fact in SAMPLES.items():
        path = folder / f"{topic}.json"
        if not path.exists() and stored_topic(fact) == topic:
            with path.open("xb") as file:
                file.write(encode(fact))
            written.append(topic)
    return written


if __name__ == "__main__":
    sys.stdout.write("".join(f"written: {topic}\n" for topic in write_missing()))
