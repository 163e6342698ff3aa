"""Settings from the environment, `.env` and secret files; wrong ones say what is wrong in a line each."""

import re
from pathlib import Path

import pytest

from bot.settings import WrongSettings, load_settings
from storage.vault import new_encryption_key

TOKEN = "123456:abc-DEF_ghi"


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing of this machine's own settings."""
    monkeypatch.chdir(tmp_path)
    for name in ("BOT_TOKEN", "ENCRYPTION_KEYS", "PANEL_URL", "DATABASE_URL", "POLL_INTERVAL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("BOT_TOKEN", TOKEN)
    monkeypatch.setenv("ENCRYPTION_KEYS", new_encryption_key())


def wrong() -> list[str]:
    with pytest.raises(WrongSettings) as caught:
        load_settings()
    return caught.value.lines


def test_needs_only_a_token_and_an_encryption_key() -> None:
    settings = load_settings()
    assert settings.panel_url == "https://smm1st.com/api/v2"
    assert settings.name == "smm1st.com"
    assert settings.site == "https://smm1st.com"
    assert settings.database_path == Path("data/panelgram.db")
    assert settings.poll_interval == 60


def test_reads_dotenv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("PANEL_NAME=Best Panel\nADMIN_IDS=1, 2\nUNKNOWN=x\n")
    settings = load_settings()
    assert (settings.name, settings.admin_ids) == ("Best Panel", (1, 2))


@pytest.mark.parametrize("in_dotenv", [True, False])
def test_reads_each_secret_from_a_file_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, in_dotenv: bool
) -> None:
    monkeypatch.delenv("BOT_TOKEN")
    (tmp_path / "token").write_text(f"{TOKEN}\n")
    if in_dotenv:
        (tmp_path / ".env").write_text("BOT_TOKEN_FILE=token\n")
    else:
        monkeypatch.setenv("BOT_TOKEN_FILE", str(tmp_path / "token"))
    assert load_settings().token == TOKEN


def test_health_and_metrics_are_for_this_machine_unless_set(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load_settings().metrics_address == ("127.0.0.1", 9090)
    for text, address in (("0.0.0.0:80", ("0.0.0.0", 80)), ("bot.local:1", ("bot.local", 1)), ("off", None)):
        monkeypatch.setenv("METRICS_LISTEN", text)
        assert load_settings().metrics_address == address


@pytest.mark.parametrize("text", ["9090", "127.0.0.1", "127.0.0.1:99999", "http://127.0.0.1:9090", "on"])
def test_an_address_to_listen_on_is_a_host_and_a_port(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("METRICS_LISTEN", text)
    assert wrong() == ["METRICS_LISTEN: must be like 127.0.0.1:8090, or off"]


@pytest.mark.parametrize("url", ["https://bot.example.com", "https://bot.example.com:8443/a/b-c"])
def test_telegram_calls_https_at_four_ports(url: str) -> None:
    assert load_settings(webhook_url=url).webhook_url == url


def test_another_bot_api_server_may_call_by_http() -> None:
    ours = load_settings(telegram_api_url="http://127.0.0.1:8081", webhook_url="http://127.0.0.1:18090/tg")
    assert ours.webhook_url == "http://127.0.0.1:18090/tg"


def test_the_webhooks_secret_is_made_of_the_token_unless_given() -> None:
    made = load_settings().webhook_token
    assert re.fullmatch(r"[0-9a-f]{64}", made)
    assert made == load_settings().webhook_token != load_settings(bot_token="2:another").webhook_token
    assert load_settings(webhook_secret="a-secret_of-ours").webhook_token == "a-secret_of-ours"


def test_an_absolute_database_path() -> None:
    assert load_settings(database_url="sqlite:////var/lib/x.db").database_path == Path("/var/lib/x.db")


def test_says_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOT_TOKEN")
    monkeypatch.delenv("ENCRYPTION_KEYS")
    assert wrong() == [
        "BOT_TOKEN: is needed",
        "ENCRYPTION_KEYS: is needed; `panelgram keys new` prints a key",
    ]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("BOT_TOKEN", "secretsecret"),
        ("ENCRYPTION_KEYS", "c2VjcmV0c2VjcmV0"),
        ("ENCRYPTION_KEYS", "!secretsecret!"),
        ("ENCRYPTION_KEYS", ","),
        ("PANEL_URL", "ftp://x"),
        ("PANEL_URL", "https://panel.example.com:99999/api/v2"),
        ("PANEL_URL", "https://panel .example.com/api/v2"),
        ("PANEL_URL", "https://[::1/api/v2"),
        ("PANEL_SITE", "panel.example.com"),
        ("TELEGRAM_API_URL", "nothing"),
        ("DATABASE_URL", "mysql://x"),
        ("POLL_INTERVAL", "0"),
        ("POLL_INTERVAL", "soon"),
        ("POLL_INTERVAL", "nan"),
        ("WEBHOOK_URL", "http://bot.example.com/tg"),
        ("WEBHOOK_URL", "https://bot.example.com:444/tg"),
        ("WEBHOOK_URL", "https://user:secret@bot.example.com/tg"),
        ("WEBHOOK_URL", "https://bot.example.com/tg?secret=1"),
        ("WEBHOOK_LISTEN", "8090"),
        ("WEBHOOK_LISTEN", "127.0.0.1:70000"),
        ("WEBHOOK_SECRET", "secret too short"),
        ("WEBHOOK_SECRET", "secret" * 50),
        ("ADMIN_IDS", "me"),
        ("ADMIN_IDS", "-1001234567890"),
        ("ADMIN_IDS", "99999999999999999999"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_one_gives_one_line_without_the_secret(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    (line,) = wrong()
    assert line.startswith(f"{name}: ")
    assert "secret" not in line


def test_a_secret_file_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("BOT_TOKEN")
    monkeypatch.setenv("BOT_TOKEN_FILE", "/nowhere")
    assert wrong() == ["BOT_TOKEN_FILE: /nowhere cannot be read (FileNotFoundError)"]


def test_an_env_file_that_is_no_text_gives_one_line(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("PANEL_NAME=Gr\u00fcn\n".encode("latin-1"))
    assert wrong() == [".env: cannot be read (UnicodeDecodeError)"]


def test_a_setting_left_empty_is_one_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("PANEL_URL", "POLL_INTERVAL", "LOG_LEVEL", "ADMIN_IDS", "PANEL_SITE"):
        monkeypatch.setenv(name, "")
    assert load_settings().poll_interval == 60


def test_a_secret_given_twice_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BOT_TOKEN_FILE", "/nowhere")
    assert wrong() == ["BOT_TOKEN: is given twice, also as BOT_TOKEN_FILE"]
