"""`support-ledger export`: the file to where it is wanted, and what has to be said of it on standard error."""

from pathlib import Path

from tests.cli.run import support_ledger
from tests.words import as_lines, issue, sign

CUSTOMER = {"customer_id": "k", "name": "Łódź GmbH", "country": "DE"}


def test_what_a_file_for_datev_could_not_hold_is_said_beside_it(tmp_path: Path) -> None:
    url, file = f"sqlite:///{tmp_path / 'ledger.db'}", tmp_path / "books.csv"
    steps = [sign("groupios-l", contract_id="L", customer=CUSTOMER), issue("L", "2026-01-31")]
    assert support_ledger(url, "import", "-", stdin=as_lines(steps)).status == 0
    year = ("--from", "2000-01-01", "--to", "2000-12-31")
    asked = ("export", "datev", "--provider", "groupios", "--output", str(file))
    done = support_ledger(url, *asked)
    assert (done.status, done.out) == (0, "")
    assert done.err == "DATEV's code page (cp1252) lacks Ł ź: 2 characters were replaced.\n"
    assert '"Lódz GmbH"' in file.read_text(encoding="cp1252")
    assert support_ledger(url, *asked, *year).err == ""
