"""Settings in force: from the environment, or from `.env` in the working directory."""

from __future__ import annotations

import os
import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from ledger.kernel.errors import malformed

DEFAULT_DATABASE_URL = "sqlite:///var/ledger.db"
ENV_FILE = Path(".env")
_TRUTH = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def _said(setting: str) -> str | None:
    """The environment counts before the file; a mark of byte order at its beginning is no part of it."""
    if setting in os.environ or not ENV_FILE.is_file():
        return os.environ.get(setting)
    from dotenv import dotenv_values  # who has no such file does not wait for what reads one

    return dotenv_values(ENV_FILE, encoding="utf-8-sig").get(setting)


def _database_url() -> str:
    url = _said("LEDGER_DATABASE_URL")
    return DEFAULT_DATABASE_URL if url is None else url


def _catalogue() -> Path | None:
    folder = _said("LEDGER_CATALOGUE")
    return None if folder is None else Path(folder)


def _api_docs() -> bool:
    told = _said("LEDGER_API_DOCS")
    if told is not None and told.lower() not in _TRUTH:
        raise malformed("LEDGER_API_DOCS", "must be true or false")
    return told is None or _TRUTH[told.lower()]


LOG_FORMATS = ("plain", "json")


def _log_format() -> str:
    told = _said("LEDGER_LOG_FORMAT")
    if told is not None and told not in LOG_FORMATS:
        raise malformed("LEDGER_LOG_FORMAT", "must be plain or json")
    return told or LOG_FORMATS[0]


@dataclass(frozen=True)
class Settings:
    """`LEDGER_DATABASE_URL` and the others, as they are said where they are not given; see README for each.

    Plain, without a library that declares settings: those load for longer than most commands of the command line work.
    Raises Refusal malformed, which names the setting.
    """

    database_url: str = field(default_factory=_database_url)
    catalogue: Path | None = field(default_factory=_catalogue)
    api_docs: bool = field(default_factory=_api_docs)  # whether a server shows the documentation of its API
    log_format: str = field(default_factory=_log_format)  # of what a server writes on standard error
    server: str | None = field(default_factory=lambda: _said("LEDGER_SERVER"))
    token: str | None = field(default_factory=lambda: _said("LEDGER_TOKEN"), repr=False)

    def __post_init__(self) -> None:
        url, folder = self.database_url, self.catalogue
        if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise malformed("LEDGER_DATABASE_URL", "begins with sqlite:/// or postgresql://")
        if url == "sqlite:///":
            raise malformed("LEDGER_DATABASE_URL", "names no file")
        # So that no command goes on without the plans that somebody meant. What is in them, the loader checks.
        if folder is not None and not folder.is_dir():
            raise malformed("LEDGER_CATALOGUE", f"there is no folder {folder}")
        if folder is not None and not any(_says_something(file) for file in sorted(folder.glob("*.toml"))):
            raise malformed("LEDGER_CATALOGUE", f"the folder {folder} holds no plan, as no *.toml in it has one")


def _says_something(file: Path) -> bool:
    """Whether a file has plans, or says who issues a provider's documents; one that can't be read may have some."""
    try:
        told = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except (OSError, ValueError, RecursionError):
        return True  # the loader says what is wrong with it
    return bool(told.get("plans") or told.get("parties"))


# What of a PostgreSQL URL may be shown, read as PostgreSQL itself reads it: who it is up to the first @ before a /.
_HOST = r"(?:[A-Za-z0-9_.%-]*|\[[0-9A-Fa-f:.]+\])(?::[0-9]{0,5})?"
_URL = re.compile(
    rf"(?:(?P<user>[^:@/]*)(?P<password>:[^@/]*)?@)?(?P<place>{_HOST}(?:,{_HOST})*(?:/[A-Za-z0-9_.%-]*)?)"
    r"(?:\?(?P<query>[^#]*))?(?P<rest>#.*)?",
    re.DOTALL,
)
_NAME = re.compile(r"[A-Za-z0-9_.%-]+")
_SHOWN = re.compile(
    r"(?:host|hostaddr|port|dbname|user|sslmode|application_name|connect_timeout|target_session_attrs)"
    r"=[A-Za-z0-9_.:/%,-]*"
)


def without_secrets(url: str) -> str:
    """A database URL fit to be shown: a password is *** wherever it stands, and so is all that may be part of one."""
    scheme, _, said = url.partition("://")
    if scheme == "sqlite":  # all of it is a file's name, though somebody may take it for more
        mark = re.search("[?#]", url)
        return f"{url[: mark.end()]}***" if mark else url
    found = _URL.fullmatch(said)
    if found is None:
        return f"{scheme}://***"
    user = found["user"]
    who = "" if user is None else (user if _NAME.fullmatch(user) else "***") + (":***@" if found["password"] else "@")
    query = "&".join(_shown(part) for part in found["query"].split("&")) if found["query"] else ""
    return f"{scheme}://{who}{found['place']}{f'?{query}' if query else ''}{'#***' if found['rest'] else ''}"


def _shown(parameter: str) -> str:
    name, separator, _ = parameter.partition("=")
    if _SHOWN.fullmatch(parameter):
        return parameter
    return f"{name}=***" if separator and _NAME.fullmatch(name) else "***"
