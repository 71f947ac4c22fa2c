"""What becomes of work when the credit is used up, in the reader's words."""

from __future__ import annotations

from api.languages import Labels, word
from api.portal.words.terms_in_words import overage_in_words
from ledger.credit.beyond import Beyond, BeyondCredit

SAID: dict[Beyond, str] = {
    "overage": word("Time beyond the credit is charged: {price}."),
    "owed": word(
        "When the credit is used up, no session can be booked. Work that is done all the same is owed, and later "
        "credit takes it over."
    ),
    "rates": word("Time is charged at the price that was agreed for each service."),
    "flat": word("Time is included in the fee."),
}
WITHOUT_CREDIT = word("Time is charged: {price}.")


def beyond_in_words(beyond: BeyondCredit, currency: str, has_credit: bool, labels: Labels) -> str:
    """One or two sentences; where there is no credit at all, time is not said to be beyond it."""
    english = WITHOUT_CREDIT if beyond.kind == "overage" and not has_credit else SAID[beyond.kind]
    price = overage_in_words(beyond.overage, currency, labels) if beyond.overage is not None else ""
    return labels(english, price=price) if price else labels(english)
