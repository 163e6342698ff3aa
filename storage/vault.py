"""Panel keys at rest: AES-256-GCM, bound to the chat and the panel they belong to."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.database import Database, Row, WrongEncryptionKey

_KEY_ID = 8  # characters
_MOMENTARY = b"inbox"
_TRIED = 20  # rows at the start
_NONCE = 12  # bytes, as NIST SP 800-38D recommends for GCM


def new_encryption_key() -> str:
    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode()


def read_encryption_key(text: str) -> bytes:
    """The 32 bytes of a key as `new_encryption_key` writes it. Raises ValueError, without the text."""
    try:
        raw = base64.b64decode(text, altchars=b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise ValueError("not urlsafe base64") from None
    if len(raw) != 32:
        raise ValueError(f"{len(raw)} bytes, where 32 are needed")
    return raw


STORED_KEYS = (
    "SELECT id, chat_id, panel, encrypted_key, encryption_key_id FROM accounts "
    "WHERE encrypted_key IS NOT NULL"
)
WAITING = "SELECT update_id, body FROM inbox WHERE body IS NOT NULL"


class Vault:
    """Encrypts with the first of the keys, decrypts with any of them.

    `on_secret` hears of every panel key that passes in clear, so that logs can hide it.
    """

    def __init__(self, keys: Sequence[bytes], on_secret: Callable[[str], None] = lambda _: None) -> None:
        self._ciphers = {hashlib.sha256(key).hexdigest()[:_KEY_ID]: AESGCM(key) for key in keys}
        self.key_ids = tuple(self._ciphers)
        self.key_id = self.key_ids[0]
        self._pepper = hashlib.sha256(b"pseudonym" + keys[0]).digest()
        self._on_secret = on_secret

    def seal(self, panel_key: str, *, chat_id: int, panel: str) -> bytes:
        self._on_secret(panel_key)
        return self._encrypt(panel_key.encode(), _owner(chat_id, panel))

    def open(self, sealed: bytes, *, key_id: str, chat_id: int, panel: str) -> str:
        """The panel key in clear. Raises WrongEncryptionKey, also when it belongs to someone else."""
        clear = self._decrypt(sealed, key_id, _owner(chat_id, panel)).decode()
        self._on_secret(clear)
        return clear

    def wrap(self, text: str) -> bytes:
        """For what may hold a key and waits only for moments; names its encryption key itself."""
        return self.key_id.encode() + self._encrypt(text.encode(), _MOMENTARY)

    def unwrap(self, wrapped: bytes) -> str:
        """Raises WrongEncryptionKey."""
        key_id, sealed = _key_id(wrapped), wrapped[_KEY_ID:]
        return self._decrypt(sealed, key_id, _MOMENTARY).decode()

    def _encrypt(self, clear: bytes, owner: bytes) -> bytes:
        nonce = secrets.token_bytes(_NONCE)
        return nonce + self._ciphers[self.key_id].encrypt(nonce, clear, owner)

    def _decrypt(self, sealed: bytes, key_id: str, owner: bytes) -> bytes:
        try:
            return self._ciphers[key_id].decrypt(sealed[:_NONCE], sealed[_NONCE:], owner)
        except (KeyError, ValueError, InvalidTag) as error:
            raise WrongEncryptionKey("what is stored cannot be decrypted with ENCRYPTION_KEYS") from error

    def pseudonym(self, chat_id: int) -> str:
        """A stand-in for a chat that nobody can turn back without the encryption key."""
        return hmac.new(self._pepper, str(chat_id).encode(), hashlib.sha256).hexdigest()[:24]

    async def check(self, db: Database) -> None:
        """Raises WrongEncryptionKey when what is stored needs an encryption key we lack.

        Of what a key of ours should open the newest is tried; a single bad row is no reason not to start.
        """
        needed = await db.read(
            "SELECT CAST(encryption_key_id AS BLOB) AS id FROM accounts WHERE encrypted_key IS NOT NULL "
            "UNION SELECT substr(body, 1, :length) FROM inbox WHERE body IS NOT NULL",
            length=_KEY_ID,
        )
        missing = {_key_id(row["id"]) for row in needed} - self._ciphers.keys()
        if missing:
            raise WrongEncryptionKey(
                "the database holds panel keys encrypted with another key "
                f"({', '.join(sorted(missing))}): add it to ENCRYPTION_KEYS"
            )
        keys = await db.read(f"{STORED_KEYS} ORDER BY created_at DESC LIMIT :most", most=_TRIED)
        waiting = await db.read(f"{WAITING} ORDER BY update_id DESC LIMIT :most", most=_TRIED)
        for rows, opens in ((keys, self.opens), (waiting, self.unwraps)):
            if rows and not any(opens(row) for row in rows):
                raise WrongEncryptionKey(
                    "the database holds panel keys that none of ENCRYPTION_KEYS decrypts: "
                    "is it the right database, and undamaged?"
                )

    def opens(self, account: Row) -> bool:
        """Whether the key in a row of accounts can be decrypted."""
        try:
            self.open(
                account["encrypted_key"],
                key_id=account["encryption_key_id"],
                chat_id=account["chat_id"],
                panel=account["panel"],
            )
        except WrongEncryptionKey:
            return False
        return True

    def unwraps(self, waiting: Row) -> bool:
        """Whether the body in a row of the inbox can be decrypted."""
        try:
            self.unwrap(waiting["body"])
        except WrongEncryptionKey:
            return False
        return True


def _key_id(wrapped: bytes) -> str:
    return wrapped[:_KEY_ID].decode("latin-1")  # whatever stands there


def _owner(chat_id: int, panel: str) -> bytes:
    return f"{chat_id}\n{panel}".encode()
