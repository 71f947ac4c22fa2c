"""The shapes that read doors answer. Minutes are integers, money strings with two decimals beside a currency."""
