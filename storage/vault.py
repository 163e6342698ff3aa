"""Panel keys at rest: AES-256-GCM, bound to the chat and the panel they belong to."""

import base64
import binascii
import hashlib
import hmac
import secrets
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.database import Database, WrongEncryptionKey

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


class Vault:
    """Encrypts with the first of the keys, decrypts with any of them.

    `on_secret` hears of every panel key that passes in clear, so that logs can hide it.
    """

    def __init__(self, keys: Sequence[bytes], on_secret: Callable[[str], None] = lambda _: None) -> None:
        self._ciphers = {hashlib.sha256(key).hexdigest()[:8]: AESGCM(key) for key in keys}
        self.key_id = next(iter(self._ciphers))
        self._pepper = hashlib.sha256(b"pseudonym" + keys[0]).digest()
        self._on_secret = on_secret

    def seal(self, panel_key: str, *, chat_id: int, panel: str) -> bytes:
        self._on_secret(panel_key)
        nonce = secrets.token_bytes(_NONCE)
        cipher = self._ciphers[self.key_id]
        return nonce + cipher.encrypt(nonce, panel_key.encode(), _owner(chat_id, panel))

    def open(self, sealed: bytes, *, key_id: str, chat_id: int, panel: str) -> str:
        """The panel key in clear. Raises WrongEncryptionKey, also when it belongs to someone else."""
        try:
            cipher = self._ciphers[key_id]
            clear = cipher.decrypt(sealed[:_NONCE], sealed[_NONCE:], _owner(chat_id, panel)).decode()
        except (KeyError, InvalidTag) as error:
            raise WrongEncryptionKey("a stored panel key cannot be decrypted") from error
        self._on_secret(clear)
        return clear

    def pseudonym(self, chat_id: int) -> str:
        """A stand-in for a chat that nobody can turn back without the encryption key."""
        return hmac.new(self._pepper, str(chat_id).encode(), hashlib.sha256).hexdigest()[:24]

    async def check(self, db: Database) -> None:
        """Raises WrongEncryptionKey when a stored panel key needs an encryption key we lack."""
        rows = await db.read(
            "SELECT DISTINCT encryption_key_id FROM accounts WHERE encrypted_key IS NOT NULL"
        )
        missing = {row["encryption_key_id"] for row in rows} - self._ciphers.keys()
        if missing:
            raise WrongEncryptionKey(
                "the database holds panel keys encrypted with another key "
                f"({', '.join(sorted(missing))}): add it to ENCRYPTION_KEYS"
            )


def _owner(chat_id: int, panel: str) -> bytes:
    return f"{chat_id}\n{panel}".encode()
