"""Re-encrypts all that is stored with the first of ENCRYPTION_KEYS, whether the bot runs or not."""

from contextlib import ExitStack

from bot import logs
from bot.settings import Settings
from storage import rotation
from storage.database import DatabaseInUse
from storage.lock import of_database
from storage.opening import open_beside, require_file
from storage.rotation import Rotated
from storage.vault import Vault


async def rotate(settings: Settings) -> tuple[bool, list[str]]:
    """Whether the other keys are needed no more, and what to do now. Raises StorageError."""
    path, vault = settings.database_path, Vault(settings.keys, on_secret=logs.hide)
    require_file(path)
    with ExitStack() as held:
        try:
            held.enter_context(of_database(path))  # no bot starts meanwhile
            running = False
        except DatabaseInUse:
            running = True
        db = await open_beside(path)
        try:
            if running:
                await rotation.require_ready(db, vault)
            rotated = await rotation.rotate(db, vault, running=running)
        finally:
            await db.close()
    return not rotated.unreadable, _lines(rotated, vault)


def _lines(rotated: Rotated, vault: Vault) -> list[str]:
    done = f"{rotated.keys} panel key(s), {rotated.updates} waiting message(s)"
    lines = [f"re-encrypted with the first of ENCRYPTION_KEYS (id {vault.key_id}): {done}"]
    others = vault.key_ids[1:]
    if rotated.unreadable:
        lines.append(
            f"{rotated.unreadable} more need a key that is not in ENCRYPTION_KEYS, or are damaged: they were "
            "left as they are. If you have that key, put it behind the first and rotate again"
        )
    elif not (rotated.keys or rotated.updates):
        lines.append("all was so already. To change to another key, put that one first in ENCRYPTION_KEYS")
    if others and not rotated.unreadable:
        lines.append(
            f"nothing needs the key(s) behind the first any more (id {', '.join(others)}): remove them from "
            "ENCRYPTION_KEYS and restart the bot. Backups made before now still need them"
        )
    return lines
