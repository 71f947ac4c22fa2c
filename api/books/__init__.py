"""Books for other tools: the ledger's history as double entry, in formats that other programs read and check.

`entries` turns what is stored into neutral transactions, `journal` holds them, `chart` names the accounts; `beancount`,
`hledger`, `flat` (CSV) and `datev` write them down; `exporting` is the way in.
"""
