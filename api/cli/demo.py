"""The demo: one year of five providers' customers, loaded through the public door into an empty ledger.

Only ever into the default SQLite file; where LEDGER_DATABASE_URL is set, nothing is loaded and no token made.
`python -m api.cli.demo` shows what came of it, `--serve` serves it.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from api.cli.asking import ask
from api.cli.demo_day import load_day
from api.cli.doors import Door
from api.cli.guarding import carry_out, guarded
from api.cli.importing import Tally, import_lines
from api.cli.in_process import InProcess
from api.cli.layouts import LAYOUTS
from api.cli.opening import check_opens
from api.cli.printed_tables import print_answer
from api.cli.printing import say
from api.cli.terminal import out, plain
from api.cli.typed_values import PlainCommand
from api.portal.frame.addresses import link_address
from api.state import State
from ledger.door.batches import Ledger
from ledger.kernel.access import COMMAND_LINE
from ledger.kernel.clock import system_clock
from ledger.kernel.errors import Refusal
from ledger.kernel.settings import DEFAULT_DATABASE_URL, Settings
from ledger.plans.loader import load_catalogue
from ledger.store import open_store
from ledger.store.sign_ins import create_link
from ledger.store.tokens import create_token
from projections.asking import EVERYTHING
from projections.contracts.questions import ContractFilter, list_contracts
from projections.contracts.view import ContractRow

STORY = Path(__file__).resolve().parents[2] / "examples" / "year.jsonl"
PORT = 8000


def load_demo(settings: Settings, *, has_day: bool) -> None:
    """The year where the ledger is empty; then, where the demo is served, what is under way at present."""
    store = open_store(settings.database_url)
    try:
        ledger = Ledger(store, load_catalogue(settings.catalogue))
        if not store.highest_position():
            load_story(ledger)
        if has_day:
            load_day(ledger, system_clock().replace(microsecond=0))
    finally:
        store.close()


def load_story(ledger: Ledger) -> None:
    """Imports the year. Raises Refusal for the first line that is refused."""

    def refused(number: int, refusal: Refusal) -> None:
        raise Refusal(refusal.code, f"{STORY.name}, line {number}: {refusal.detail}")

    tally = Tally()
    with STORY.open("rb") as source:
        import_lines(ledger, source, tally, refused, lambda done: None)
    say(f"Loaded the demo: {tally.accepted} commands of {STORY.name}.")
    out.print()


def show(settings: Settings) -> None:
    """Balances, statements and charges of each contract, then all tickets."""
    line = InProcess(settings)
    door = Door(line)
    try:
        for contract in door.get("contracts", {"limit": "500"})["items"]:
            one, customer = contract["contract_id"], contract["customer"]
            named = customer.get("name") or customer["customer_id"]
            out.rule(plain(f"{one}: {named}, {contract['plan']} ({contract['state']})"), align="left")
            held = door.get(f"contracts/{one}/balance", {})
            if held["accounts"]:
                print_answer(LAYOUTS["balance"], held)
                print_answer(LAYOUTS["statement"], door.get(f"contracts/{one}/statement", {}))
            owed = door.get(f"contracts/{one}/charges", {})
            if owed["items"]:
                print_answer(LAYOUTS["charges_of"], owed)
        out.rule("Tickets", align="left")
        print_answer(LAYOUTS["tickets"], door.get("tickets", {"limit": "500"}))
    finally:
        line.close()


async def _contracts(state: State) -> Sequence[ContractRow]:
    async with state.reader.snapshot() as snapshot:
        found = await list_contracts(snapshot, COMMAND_LINE, ContractFilter(), EVERYTHING)
    return [one.row for one in found.items]


async def demo_tokens(state: State) -> dict[str, tuple[str, str]]:
    """One token a role with its id, for a week: the first customer and the first partner of the demo among them."""
    database, until = state.store.database, state.clock().date() + timedelta(days=8)
    tokens = {}
    for role in ("admin", "auditor", "finance", "operator"):
        tokens[role] = create_token(database, role, expires_on=until)
    found = await _contracts(state)
    customers = [(one.provider, one.customer_id) for one in found]
    partners = [(one.provider, one.partner_id) for one in found if one.partner_id is not None]
    for provider, customer in customers[:1]:
        tokens["customer"] = create_token(database, "customer", provider, customer=customer, expires_on=until)
    for provider, partner in partners[:1]:
        tokens["partner"] = create_token(database, "partner", provider, partner=partner, expires_on=until)
    return tokens


async def demo_access(state: State) -> tuple[dict[str, str], dict[str, str]]:
    """By role the token, and the secret of a link that signs in with it."""
    made = await demo_tokens(state)
    links = {role: create_link(state.store.database, token_id, state.clock) for role, (token_id, _) in made.items()}
    return {role: token for role, (_, token) in made.items()}, links


def free_port(wanted: int) -> int:
    """The wanted port, or any free one where it is taken."""
    for port in (wanted, 0):
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no port is free on 127.0.0.1")


def serve(settings: Settings, *, is_demo: bool) -> None:
    from api.application import create_app
    from api.http.serving import listening, serve_app

    check_opens(settings)
    port = free_port(PORT)
    base = f"http://127.0.0.1:{port}"
    print(f"Serving on {base} (Ctrl-C ends it)\n")
    if is_demo:
        tokens, links = ask(settings, demo_access)
        print("Open in a browser, once and within 15 minutes:")
        for role, secret in links.items():
            print(f"  {role:<9} {link_address(base, secret)}")
        print("\nTokens, good for a week, for programs and for signing in again:")
        for role, token in tokens.items():
            print(f"  {role:<9} {token}")
        auth = f"-H 'Authorization: Bearer {tokens['auditor']}'"
        print("\nTry:")
        for path in ("contracts?limit=2", "contracts/moewe-l/balance", "contracts/moewe-l/statement?limit=5"):
            print(f"  curl -s {auth} '{base}/v1/{path}'")
    sys.stdout.flush()
    with listening("127.0.0.1", port) as sockets:
        serve_app(create_app(settings), sockets)


app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command(cls=PlainCommand)
def show_demo(
    is_served: Annotated[bool, typer.Option("--serve", help="Serves it, with what is under way at present.")] = False,
) -> None:
    """A year of support contracts: loaded into an empty ledger, and what came of it."""
    settings = Settings()
    is_demo = settings.database_url == DEFAULT_DATABASE_URL
    if is_demo:
        load_demo(settings, has_day=is_served)
    else:
        print("LEDGER_DATABASE_URL is set: the demo is not loaded there.\n")
    if is_served:
        serve(settings, is_demo=is_demo)
    else:
        show(settings)


def main() -> None:
    guarded(lambda: carry_out(app, "python -m api.cli.demo"))


if __name__ == "__main__":
    main()
