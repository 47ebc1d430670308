"""What the pages name is there, or nothing is served."""

import shutil
from pathlib import Path

import pytest

from mailer.errors import SettingsError
from mailer.web.static_files import FOLDER, refuse_missing


def test_all_that_the_pages_name_is_there() -> None:
    refuse_missing()


def test_a_copy_of_the_source_that_was_not_set_up_says_what_to_do(tmp_path: Path) -> None:
    fetched = shutil.ignore_patterns("vendor")
    folder = Path(shutil.copytree(FOLDER, tmp_path / "static", ignore=fetched))
    with pytest.raises(SettingsError, match=r"dev\.py setup") as refused:
        refuse_missing(folder)
    assert "vendor/htmx.min.js, vendor/tabler.min.css" in str(refused.value)
