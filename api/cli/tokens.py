"""`support-ledger token`: make, list and revoke tokens, the feeds that show what a token sees, and links to sign in."""

from __future__ import annotations

import sys
from contextlib import closing
from dataclasses import asdict
from datetime import date
from typing import Annotated, Any

import typer

from api.cli.machine import AsJson, print_line
from api.cli.options import CommandGroup
from api.cli.printing import say
from api.cli.typed_values import PlainCommand
from api.portal.frame.addresses import link_address
from ledger.kernel.clock import system_clock
from ledger.kernel.errors import malformed
from ledger.kernel.settings import Settings
from ledger.store import open_store
from ledger.store.feeds import create_feed, is_feed, list_feeds, revoke_feed
from ledger.store.sign_ins import create_link
from ledger.store.tokens import create_token, list_tokens, revoke_token

EXPIRES_ON = "First day on which it no longer holds (UTC): tomorrow at the earliest."

LOCAL_SERVER = "http://127.0.0.1:8000"  # where `serve` listens if nothing else is said

token_app = typer.Typer(
    cls=CommandGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    help="Access: make, list and revoke tokens.",
)


@token_app.command("create", cls=PlainCommand)
def token_create(
    role: Annotated[str, typer.Option()],
    provider: str | None = None,
    customer: str | None = None,
    partner: str | None = None,
    expires_on: Annotated[str | None, typer.Option(help=EXPIRES_ON)] = None,
    as_json: AsJson = False,
) -> None:
    """Prints a new token, alone; only its hash is stored."""
    from ledger.plans.loader import load_catalogue

    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    if provider is not None and provider not in catalogue.providers():
        raise malformed("provider", f"is one of {', '.join(catalogue.providers())}")
    last = _last_day(expires_on)
    if provider is not None and (customer or partner):
        _check_party(settings, provider, customer, partner)
    with closing(open_store(settings.database_url)) as store:
        token_id, token = create_token(store.database, role, provider, customer, partner, last)
    _tell(token, {"token_id": token_id, "token": token}, as_json=as_json)


def _tell(alone: str, answer: dict[str, Any], *, as_json: bool) -> None:
    """What was made, alone on its line, so that a shell can keep it."""
    if as_json:
        print_line(answer)
    else:
        sys.stdout.write(alone + "\n")


def _last_day(expires_on: str | None) -> date | None:
    try:
        last = date.fromisoformat(expires_on) if expires_on else None
    except ValueError:
        raise malformed("expires_on", "is a day such as 2027-01-31") from None
    if last is not None and last <= (today := system_clock().date()):
        raise malformed(
            "expires_on", f"{last} lies in the past or is today: it would never hold; today is {today} (UTC)"
        )
    return last


def _check_party(settings: Settings, provider: str, customer: str | None, partner: str | None) -> None:
    """A token for somebody whom nobody knows would open the contracts of whoever gets that id later."""
    from api.cli.opening import ask_views, opened  # the views, which no other of these commands needs
    from projections.contracts.questions import knows_party

    with opened(settings) as (_, projector):
        projector.catch_up()
        if not ask_views(settings, lambda reader: knows_party(reader, provider, customer, partner)):
            field = "customer" if customer else "partner"
            raise malformed(field, f"{provider} has no contract of a {field} {customer or partner}")


@token_app.command("feed", cls=PlainCommand)
def token_feed(
    token_id: str,
    expires_on: Annotated[str | None, typer.Option(help=EXPIRES_ON)] = None,
    as_json: AsJson = False,
) -> None:
    """Prints the address, behind that of the server, of a calendar with the sessions that a token sees.

    Whoever has the address reads it, and nothing else, until it or the token is revoked or expires.
    """
    last = _last_day(expires_on)
    with closing(open_store(Settings().database_url)) as store:
        feed_id, secret = create_feed(store.database, token_id, last)
    address = f"/sessions.ics?secret={secret}"
    _tell(address, {"feed_id": feed_id, "address": address}, as_json=as_json)


@token_app.command("link", cls=PlainCommand)
def token_link(
    token_id: str,
    base_url: Annotated[str | None, typer.Option(help="The server's address; by default LEDGER_SERVER.")] = None,
    as_json: AsJson = False,
) -> None:
    """Prints an address that signs a browser in as the token's holder: once, and within 15 minutes."""
    settings = Settings()
    base = base_url or settings.server or LOCAL_SERVER
    with closing(open_store(settings.database_url)) as store:
        address = link_address(base, create_link(store.database, token_id))
    _tell(address, {"address": address}, as_json=as_json)


@token_app.command("list", cls=PlainCommand)
def token_list(as_json: AsJson = False) -> None:
    """Tokens and feeds by id, never the tokens and secrets themselves."""
    with closing(open_store(Settings().database_url)) as store:
        tokens, feeds = list_tokens(store.database), list_feeds(store.database)
    if as_json:
        print_line({"tokens": [asdict(one) for one in tokens], "feeds": [asdict(one) for one in feeds]})
        return
    for info in tokens:
        scope = ", ".join(value for value in (info.provider, info.customer, info.partner) if value) or "all providers"
        state = _state(info.revoked_at, info.expires_on)
        say(f"{info.token_id}  {info.role:<9} {scope}  made {info.created_at}  {state}")
    holders = {info.token_id: info for info in tokens}
    for feed in feeds:
        holder = holders[feed.token_id]  # a feed holds no longer than its token
        ends = [day for day in (feed.expires_on, holder.expires_on) if day is not None]
        state = _state(feed.revoked_at or holder.revoked_at, min(ends, default=None))
        say(f"{feed.feed_id}  feed of {feed.token_id}  made {feed.created_at}  {state}")


def _state(revoked_at: str | None, expires_on: str | None) -> str:
    return f"revoked {revoked_at}" if revoked_at else f"until {expires_on or 'further notice'}"


@token_app.command("revoke", cls=PlainCommand)
def token_revoke(id_: Annotated[str, typer.Argument(metavar="TOKEN_ID|FEED_ID")], as_json: AsJson = False) -> None:
    """From now on the token, with its feeds, or the one feed opens nothing; running servers know at once."""
    with closing(open_store(Settings().database_url)) as store:
        revoke = revoke_feed if is_feed(id_) else revoke_token
        revoke(store.database, id_)
    if as_json:
        print_line({"revoked": id_})
    else:
        say(f"revoked {id_}")
