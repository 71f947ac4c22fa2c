"""The shapes that read doors answer. Minutes are integers, money strings with two decimals beside a currency.

A module `shown_…` makes them of what was found.
"""
