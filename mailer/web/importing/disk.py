"""What goes wrong on the disk while a page works with files that wait, in words for its reader."""

from collections.abc import Iterator

from mailer.errors import DiskFull, FolderUnusable, NotFound, is_disk_full
from mailer.web.importing.waiting import GONE


def disk_told() -> Iterator[None]:
    """Lets a page say that a file is gone, that the disk is full, or that a folder is unusable.

    Raises NotFound, DiskFull or FolderUnusable for an OSError of the page. No name of a file is
    told or logged: it may be that of a person.
    """
    try:
        yield
    except FileNotFoundError as gone:
        raise NotFound(GONE) from gone
    except OSError as wrong:
        if is_disk_full(wrong):
            raise DiskFull from wrong
        raise FolderUnusable(
            f"the folder for files that are sent in cannot be used ({wrong.strerror or wrong}), and"
            " nothing was changed. Ask whoever runs this machine to see to “imports” in the home"
            " folder, then try again"
        ) from wrong
