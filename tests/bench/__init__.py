"""Measures the ledger beside what the same machine does at best, in the same run. See docs/measurements.md."""
