"""What a plan covers of a matter: channels, scopes, levels, and what a phone contact needs. Rules T1, T8, T9. Pure."""

from __future__ import annotations

from ledger.kernel.errors import Refusal
from ledger.kernel.words import Channel, Level, MatterScope
from ledger.plans.terms import ScopeRule, Terms


def excluded(rule: ScopeRule | None, scope: str | None) -> bool:
    """Whether a scope falls outside a rule; a scope that was not given is outside of `only` (T8)."""
    if rule is None:
        return False
    return scope not in rule.scopes if rule.kind == "only" else scope in rule.scopes


def check_level(terms: Terms, level: Level, scope: str | None) -> None:
    """Raises Refusal kind-not-covered where a level does not take a scope (T8)."""
    if excluded(terms.level_scopes.get(level), scope):
        raise Refusal("kind-not-covered", f"Support at {level} does not cover {scope} under {terms.name}.", scope=scope)


def check_scope(terms: Terms, channel: Channel, scope: MatterScope | None) -> None:
    """Refuses a channel the terms do not offer, or not for this scope, and a scope outside the plan (T1, T8)."""
    if channel not in terms.channels:
        offered = ", ".join(terms.channels)
        raise Refusal(
            "channel-not-covered",
            f"{terms.name} offers {offered}; not {channel}.",
            channel=channel,
            offered=terms.channels,
        )
    if scope is not None and excluded(terms.scopes, scope):
        raise Refusal("kind-not-covered", f"{terms.name} does not cover {scope}.", scope=scope)
    if excluded(terms.channel_scopes.get(channel), scope):
        matter = scope or "a matter whose scope is not given"
        raise Refusal(
            "channel-not-covered", f"{terms.name} does not take {matter} over {channel}.", channel=channel, scope=scope
        )


def missing_contact(terms: Terms, channel: str, contact: dict[str, str] | None) -> list[str]:
    """What a phone contact still needs, by field (T9)."""
    if channel != "phone":
        return []
    return [field for field in terms.phone_contact if not (contact or {}).get(field)]
