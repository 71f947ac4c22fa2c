"""`support-ledger token`: make, list and revoke tokens."""

from __future__ import annotations

import sys
from datetime import date
from typing import Annotated

import typer

from api.cli.opening import ask_views, opened
from api.cli.printing import out, say
from ledger.kernel.clock import system_clock
from ledger.kernel.errors import malformed
from ledger.kernel.settings import Settings
from ledger.store.tokens import create_token, list_tokens, revoke_token
from projections.contracts.questions import knows_party
from projections.runner import Projector

token_app = typer.Typer(
    no_args_is_help=True, add_completion=False, rich_markup_mode=None, help="Access: make, list and revoke tokens."
)


@token_app.command("create")
def token_create(
    role: Annotated[str, typer.Option()],
    provider: str | None = None,
    customer: str | None = None,
    partner: str | None = None,
    expires_on: Annotated[str | None, typer.Option(help="First day on which it no longer holds (UTC).")] = None,
) -> None:
    """Prints a new token, alone; only its hash is stored."""
    from ledger.plans.loader import load_catalogue

    settings = Settings()
    catalogue = load_catalogue(settings.catalogue)
    if provider is not None and provider not in catalogue.providers():
        raise malformed("provider", f"is one of {', '.join(catalogue.providers())}")
    try:
        last = date.fromisoformat(expires_on) if expires_on else None
    except ValueError:
        raise malformed("expires_on", "is a day such as 2027-01-31") from None
    if last is not None and last < system_clock().date():
        raise malformed("expires_on", f"{last} lies in the past; the token would never hold")
    with opened(settings) as (store, projector):
        if provider is not None and (customer or partner):
            _check_party(settings, projector, provider, customer, partner)
        sys.stdout.write(create_token(store.database, role, provider, customer, partner, last)[1] + "\n")


def _check_party(
    settings: Settings, projector: Projector, provider: str, customer: str | None, partner: str | None
) -> None:
    """A token for somebody whom nobody knows would open the contracts of whoever gets that id later."""
    projector.catch_up()
    if not ask_views(settings, lambda reader: knows_party(reader, provider, customer, partner)):
        field = "customer" if customer else "partner"
        raise malformed(field, f"{provider} has no contract of a {field} {customer or partner}")


@token_app.command("list")
def token_list() -> None:
    """Tokens by id, never the tokens themselves."""
    with opened(Settings()) as (store, _):
        found = list_tokens(store.database)
    for info in found:
        scope = ", ".join(value for value in (info.provider, info.customer, info.partner) if value) or "all providers"
        state = f"revoked {info.revoked_at}" if info.revoked_at else f"until {info.expires_on or 'further notice'}"
        say(out, f"{info.token_id}  {info.role:<9} {scope}  made {info.created_at}  {state}")


@token_app.command("revoke")
def token_revoke(token_id: str) -> None:
    """From now on the token opens nothing; running servers know at once."""
    with opened(Settings()) as (store, _):
        revoke_token(store.database, token_id)
    say(out, f"revoked {token_id}")
