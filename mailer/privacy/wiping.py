"""What is deleted is gone from the files, too: SQLite leaves deleted text in free pages and in its
write-ahead log, and a journal that was set aside quotes what relays answered.
"""

from pathlib import Path

import sqlalchemy as sa

from mailer.contacts.privacy.wording import Words
from mailer.database import translated

#: Where the lines of a worker keep their journals, in the home.
JOURNALS = "journals"
#: Where files wait that were sent in on the pages.
IMPORTS = "imports"
#: How long others may keep us from the file, in milliseconds.
PATIENCE = 60_000


def clear_files(engine: sa.Engine, *, home: Path, words: Words) -> bool:
    """After an erasure: the journals without her words, and the database file without what was
    deleted; False while somebody reads it.
    """
    scrub_journals(home / JOURNALS, words)
    return wipe(engine)


def wipe(engine: sa.Engine) -> bool:
    """Write the database file anew without what was deleted; False while somebody reads it.

    PostgreSQL does it by itself (autovacuum), and its files are the server's. Raises Unreachable
    when others hold the file for too long.
    """
    if engine.dialect.name != "sqlite":
        return True
    with translated():
        connection = engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={PATIENCE}")
            cursor.execute("VACUUM")
            busy, _, _ = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy
        finally:
            connection.close()


def waiting_files(home: Path) -> int:
    """How many files that were sent in on the pages wait to be imported: nobody looks into them,
    and they go by themselves within a day.
    """
    place = home / IMPORTS
    return sum(1 for one in place.iterdir() if one.is_dir()) if place.is_dir() else 0


def scrub_journals(folder: Path, words: Words) -> int:
    """Take the lines that quote her out of journals that were set aside; how many lines."""
    gone = 0
    for path in sorted(folder.glob("*.broken")):
        lines = path.read_bytes().splitlines(keepends=True)
        kept = [line for line in lines if not words.is_in(line.decode("utf-8", "replace"))]
        if len(kept) < len(lines):
            gone += len(lines) - len(kept)
            path.write_bytes(b"".join(kept))
    return gone
