"""Uploads that are broken on purpose, and disks that fail meanwhile."""

import errno
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, select
from starlette.testclient import TestClient

from mailer.models import ContactImport, Journalist
from mailer.settings import Settings
from mailer.web.importing import receiving, waiting
from tests.web.samples import Sample

NEW = "/contacts/imports/new"
CSV = "email,given_name,family_name,outlet\nkaren@havn.example,Karen,Holm,Havnebladet\n"
BASIS = b'--x\r\nContent-Disposition: form-data; name="basis"\r\n\r\nlegitimate_interest\r\n'
FILE = b'--x\r\nContent-Disposition: form-data; name="file"; filename="%s"\r\n\r\n'
END = b"\r\n--x--\r\n"
NOT_WHOLE = "did not arrive whole"
Send = Callable[..., Any]


@pytest.fixture(autouse=True)
def _office(sample: Sample) -> None:
    """The pages speak of times, and the office knows its zone."""


@pytest.fixture
def raw(desk: TestClient) -> Send:
    """Sends octets in as the form would."""

    def sent(body: bytes, kind: str = "multipart/form-data; boundary=x") -> Any:
        return desk.post(NEW, content=body, headers={"Content-Type": kind})

    return sent


@pytest.fixture
def send(raw: Send) -> Send:
    """Sends a whole file in."""
    return lambda name=b"a.csv": raw(BASIS + FILE % name + CSV.encode() + END)


def left(settings: Settings) -> list[Path]:
    return list((settings.home / "imports").glob("*"))


def seen(page: str) -> dict[str, str]:
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found
    return {"seen": found[1]}


def imported(engine: sa.Engine) -> tuple[int, int]:
    """How many imports there were, and how many people named Holm they brought."""
    with Session(engine) as session:
        people = session.exec(select(Journalist).where(Journalist.family_name == "Holm")).all()
        return len(session.exec(select(ContactImport)).all()), len(people)


@pytest.mark.parametrize(
    ("body", "boundary", "told"),
    [
        pytest.param(BASIS + END, "b" * 300, NOT_WHOLE, id="300"),
        pytest.param(BASIS + END, "b" * 5000, NOT_WHOLE, id="5000"),
        pytest.param(BASIS + END, "b" * 71, NOT_WHOLE, id="71"),
        pytest.param(BASIS + END, "", NOT_WHOLE, id="empty"),
        pytest.param(BASIS + END, '"', NOT_WHOLE, id="half quoted"),
        pytest.param(BASIS + END, "y", NOT_WHOLE, id="another"),
        pytest.param(BASIS + FILE % b"a.csv" + b"email\r\n", "x", NOT_WHOLE, id="cut off"),
        pytest.param(
            BASIS + FILE % (b"a" * 1_000_000) + b"email" + END, "x", NOT_WHOLE, id="long name"
        ),
        pytest.param(
            b"--x\r\n" + b"A: b\r\n" * 100_000 + b"\r\nemail" + END,
            "x",
            NOT_WHOLE,
            id="many headers",
        ),
        pytest.param(b"--x\r\n" + b"A" * 1_000_000 + END, "x", NOT_WHOLE, id="long header"),
        pytest.param(
            b"--x\r\nContent-Disposition: form-data; name=" + END,
            "x",
            NOT_WHOLE,
            id="no file name end",
        ),
        pytest.param(
            b"--x\r\n\r\n\r\n" * 200_000 + b"--x--\r\n",
            "x",
            "more parts than ours",
            id="many parts",
        ),
        pytest.param(
            BASIS + (FILE % b"a.csv" + b"email\r\n") * 2 + END,
            "x",
            "more than one file",
            id="two files",
        ),
        pytest.param(b"--x\r\n\r\nwithout a name" + END, "x", "hoose a file", id="nameless"),
    ],
)
def test_a_broken_form_is_told_and_nothing_of_it_kept(
    raw: Send, web_settings: Settings, body: bytes, boundary: str, told: str
) -> None:
    answer = raw(body, f"multipart/form-data; boundary={boundary}")
    assert answer.status_code == 400
    assert told in answer.text
    assert left(web_settings) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        (b"a\0b.csv", "ab.csv"),
        ("\u202evsc.exe\u202c.csv".encode(), "vsc.exe.csv"),
        (b"../../etc/passwd", "passwd"),
        (b"..\\..\\x.csv", "x.csv"),
        (b"\xff\xfe.csv", "\ufffd\ufffd.csv"),
        (b"a" * 3900 + b".csv", "a" * 176 + ".csv"),
        (b"said.json", "said.json"),
        (b"....", "contacts"),
    ],
)
def test_no_name_of_a_file_leads_out_of_its_folder(
    send: Send, desk: TestClient, web_settings: Settings, name: bytes, kept: str
) -> None:
    answer = send(name)
    assert answer.status_code == 303
    [folder] = left(web_settings)
    assert [path.name for path in (folder / "file").iterdir()] == [kept]
    assert desk.get(answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize("kind", ["multipart/form-data; boundary=" + "b" * 300, "x"])
def test_a_broken_form_of_any_page_is_told(desk: TestClient, kind: str) -> None:
    kind = "multipart/form-data" if kind == "x" else kind
    answer = desk.post("/contacts/lists/new", content=b"--x", headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert "open the page again" in answer.text


def test_a_nul_that_is_typed_is_left_out(
    raw: Send, desk: TestClient, sample: Sample, engine: sa.Engine
) -> None:
    source = b'--x\r\nContent-Disposition: form-data; name="source"\r\n\r\nCi\0sion\r\n'
    path = raw(BASIS + source + FILE % b"a.csv" + CSV.encode() + END).headers["Location"]
    assert desk.post(f"{path}/take", data=seen(desk.get(path).text)).status_code == 303
    with Session(engine) as session:
        held = select(Journalist).where(Journalist.family_name == "Holm")
        assert session.exec(held).one().source == "Cision"


# ------------------------------------------------------------------ a disk that fails


def test_a_folder_that_is_none_is_told(send: Send, web_settings: Settings) -> None:
    (web_settings.home / "imports").write_text("a file where the folder should be")
    answer = send()
    assert answer.status_code == 503
    assert "cannot be used (File exists), and nothing was changed" in answer.text
    assert "Ask whoever runs this machine" in answer.text


@pytest.mark.parametrize(
    ("code", "told"),
    [
        (errno.ENOSPC, "no room on the disk, and nothing was changed"),
        (errno.EDQUOT, "no room on the disk, and nothing was changed"),
        (errno.EACCES, "cannot be used (Permission denied), and nothing was changed"),
        (errno.EROFS, "cannot be used (Read-only file system), and nothing was changed"),
        (errno.EIO, "cannot be used (Input/output error), and nothing was changed"),
    ],
)
@pytest.mark.parametrize(
    ("of", "what"),
    [
        (receiving, "_private"),
        (waiting, "make_folder"),
        (waiting.Waiting, "say"),
        (waiting.Waiting, "find"),
    ],
)
def test_a_disk_that_fails_while_a_file_comes_in_is_told(
    send: Send,
    web_settings: Settings,
    engine: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
    of: Any,
    what: str,
    code: int,
    told: str,
) -> None:
    def failing(*_: Any, **__: Any) -> None:
        raise OSError(code, os.strerror(code), "/home/x/Karen Holm.csv")

    monkeypatch.setattr(of, what, failing)
    answer = send()
    assert answer.status_code == 503
    assert told in answer.text
    assert "Karen Holm.csv" not in answer.text
    assert left(web_settings) == []
    assert imported(engine) == (0, 0)


@pytest.mark.parametrize("button", ["preview", "take", "columns", "discard"])
def test_a_file_that_vanishes_meanwhile_is_told(
    send: Send, desk: TestClient, web_settings: Settings, engine: sa.Engine, button: str
) -> None:
    path = send().headers["Location"]
    mark = seen(desk.get(path).text)
    [folder] = left(web_settings)
    shutil.rmtree(folder / "file")
    (folder / "found.json").chmod(0o600)
    answer = desk.post(f"{path}/{button}", data=mark)
    assert answer.status_code == 303
    assert imported(engine) == (0, 0)
    if button == "discard":
        assert left(web_settings) == []
        return
    assert "Import these" not in desk.get(path).text
    shutil.rmtree(folder)
    answer = desk.post(f"{path}/{button}", data=mark)
    assert answer.status_code == 404
    assert "choose it again under Contacts, Import" in answer.text


def test_an_import_that_is_done_is_told_so_although_the_disk_is_full(
    send: Send,
    desk: TestClient,
    web_settings: Settings,
    engine: sa.Engine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path = send().headers["Location"]
    mark = seen(desk.get(path).text)

    def full(*_: Any) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(waiting.Waiting, "find", full)
    answer = desk.post(f"{path}/take", data=mark)
    assert answer.status_code == 303
    assert desk.get(answer.headers["Location"]).status_code == 200
    assert imported(engine) == (1, 1)
    assert left(web_settings) == []
    assert desk.post(f"{path}/take", data=mark).status_code == 404
    assert imported(engine) == (1, 1)
