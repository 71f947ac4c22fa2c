"""The forms of texts that are checked as they come in, each once, with the words in which a wrong one is spoken of."""

from __future__ import annotations

from ledger.kernel.faults import FieldFault
from ledger.kernel.ids import ID_PATTERN

COUNTRY = r"^[A-Z]{2}$"
CURRENCY = r"^[A-Z]{3}$"
LANGUAGE = r"^[a-z]{2}$"
MAIL = r"^[^@\s]{1,64}@[^@\s]{1,190}$"
ANNUAL_DAY = r"^[0-9]{2}-[0-9]{2}$"
MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
TIME_OF_DAY = r"^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
SHARE = r"^(0(\.\d{1,4})?|1(\.0{1,4})?)$"
EXCHANGE_RATE = r"^[0-9]{1,6}(\.[0-9]{1,6})?$"
SLUG = r"^[a-z][a-z0-9_-]{0,63}$"
SERIES = r"^[A-Z][A-Z0-9]*(-[A-Z0-9]+)*-\{year\}-\{number:0[1-9]\}$"
WEB_ADDRESS = r"^https://[a-z0-9.-]+(/[a-z0-9/-]*)?$"
NIP = r"[1-9](([0-9][1-9])|([1-9][0-9]))[0-9]{7}"  # TNrNIP of FA(3): a part of other forms, hence without anchors
# TNumerKSeF of FA(3): a NIP or another taxpayer's sign, the day, and what KSeF adds. A wrong one would spoil the file.
KSEF_NUMBER = (
    rf"^({NIP}|M[0-9]{{9}}|[A-Z]{{3}}[0-9]{{7}})-20[2-9][0-9](0[1-9]|1[0-2])(0[1-9]|[12][0-9]|3[01])"
    r"-[0-9A-F]{6}-?[0-9A-F]{6}-[0-9A-F]{2}$"
)

# An example of each, beside its form: what is not written so is shown it.
EXAMPLE_OF_PATTERN: dict[str, str] = {
    ID_PATTERN: "example-1",
    COUNTRY: "DE",
    LANGUAGE: "de",
    MAIL: "office@example.com",
    ANNUAL_DAY: "12-25",
    MONTH: "2026-03",
    TIME_OF_DAY: "09:00",
    SHARE: "0.25",
    EXCHANGE_RATE: "24.315",
    KSEF_NUMBER: "5265877635-20260201-0A1B2C-3D4E5F-67",
    WEB_ADDRESS: "https://qr.example.com",
    CURRENCY: "EUR",
    SLUG: "quick-help",
    SERIES: "GR-{year}-{number:05}",
}
PATTERNS: dict[str, FieldFault | str] = {
    ID_PATTERN: FieldFault("bad_id", {"example": EXAMPLE_OF_PATTERN[ID_PATTERN]}),
    COUNTRY: FieldFault("bad_country", {"example": EXAMPLE_OF_PATTERN[COUNTRY]}),
    LANGUAGE: f"is a language's code: two small letters, such as {EXAMPLE_OF_PATTERN[LANGUAGE]}",
    MAIL: FieldFault("bad_mail", {"example": EXAMPLE_OF_PATTERN[MAIL]}),
    ANNUAL_DAY: f"must be a month and a day, such as {EXAMPLE_OF_PATTERN[ANNUAL_DAY]}",
    MONTH: f"must be a month, such as {EXAMPLE_OF_PATTERN[MONTH]}",
    TIME_OF_DAY: f"must be a time of day, such as {EXAMPLE_OF_PATTERN[TIME_OF_DAY]}",
    SHARE: f"must be a share from 0 to 1, such as {EXAMPLE_OF_PATTERN[SHARE]}",
    EXCHANGE_RATE: FieldFault("bad_rate", {"example": EXAMPLE_OF_PATTERN[EXCHANGE_RATE]}),
    KSEF_NUMBER: FieldFault("bad_ksef_number", {"example": EXAMPLE_OF_PATTERN[KSEF_NUMBER]}),
    WEB_ADDRESS: f"is an address, such as {EXAMPLE_OF_PATTERN[WEB_ADDRESS]}",
    CURRENCY: f"is a currency's code by ISO 4217: three capital letters, such as {EXAMPLE_OF_PATTERN[CURRENCY]}",
    SLUG: f"is made of a-z, 0-9, '_' and '-', and begins with a letter, such as {EXAMPLE_OF_PATTERN[SLUG]}",
    SERIES: f"is a series, such as {EXAMPLE_OF_PATTERN[SERIES]}",
}
