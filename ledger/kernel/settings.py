"""Settings in force: from the environment, or from `.env` in the working directory."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from pydantic import SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATABASE_URL = "sqlite:///var/ledger.db"


class Settings(BaseSettings):
    """`LEDGER_DATABASE_URL` and the others; see README for each."""

    model_config = SettingsConfigDict(
        env_prefix="LEDGER_", env_file=".env", env_file_encoding="utf-8-sig", extra="ignore"
    )

    database_url: str = DEFAULT_DATABASE_URL
    catalogue: Path | None = None
    api_docs: bool = True  # whether a server shows the documentation of its API
    server: str | None = None
    token: SecretStr | None = None

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("LEDGER_DATABASE_URL begins with sqlite:/// or postgresql://")
        if url.startswith("sqlite:///") and not url.removeprefix("sqlite:///"):
            raise ValueError("LEDGER_DATABASE_URL names no file")
        return url

    @field_validator("catalogue")
    @classmethod
    def _holds_plans(cls, folder: Path | None) -> Path | None:
        """So that no command goes on without the plans that somebody meant. What is in them, the loader checks."""
        if folder is None:
            return None
        if not folder.is_dir():
            raise ValueError(f"LEDGER_CATALOGUE: there is no folder {folder}")
        if not any(_says_something(file) for file in sorted(folder.glob("*.toml"))):
            raise ValueError(f"LEDGER_CATALOGUE: the folder {folder} holds no plan, as no *.toml in it has one")
        return folder


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
        place, mark, _ = url.partition("?")
        return f"{place}?***" if mark else url
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
