"""Issued documents as files: the page (PDF), the e-invoice (CII), both in one (Factur-X), and Poland's FA(3).

Everything here takes an issued document's event and its opened parties and answers bytes. Amounts are the event's
own and are not priced or added up again; only KSeF's hours and unit prices are rounded, as its form shows them. The
letter of a period (`statement`) is no document: it adds up what it lists beside the credit. Who may read a document,
and opening its sealed parties, is left to the routes.

Pages and e-invoices need libraries that are slow to load: who makes none imports neither `files` nor `statement`.
"""
