"""Every setting, with its unit and default. The only reader of the environment."""

import hmac
import re
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from storage.vault import read_encryption_key

TELEGRAM = "https://api.telegram.org"
_SQLITE = re.compile(r"sqlite:///(.+)")
_LISTENING = re.compile(r"([\w.-]+):(\d{1,5})")
_CHAT_NUMBER = re.compile(r"[1-9][0-9]{0,15}")
OFF = "off"
_WEBHOOK = re.compile(r"(?P<scheme>https?)://[A-Za-z0-9.-]+(:(?P<port>\d{1,5}))?(/[A-Za-z0-9._~/-]*)?")
TELEGRAMS_PORTS = {None, "443", "80", "88", "8443"}


class WrongSettings(Exception):
    """`lines` say what is wrong, a setting each, without any secret."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def _http_url(text: str) -> str:
    if not _is_http_url(text):
        raise ValueError("must be an address like https://example.com/api/v2")
    return text.rstrip("/")


def _http_url_if_any(text: str) -> str:
    return _http_url(text) if text else ""


def _is_http_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
        return (
            parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0 and " " not in text
        )
    except ValueError:  # its port is no port, or its address no address
        return False


def _database_url(text: str) -> str:
    if not _SQLITE.fullmatch(text):
        raise ValueError("must be like sqlite:///relative.db or sqlite:////absolute/path.db")
    return text


def _listening(text: str) -> str:
    found = _LISTENING.fullmatch(text)
    if found is None or not 0 < int(found[2]) < 65536:
        raise ValueError("must be like 127.0.0.1:8090")
    return text


def _listening_or_off(text: str) -> str:
    try:
        return _listening(text) if text not in {"", OFF} else OFF
    except ValueError as error:
        raise ValueError(f"{error}, or off") from None


HttpUrl = Annotated[str, AfterValidator(_http_url)]


class Settings(BaseSettings):
    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", env_ignore_empty=True, extra="ignore"
    )

    bot_token: SecretStr
    bot_token_file: str = ""  # in place of bot_token
    telegram_api_url: HttpUrl = TELEGRAM
    webhook_url: str = ""  # what Telegram calls; without it we poll
    webhook_listen: Annotated[str, AfterValidator(_listening)] = "127.0.0.1:8090"
    webhook_secret: SecretStr = SecretStr("")  # default: made of bot_token
    webhook_secret_file: str = ""  # in place of webhook_secret
    panel_url: HttpUrl = "https://smm1st.com/api/v2"
    panel_name: str = ""
    # where people get a key and top up; default: the site of panel_url
    panel_site: Annotated[str, AfterValidator(_http_url_if_any)] = ""
    support_contact: str = ""
    database_url: Annotated[str, AfterValidator(_database_url)] = "sqlite:///data/panelgram.db"
    encryption_keys: Annotated[SecretStr, NoDecode]
    encryption_keys_file: str = ""  # in place of encryption_keys
    poll_interval: float = Field(60.0, gt=0, le=86400)  # seconds between looks at a fresh order
    price_list_pause: float = Field(360.0, gt=0, le=86400)  # seconds between two fetches of a key's
    panel_requests_per_minute: int = Field(0, ge=0, le=60_000)  # 0: as many as it takes
    admin_ids: Annotated[tuple[int, ...], NoDecode] = ()
    metrics_listen: Annotated[str, AfterValidator(_listening_or_off)] = "127.0.0.1:9090"  # or "off"
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    log_format: Literal["console", "json"] = "console"

    @field_validator("bot_token")
    @classmethod
    def _token(cls, token: SecretStr) -> SecretStr:
        if not re.fullmatch(r"\d+:[\w-]+", token.get_secret_value()):
            raise ValueError("must be as @BotFather gives it: digits, a colon, letters")
        return token

    @field_validator("webhook_url")
    @classmethod
    def _webhook(cls, url: str, info: ValidationInfo) -> str:
        """Another Bot API server than Telegram's own may call by http and at any port."""
        if not url:
            return url
        found = _WEBHOOK.fullmatch(url)
        if found is None:
            raise ValueError("must be an address like https://bot.example.com/telegram")
        ours = info.data.get("telegram_api_url") != TELEGRAM
        if not ours and (found["scheme"] != "https" or found["port"] not in TELEGRAMS_PORTS):
            raise ValueError("must be https, at port 443, 80, 88 or 8443: Telegram calls no other")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _secret(cls, secret: SecretStr) -> SecretStr:
        if not re.fullmatch(r"([A-Za-z0-9_-]{16,256})?", secret.get_secret_value()):
            raise ValueError("must be 16 to 256 characters of A-Z, a-z, 0-9, _ and -")
        return secret

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
        if not isinstance(ids, str):
            return ids
        if not all(_CHAT_NUMBER.fullmatch(one) for one in _split(ids)):
            raise ValueError("must be people's chat numbers, separated by commas")
        return tuple(int(one) for one in _split(ids))

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level

    @property
    def token(self) -> str:
        return self.bot_token.get_secret_value()

    @property
    def webhook_token(self) -> str:
        """By which we know that Telegram calls. Made of the bot token, it tells nothing about it."""
        made = hmac.digest(self.token.encode(), b"the webhook's secret", "sha256").hex()
        return self.webhook_secret.get_secret_value() or made

    @property
    def webhook_address(self) -> tuple[str, int]:
        return _address(self.webhook_listen)

    @property
    def keys(self) -> list[bytes]:
        return [read_encryption_key(text) for text in _split(self.encryption_keys.get_secret_value())]

    @property
    def database_path(self) -> Path:
        return Path(self.database_url.removeprefix("sqlite:///"))

    @property
    def metrics_address(self) -> tuple[str, int] | None:
        """Where health and metrics are served; None: nowhere."""
        return None if self.metrics_listen == OFF else _address(self.metrics_listen)

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
        for name in ("bot_token", "encryption_keys", "webhook_secret"):
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
    except (OSError, UnicodeDecodeError) as error:
        raise WrongSettings([f".env: cannot be read ({type(error).__name__})"]) from None


def _line(problem: Any) -> str:
    name = str(problem["loc"][0]).upper()
    if problem["type"] == "missing":
        hint = "; `panelgram keys new` prints a key" if name == "ENCRYPTION_KEYS" else ""
        return f"{name}: is needed{hint}"
    return f"{name}: {problem['msg'].removeprefix('Value error, ')}"


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


def _split(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
