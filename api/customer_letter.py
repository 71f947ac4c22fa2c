"""The statement that a customer gets, as a file: what the ledger has of both parties, and the words of their language.

It asks the views and the catalogue; the page itself is that of `statement`.
"""

from __future__ import annotations

import msgspec

from api.documents.document_parties import read_buyer, read_seller
from api.documents.statement import Statement, statement_pdf
from api.state import State
from ledger.billing.document_texts import Seller
from ledger.kernel.access import Actor
from ledger.kernel.errors import malformed
from projections.credit.customer_statements import CustomerStatement, customer_statement
from projections.credit.statements import StatementAsked


async def statement_file(state: State, actor: Actor, asked: StatementAsked) -> bytes:
    """The PDF that a customer gets. Raises Refusal unknown-contract, unknown-pool, malformed."""
    letter = await _for_customer(state, actor, asked)
    return await state.files.statement(letter.period.length, statement_pdf, letter)


async def _for_customer(state: State, actor: Actor, asked: StatementAsked) -> Statement:
    """What is printed, from the provider's letterhead, in the customer's language or else the provider's."""
    longest = state.limits.longest_pdf_lines
    found = await state.long_questions.ask(lambda snapshot, _: customer_statement(snapshot, actor, asked, longest))
    if found.length > longest:
        raise malformed("from", f"a PDF has at most {longest} lines; ask for a shorter period, or for CSV")
    provider = state.catalogue.providers().get(found.provider)
    language = found.language or (provider.language if provider else "en")
    names = state.catalogue.names(found.provider)
    return Statement(found, _seller(state, found), read_buyer(msgspec.to_builtins(found.customer)), language, names)


def _seller(state: State, found: CustomerStatement) -> Seller:
    """The letterhead; of a provider whose party no file names, what the catalogue has of it."""
    known, party = state.catalogue.providers().get(found.provider), state.catalogue.party(found.provider)
    named = {"name": known.name if known else found.provider, "country": known.country if known else ""}
    return read_seller({**named, **(party.model_dump(exclude_none=True) if party else {})})
