"""What a contract's terms say, in the reader's words: each clause with its name. Figures are those of the terms."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from api.languages import Labels, word
from api.portal.words.choices import CHANNELS, SCOPES
from api.portal.words.formats import Formats
from api.portal.words.hours_in_words import hours_in_words, notice_in_words, promise_in_words
from ledger.kernel.values import parse_cents
from ledger.plans.terms import (
    FlatRate,
    GoodwillMinutes,
    MinutesPool,
    MoneyPool,
    Only,
    OnSiteFromSubscriptions,
    Overage,
    Pool,
    ScopeRule,
    ServiceRate,
    Terms,
)

TARGET_WORDS = {"reaction": word("First answer"), "resolution": word("Solution")}
SCOPE_OF_TIERS = {"ticket": word("of each ticket"), "contract": word("of the contract")}

Clause = tuple[str, str]
Money = Callable[[str], str]


def terms_in_words(terms: Terms, labels: Labels, named: Callable[[str], str]) -> list[Clause]:
    """The clauses in the order in which somebody reads a contract: price, credit, time, support, promises.

    `named` tells what the catalogue calls a pool or a service by its key.
    """
    fmt = Formats(labels)

    def money(amount: str) -> str:
        return fmt.money(parse_cents(amount), terms.currency)

    return [
        *_price(terms, labels, money),
        *_credit(terms, labels, fmt, money, named),
        *_rules_of_time(terms, labels, fmt),
        *_support(terms, labels, money),
        *_promises(terms, labels, fmt),
    ]


def _price(terms: Terms, labels: Labels, money: Money) -> Iterator[Clause]:
    yield labels("Plan"), labels("{name}, version {version}", name=terms.name, version=str(terms.version))
    if terms.fee is not None:
        yield labels("Fee"), labels("{amount} for each term", amount=money(terms.fee))
    months = terms.term_months
    length = labels.counted("{count} month", "{count} months", months, count=str(months)) if months else None
    yield labels("Term"), length or labels("until further notice")


def _credit(terms: Terms, labels: Labels, fmt: Formats, money: Money, named: Callable[[str], str]) -> Iterator[Clause]:
    for name, pool in terms.pools.items():
        yield labels("Credit: {pool}", pool=named(name)), _pool(pool, labels, fmt, money)
    if terms.overage is not None:
        yield labels("Beyond the credit"), overage_in_words(terms.overage, terms.currency, labels)
    for service, rate in terms.rates.items():
        yield named(service), _rate(rate, labels, money)


def _pool(pool: Pool, labels: Labels, fmt: Formats, money: Money) -> str:
    said = []
    given = None
    if isinstance(pool, MoneyPool):
        given = money(pool.allotment) if pool.allotment else None
    elif pool.allotment_minutes:
        given = labels("{hours} hours", hours=fmt.hours(pool.allotment_minutes))
    if given is not None:
        ends = pool.allotment_expires == "term_end"
        said.append(
            labels("{credit} for each term, which end with it", credit=given)
            if ends
            else labels("{credit} for each term", credit=given)
        )
    top_up = pool.top_up if isinstance(pool, MinutesPool) else None
    if top_up is not None:
        figures = {"minimum": fmt.hours(top_up.minimum_minutes), "step": fmt.hours(top_up.step_minutes)}
        said.append(labels("bought from {minimum} hours on, in steps of {step}", **figures))
        if top_up.rate:
            said.append(labels("{rate} an hour", rate=money(top_up.rate)))
    return "; ".join(said) or labels("as it is bought")


def overage_in_words(overage: Overage, currency: str, labels: Labels) -> str:
    fmt, said = Formats(labels), list[str]()
    for tier in overage.tiers:
        rate = labels("{rate} an hour", rate=fmt.money(parse_cents(tier.rate), currency))
        if tier.first_minutes is not None:
            figures = {"time": fmt.hours(tier.first_minutes), "of": labels(SCOPE_OF_TIERS[overage.scope]), "rate": rate}
            said.append(labels("the first {time} hours {of}: {rate}", **figures))
        else:
            said.append(labels("then {rate}", rate=rate) if said else rate)
    return "; ".join(said)


def _rate(rate: ServiceRate, labels: Labels, money: Money) -> str:
    if isinstance(rate, FlatRate):
        return labels("{amount} each", amount=money(rate.amount))
    return labels("{rate} an hour", rate=money(rate.rate))


def _rules_of_time(terms: Terms, labels: Labels, fmt: Formats) -> Iterator[Clause]:
    step = terms.increment_minutes
    yield labels("Billed in steps of"), labels.counted("{count} minute", "{count} minutes", step, count=str(step))
    if terms.penalty is not None:
        late = {
            labels("moved"): terms.penalty.on_move,
            labels("cancelled"): terms.penalty.on_cancel,
            labels("missed"): terms.penalty.on_no_show,
        }
        notice = notice_in_words(terms.penalty.notice, labels, fmt)
        named = ", ".join(said for said, costs in late.items() if costs)
        figures = {"time": fmt.hours(terms.penalty.minutes), "late": named, "notice": notice}
        said = labels("{time} hours, where it is {late} less than {notice} before", **figures)
        yield labels("A session that falls through"), said
    if terms.confirmation is not None:
        days = terms.confirmation.deemed_after_days
        said = labels("the customer confirms each entry")
        if days:
            said += "; " + labels.counted(
                "after {count} day without a word it counts as confirmed",
                "after {count} days without a word it counts as confirmed",
                days,
                count=str(days),
            )
        yield labels("Confirmation"), said


def _support(terms: Terms, labels: Labels, money: Money) -> Iterator[Clause]:
    yield labels("Channels"), ", ".join(labels(CHANNELS[one]) for one in terms.channels)
    if terms.scopes is not None:
        yield labels("Matters"), _scopes(terms.scopes, labels)
    for channel, rule in terms.channel_scopes.items():
        yield labels("Matters over {channel}", channel=labels(CHANNELS[channel])), _scopes(rule, labels)
    for level, rule in terms.level_scopes.items():
        yield labels("Matters at {level}", level=level), _scopes(rule, labels)
    yield labels("Work on site"), _on_site(terms, labels, money)
    if terms.call_after_responses is not None:
        count = terms.call_after_responses
        said = labels.counted(
            "after {count} answer without a solution",
            "after {count} answers without a solution",
            count,
            count=str(count),
        )
        yield labels("A call is due"), said
    if terms.coverage is not None:
        yield labels("Support hours"), hours_in_words(terms.coverage, labels)
    for channel, coverage in terms.channel_coverage.items():
        yield labels("Support hours, {what}", what=labels(CHANNELS[channel])), hours_in_words(coverage, labels)
    for scope, coverage in terms.scope_coverage.items():
        yield labels("Support hours, {what}", what=labels(SCOPES[scope])), hours_in_words(coverage, labels)


def _scopes(rule: ScopeRule, labels: Labels) -> str:
    named = ", ".join(labels(SCOPES[one]) for one in rule.scopes)
    return labels("only {matters}", matters=named) if isinstance(rule, Only) else labels("not {matters}", matters=named)


def _on_site(terms: Terms, labels: Labels, money: Money) -> str:
    on_site = terms.on_site
    if not isinstance(on_site, OnSiteFromSubscriptions):
        return labels("included") if on_site.kind == "included" else labels("not included")
    said = labels("included from {count} subscriptions on", count=str(on_site.minimum))
    if on_site.surcharge is not None:
        said += "; " + labels("below that {amount} a visit", amount=money(on_site.surcharge))
    return said


def _promises(terms: Terms, labels: Labels, fmt: Formats) -> Iterator[Clause]:
    """Priorities with the same promise are said together."""
    for name, targets in (("reaction", terms.sla.reaction), ("resolution", terms.sla.resolution)):
        for said, alike in groupby(sorted(targets.items()), lambda one: promise_in_words(one[1], labels, fmt)):
            priorities = ", ".join(priority for priority, _ in alike)
            yield (
                labels("{promise}, priority {priority}", promise=labels(TARGET_WORDS[name]), priority=priorities),
                said,
            )
    for target, owed in terms.service_credits.items():
        figure = (
            labels("{hours} hours", hours=fmt.hours(owed.minutes))
            if isinstance(owed, GoodwillMinutes)
            else labels("{percent} % of the term's fee", percent=str(owed.percent))
        )
        yield labels("Missed: {promise}", promise=labels(TARGET_WORDS[target])), figure
