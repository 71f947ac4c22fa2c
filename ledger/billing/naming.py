"""What readers call the pools, services and targets that terms know by a key: no key reaches a reader.

Names are the catalogue's, by key and language; a line keeps those that it speaks of, so that it says the same for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from ledger.plans.catalogue import Names

# The places of a line's template that are filled with a key, and the word for one that has no name.
WITHOUT_NAME = {"pool": "prepaid support", "service": "as agreed", "target": "promise"}
TARGETS = {"reaction": "reaction time", "resolution": "resolution time"}


def name_of(key: str, names: Names, language: str) -> str | None:
    """A key's name in the language, else in English."""
    known = names.get(key, {})
    return known.get(language) or known.get("en")


def spoken(
    values: Mapping[str, str], names: Names, language: str = "en", translated: Callable[[str], str] = str
) -> dict[str, str]:
    """A template's values with names for keys: `training` is `Schulung`, and `nach Vereinbarung` where there is none.

    `translated` says an English word in the language.
    """

    def word(place: str, key: str) -> str:
        return name_of(key, names, language) or translated(TARGETS.get(key, WITHOUT_NAME[place]))

    return {place: word(place, value) if place in WITHOUT_NAME else value for place, value in values.items()}


def names_in(keys: Mapping[str, str], service: str | None, names: Names) -> dict[str, dict[str, str]]:
    """Of all names those of the keys that a line speaks of."""
    spoken_of = {key for place, key in keys.items() if place in WITHOUT_NAME} | ({service} if service else set())
    return {key: dict(names[key]) for key in sorted(spoken_of) if key in names}
