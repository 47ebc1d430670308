"""`mailer releases preview --as pdf`: the print that an address would get."""

import subprocess
import sys
from base64 import b64decode

import pytest

from tests.cli.conftest import Command
from tests.compose.printing.paper import language_of, text_in

PREVIEW = ("releases", "preview", "31a26", "--to")


def test_it_prints_the_release_for_that_address(ready: Command) -> None:
    answer = ready(*PREVIEW, "redaktion@havnebladet.example", "--as", "pdf", "--json")
    assert answer.exit_code == 0, answer.err
    pdf = b64decode(answer.document["content"])
    assert (answer.document["as"], answer.document["pages"]) == ("pdf", 1)
    assert language_of(pdf) == "da"
    told = text_in(pdf)
    assert "Antal sider (inkl. denne): 1" in told
    assert "Twelve harbours agree on a code of conduct" in told


def test_it_writes_the_file_and_nothing_else(ready: Command) -> None:
    words = (*PREVIEW, "redaktion@havnebladet.example", "--as", "pdf")
    done = subprocess.run([sys.executable, "-m", "mailer", *words], capture_output=True, check=True)
    assert done.stdout.startswith(b"%PDF-")
    assert done.stdout == b64decode(ready(*words, "--json").document["content"])


def test_the_message_tells_the_pages_of_the_print(ready: Command) -> None:
    to = "redaktion@havnebladet.example"
    for form in ("text", "html", "eml"):
        assert "Antal sider (inkl. denne): 1" in ready(*PREVIEW, to, "--as", form).out


def test_without_typst_it_says_what_to_install(
    ready: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    to = "redaktion@havnebladet.example"
    answer = ready(*PREVIEW, to, "--as", "pdf")
    assert (answer.exit_code, answer.out) == (2, "")
    assert "install press-mailer[pdf]" in answer.err
    assert "Antal sider" not in ready(*PREVIEW, to, "--as", "text").out
