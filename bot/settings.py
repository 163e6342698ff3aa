"""Every setting, with its unit and default. The only reader of the environment."""

import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from storage.vault import read_encryption_key

_SQLITE = re.compile(r"sqlite:///(.+)")


class WrongSettings(Exception):
    """`lines` say what is wrong, a setting each, without any secret."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def _http_url(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError("must be an address like https://example.com/api/v2")
    return text.rstrip("/")


def _database_url(text: str) -> str:
    if not _SQLITE.fullmatch(text):
        raise ValueError("must be like sqlite:///relative.db or sqlite:////absolute/path.db")
    return text


HttpUrl = Annotated[str, AfterValidator(_http_url)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    bot_token: SecretStr
    bot_token_file: str = ""  # in place of bot_token
    telegram_api_url: HttpUrl = "https://api.telegram.org"
    panel_url: HttpUrl = "https://smm1st.com/api/v2"
    panel_name: str = ""
    panel_site: str = ""  # where people get a key and top up; default: the site of panel_url
    support_contact: str = ""
    database_url: Annotated[str, AfterValidator(_database_url)] = "sqlite:///data/panelgram.db"
    encryption_keys: Annotated[SecretStr, NoDecode]
    encryption_keys_file: str = ""  # in place of encryption_keys
    poll_interval: float = Field(60.0, gt=0, le=86400)  # seconds between looks at a fresh order
    price_list_pause: float = Field(360.0, gt=0, le=86400)  # seconds between two fetches of a key's
    panel_requests_per_minute: int = Field(0, ge=0, le=60_000)  # 0: as many as it takes
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"

    @field_validator("bot_token")
    @classmethod
    def _token(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d+:[\w-]+", token.get_secret_value()):
            raise ValueError("must be as @BotFather gives it: digits, a colon, letters")
        return token

    @field_validator("encryption_keys")
    @classmethod
    def _keys(cls, keys: SecretStr) -> SecretStr:
        for number, text in enumerate(_split(keys.get_secret_value()), start=1):
            try:
                read_encryption_key(text)
            except ValueError as error:
                raise ValueError(f"key {number} is no urlsafe base64 of 32 bytes ({error})") from None
        if not _split(keys.get_secret_value()):
            raise ValueError("is empty; `panelgram keys new` prints a key")
        return keys

    @field_validator("admin_ids", mode="before")
    @classmethod
    def _admins(cls, ids: object) -> object:
        try:
            return tuple(int(one) for one in _split(ids)) if isinstance(ids, str) else ids
        except ValueError:
            raise ValueError("must be chat numbers, separated by commas") from None

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @property
    def token(self) -> str:
        return self.bot_token.get_secret_value()

    @property
    def keys(self) -> list[bytes]:
        return [read_encryption_key(text) for text in _split(self.encryption_keys.get_secret_value())]

    @property
    def database_path(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def site(self) -> str:
        parts = urlsplit(self.panel_url)
        return self.panel_site or f"{parts.scheme}://{parts.netloc}"

    @property
    def name(self) -> str:
        return self.panel_name or (urlsplit(self.panel_url).hostname or "the panel")

    @model_validator(mode="before")
    @classmethod
    def _read_secret_files(cls, values: dict[str, Any]) -> dict[str, Any]:
        for name in ("bot_token", "encryption_keys"):
            path = values.pop(f"{name}_file", "")
            if not path:
                continue
            if name in values:
                raise WrongSettings([f"{name.upper()}: is given twice, also as {name.upper()}_FILE"])
            try:
                values[name] = Path(path).read_text(encoding="utf-8").strip()
            except (OSError, UnicodeDecodeError) as error:
                line = f"{name.upper()}_FILE: {path} cannot be read ({type(error).__name__})"
                raise WrongSettings([line]) from None
        return values


def load_settings(**given: Any) -> Settings:
    """The settings of the environment and `.env`; `given` ones take precedence. Raises WrongSettings."""
    try:
        return Settings(**given)
    except ValidationError as error:
        raise WrongSettings([_line(problem) for problem in error.errors()]) from None


def _line(problem: Any) -> str:
    name = str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        hint = "; `panelgram keys new` prints a key" if name == "ENCRYPTION_KEYS" else ""
        return f"{name}: is needed{hint}"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
