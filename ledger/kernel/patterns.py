"""The forms of texts that are checked as they come in, each once, with the words in which a wrong one is spoken of."""

from __future__ import annotations

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

PATTERNS = {
    ID_PATTERN: "is made of A-Z, a-z, 0-9, '.', '_' and '-', such as example-1",
    COUNTRY: "is a country's code by ISO 3166: two capital letters, such as DE",
    LANGUAGE: "is a language's code: two small letters, such as de",
    MAIL: "must be a mail address, such as office@example.com",
    ANNUAL_DAY: "must be a month and a day, such as 12-25",
    MONTH: "must be a month, such as 2026-03",
    TIME_OF_DAY: "must be a time of day, such as 09:00",
    SHARE: "must be a share from 0 to 1, such as 0.25",
    EXCHANGE_RATE: "must be a rate of at most six decimals, such as 24.315",
    KSEF_NUMBER: "is a number that KSeF gave, such as 5265877635-20260201-0A1B2C-3D4E5F-67",
    WEB_ADDRESS: "is an address, such as https://qr.example.com",
    CURRENCY: "is a currency's code by ISO 4217: three capital letters, such as EUR",
    SLUG: "is made of a-z, 0-9, '_' and '-', and begins with a letter, such as quick-help",
    SERIES: "is a series, such as GR-{year}-{number:05}",
}
