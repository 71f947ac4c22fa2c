"""Invoices as pure functions: what is open (`ledger.billing.charges`), its lines (`draft`), and its VAT (`vat`).

No database, clock or catalogue inside: commands and views bring the events, and get the same answer from them.
"""
