"""A process of its own that writes: `python -m tests.store.writers URL FILE THREADS`.

Carries out the JSON Lines of a file, one transaction a line, each thread with a ledger of its own and every n-th line.
Whoever is told that others were faster sends the command again. Prints the command's id once it is answered.
"""

import sys
import threading
from pathlib import Path

from ledger.door.batches import Ledger
from ledger.kernel.errors import Refusal
from ledger.plans.loader import load_catalogue
from ledger.store import open_store
from tests.senders import WriteDoor
from tests.words import read_line


def write(url: str, lines: list[str]) -> None:
    store = open_store(url)
    door = WriteDoor(Ledger(store, load_catalogue()))
    for line in lines:
        step = read_line(line)
        while True:
            (answer,) = door.tell(step)
            if not isinstance(answer, Refusal) or answer.code != "conflict":
                break
        said = f"refused: {answer}" if isinstance(answer, Refusal) else answer.command_id
        sys.stdout.write(f"{said}\n")
        sys.stdout.flush()
    store.close()


def main(url: str, file: str, threads: int) -> None:
    lines = Path(file).read_text().splitlines()
    writers = [threading.Thread(target=write, args=(url, lines[first::threads])) for first in range(threads)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
