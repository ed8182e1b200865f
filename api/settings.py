"""The settings of an installation; nothing else in the product reads the environment."""

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from api.exceptions import SettingsInvalid
from api.store.layout import DataFolder

SHORTEST_SECRET = 32


def default_data_folder() -> Path:
    """Give `rxwarden` under the user's data home."""
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local" / "share")
    return Path(home) / "rxwarden"


class Settings(BaseSettings):
    """What RXWARDEN_* variables say; a combination that is unsafe outside the demo is refused.

    database_url: empty for SQLite in the data folder. secret: empty for one made once and kept in the data folder.
    allowed_addresses: exact `address:port` endpoints the crawler may contact though they are not public (demo only).
    contact: a URL or mail address in the crawler's user agent. public_url: where people reach the console.
    prevalence: the share of crawled pages that violate, which probabilities shown to people are corrected to; none for
    what the random sample says. sample_rate: the share of pages that people read although nothing was found on them.
    capture_budget_gb: the most that captures may take, in 10^9 bytes; none for as much as the disk holds.
    least_free_gb: what crawling leaves free on the disk. At either limit fetching stops; nothing is deleted.
    browser: `off`, `auto` for a Chromium on the PATH or Playwright's own, or the path of one; it draws the pages that
    say next to nothing without scripts and takes pictures of flagged ones, `browser_pages` of them a run at most.
    warc_megabytes: the size at which a file of the web archive is followed by the next.
    """

    model_config = SettingsConfigDict(env_prefix="RXWARDEN_", frozen=True, extra="ignore", validate_default=True)

    data: Path = Field(default_factory=default_data_folder)
    database_url: SecretStr = SecretStr("")
    secret: SecretStr = SecretStr("")
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    public_url: str = ""
    allowed_addresses: Annotated[tuple[str, ...], NoDecode] = ()
    contact: str = ""
    prevalence: float | None = Field(default=None, gt=0, lt=1)
    sample_rate: float = Field(default=0.01, ge=0, le=1)
    capture_budget_gb: float | None = Field(default=None, gt=0)
    least_free_gb: float = Field(default=0.5, ge=0)
    warc_megabytes: int = Field(default=1000, ge=1, le=100_000)
    browser: str = "off"
    browser_pages: int = Field(default=100, ge=1, le=100_000)
    demo: bool = False

    @field_validator("browser")
    @classmethod
    def _known_browser(cls, browser: str) -> str:
        if browser not in ("off", "auto") and not Path(browser).expanduser().is_file():
            raise ValueError(f"names no browser: {browser!r} is no file; give off, auto or the path of a Chromium")
        return browser if browser in ("off", "auto") else str(Path(browser).expanduser())

    @field_validator("data")
    @classmethod
    def _absolute(cls, folder: Path) -> Path:
        return folder.expanduser().absolute()

    @field_validator("database_url")
    @classmethod
    def _known_database(cls, url: SecretStr) -> SecretStr:
        text = url.get_secret_value()
        if text.startswith(("postgresql://", "postgres://")):
            text = "postgresql+psycopg://" + text.partition("://")[2]
        if text and not text.startswith(("sqlite:///", "postgresql+psycopg://")):
            raise ValueError("names a database that is not supported; use sqlite:///FILE or postgresql://…")
        return SecretStr(text)

    @field_validator("secret")
    @classmethod
    def _long_secret(cls, secret: SecretStr) -> SecretStr:
        if 0 < len(secret.get_secret_value()) < SHORTEST_SECRET:
            raise ValueError(
                f"is too short; give {SHORTEST_SECRET} random characters or more, or none to have one made"
            )
        return secret

    @field_validator("allowed_addresses", mode="before")
    @classmethod
    def _split_addresses(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _refuse_unsafe(self) -> Self:
        if self.demo and not self.is_local:
            raise ValueError("RXWARDEN_DEMO signs anybody in; keep RXWARDEN_HOST at 127.0.0.1 or turn the demo off")
        if self.allowed_addresses and not self.demo:
            raise ValueError(
                "RXWARDEN_ALLOWED_ADDRESSES opens inner addresses to the crawler; it needs RXWARDEN_DEMO=1"
            )
        if not self.is_local and urlsplit(self.public_url).scheme != "https":
            raise ValueError(
                "RXWARDEN_HOST is reachable from outside; set RXWARDEN_PUBLIC_URL to the https address of the proxy "
                "in front, so that sessions never travel in the clear"
            )
        return self

    @property
    def folder(self) -> DataFolder:
        """The data folder with its parts."""
        return DataFolder(self.data)

    @property
    def store_url(self) -> str:
        """The URL of the database in use."""
        return self.database_url.get_secret_value() or f"sqlite:///{self.folder.database}"

    @property
    def is_local(self) -> bool:
        """True when only this machine can reach the service."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def base_url(self) -> str:
        """Where people reach the console, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.public_url or f"http://{host}:{self.port}").rstrip("/")


def load_settings() -> Settings:
    """Read the environment; SettingsInvalid names each variable that is wrong and what to do."""
    try:
        return Settings()
    except ValidationError as problem:
        raise SettingsInvalid("; ".join(_sentence(error["loc"], error["msg"]) for error in problem.errors())) from None


def _sentence(location: tuple[int | str, ...], message: str) -> str:
    text = message.removeprefix("Value error, ")
    return f"RXWARDEN_{str(location[0]).upper()} {text}" if location else text
