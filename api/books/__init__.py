"""Books for other tools: the ledger's history as double entry, in formats that other programs read and check.

`entries` turns what is stored into neutral transactions, `journal` holds them, `chart` names the accounts; `beancount`,
`hledger` and `flat` (CSV) write them down. A tax adviser gets documents alone: `revenue` says what they come to,
`datev` and `datev_debtors` put it into rows, `extf` writes these down. `exporting` is the way in.
"""
