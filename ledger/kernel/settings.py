"""Settings in force: from the environment, or from `.env` in the working directory."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pydantic import field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

DEFAULT_DATABASE_URL = "sqlite:///var/ledger.db"


class Settings(BaseSettings):
    """`LEDGER_DATABASE_URL` and `LEDGER_CATALOGUE`; see README for both."""

    model_config = SettingsConfigDict(env_prefix="LEDGER_", env_file=".env", extra="ignore")

    database_url: str = DEFAULT_DATABASE_URL
    catalogue: Path | None = None

    @field_validator("database_url")
    @classmethod
    def _known_engine(cls, url: str) -> str:
        if not url.startswith(("sqlite:///", "postgresql://", "postgres://")):
            raise ValueError("LEDGER_DATABASE_URL begins with sqlite:/// or postgresql://")
        if url.startswith("sqlite:///") and not url.removeprefix("sqlite:///"):
            raise ValueError("LEDGER_DATABASE_URL names no file")
        return url


def without_secrets(url: str) -> str:
    """A database URL fit to be shown: the password, if any, is replaced by ***."""
    parts = urlsplit(url)
    if parts.password is None:
        return url
    host = parts.netloc.rpartition("@")[2]
    return urlunsplit(parts._replace(netloc=f"{parts.username}:***@{host}"))
