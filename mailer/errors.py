"""What can go wrong, sorted by what the caller can do about it.

    MailerError
    ├── BadInput              fix the input and try again; nothing was written     (exit code 2)
    │   ├── SettingsError     a setting is missing or wrong; the message names it
    │   ├── NotFound          no such release, distribution, address, …
    │   └── BadToken          a link or bounce address that we did not sign
    ├── Refused               a rule of the trade forbids it; the message says which (exit code 1)
    └── Unreachable           again later: database, broker or relay is away        (exit code 3)
        ├── DiskFull          again once there is room; nothing was changed
        └── FolderUnusable    again once our folder can be read and written; nothing was changed

Every message is one line: what, why, what to do.
"""

import errno
import sqlite3


class MailerError(Exception):
    """The root; `exit_code` is what the command line ends with."""

    exit_code = 1


class BadInput(MailerError):
    """The input cannot be used as it is; nothing was written."""

    exit_code = 2


class SettingsError(BadInput):
    """A setting is missing or wrong; the message names it."""


class NotFound(BadInput):
    """Nothing goes by that name, reference or number."""


class BadToken(BadInput):
    """A link or a bounce address whose signature is not ours."""


class Refused(MailerError):
    """A rule forbids it now; the message says which rule and what lifts it."""


class Unreachable(MailerError):
    """The database, the broker or the relay does not answer; trying again later is right."""

    exit_code = 3


class DiskFull(Unreachable):
    """There is no room for what was to be written; nothing was changed."""

    def __init__(self) -> None:
        super().__init__(f"{NO_ROOM}; nothing was changed: make room, then do it again")


class FolderUnusable(Unreachable):
    """A file or folder of ours cannot be read or written; nothing was changed."""


NO_ROOM = "the disk is full, or refuses to be written"
#: A disk, a quota, or the limit of a process for the size of a file.
SYSTEM_CODES = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
SQLITE_CODES = (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR_WRITE)
#: PostgreSQL's disk_full.
SQLSTATE = "53100"


def is_disk_full(error: BaseException) -> bool:
    """Whether that is the cause, as the system, SQLite or PostgreSQL tells it."""
    cause = getattr(error, "orig", None) or error
    if isinstance(cause, OSError):
        return cause.errno in SYSTEM_CODES
    is_sqlites = getattr(cause, "sqlite_errorcode", None) in SQLITE_CODES
    return is_sqlites or getattr(cause, "sqlstate", None) == SQLSTATE
