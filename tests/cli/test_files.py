"""`mailer releases files`, `attach`, `detach`, and the files that come with an import."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

import pytest

from tests.cli.conftest import RELEASE, Command
from tests.releases.files import samples

TO = "redaktion@havnebladet.example"
FILES = """\
files:
  - {name: harbour.jpg, alt: A harbour at dawn, caption: {en: The harbour, fr: Le port}}
  - annex.pdf
---
Twelve harbours **agreed**.

![](harbour.jpg)

![A map](map.png)

![](https://elsewhere.example/a.png)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A manuscript with what lies beside it."""
    head = RELEASE.partition("---\nTwelve")[0]
    (tmp_path / "text").mkdir()
    (tmp_path / "text" / "en.md").write_text(head + FILES, encoding="utf-8")
    (tmp_path / "text" / "harbour.jpg").write_bytes(samples.photograph())
    (tmp_path / "text" / "map.png").write_bytes(samples.picture())
    named = samples.pdf(b"4 0 obj<</Author(Anna Keller)>>endobj\n")
    (tmp_path / "text" / "annex.pdf").write_bytes(named)
    return tmp_path / "text"


def test_an_import_brings_what_the_head_names_and_the_text_shows(
    ready: Command, folder: Path
) -> None:
    imported = ready("releases", "import", str(folder), "--json")

    assert imported.exit_code == 0, imported.err
    assert imported.document["files"] == [
        {"name": "harbour.jpg", "notes": []},
        {"name": "annex.pdf", "notes": ["it names its author"]},
        {"name": "map.png", "notes": []},
    ]
    harbour, annex, plan = ready("releases", "files", "31a26", "--json").document
    assert (harbour["alts"], harbour["captions"]) == (
        {"en": "A harbour at dawn"},
        {"en": "The harbour", "fr": "Le port"},
    )
    assert harbour["credit"] == "Harbour & Sea"
    assert (annex["kind"], plan["kind"]) == ("document", "picture")
    assert annex["link"].startswith("http://127.0.0.1:8025/f/")


def test_a_dry_run_brings_nothing(ready: Command, folder: Path) -> None:
    ready("releases", "import", str(folder), "--dry-run")

    assert ready("releases", "files", "31a26", "--json").document == []


def test_a_file_that_is_not_there_stops_the_import(ready: Command, folder: Path) -> None:
    (folder / "annex.pdf").unlink()

    answer = ready("releases", "import", str(folder))

    assert answer.exit_code == 2
    assert "en.md: the file annex.pdf is not there: put it beside the manuscript" in answer.err
    assert ready("releases", "files", "31a26", "--json").document == []


@pytest.mark.parametrize("name", ["../secret.pdf", "/etc/passwd"])
def test_a_head_names_no_file_elsewhere(ready: Command, folder: Path, name: str) -> None:
    text = (folder / "en.md").read_text(encoding="utf-8")
    (folder / "en.md").write_text(text.replace("- annex.pdf", f"- {name}"), encoding="utf-8")

    answer = ready("releases", "import", str(folder))

    assert answer.exit_code == 2
    assert "holds one of" in answer.err or "begin and end it" in answer.err


def test_a_file_is_attached_listed_and_taken_away(ready: Command, folder: Path) -> None:
    annex = str(folder / "annex.pdf")

    attached = ready("releases", "attach", "31a26", annex)
    assert attached.exit_code == 0, attached.err
    assert attached.out == "attached: annex.pdf (it names its author)\n"
    said = ready("releases", "attach", "31a26", annex, "--set", "credit=Harbour Forum")
    assert said.exit_code == 0, said.err
    (file,) = ready("releases", "files", "31a26", "--json").document
    assert file["credit"] == "Harbour Forum"
    wrong = ready("releases", "attach", "31a26", annex, "--set", "credits=x")
    assert (wrong.exit_code, "did you mean credit?" in wrong.err) == (2, True)
    assert ready("releases", "detach", "31a26", "annex.pdf").exit_code == 0
    assert ready("releases", "files", "31a26", "--json").document == []
    assert ready("releases", "detach", "31a26", "annex.pdf").exit_code == 2


def test_a_preview_carries_the_file_and_shows_the_picture(ready: Command, folder: Path) -> None:
    ready("releases", "import", str(folder))

    shown = ready("releases", "preview", "31a26", "--to", TO, "--as", "eml", "--json").document

    message = message_from_bytes(shown["content"].encode(), policy=SMTP)
    assert isinstance(message, EmailMessage)
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "annex.pdf"
    assert attached.get_content().startswith(b"%PDF-1.7")
    html = message.get_body(("html",)).get_content()  # type: ignore[union-attr]
    assert 'alt="A harbour at dawn"' in html
    assert "/map.png" in html


def test_an_office_has_a_logo_beside_its_description(ready: Command, tmp_path: Path) -> None:
    described = tmp_path / "office.toml"
    described.write_text('logo = "logo.png"\n', encoding="utf-8")
    (tmp_path / "logo.png").write_bytes(samples.picture())

    assert ready("office", "save", str(described), "--json").document["logo_id"]
    shown, sent = (
        ready("releases", "preview", "31a26", "--to", TO, "--as", form).out
        for form in ("html", "eml")
    )
    # A browser that opens the file has no message to look for it in.
    assert 'src="data:image/png;base64,' in shown
    assert "cid:" not in shown
    html = message_from_bytes(sent.encode(), policy=SMTP).get_body(("html",))
    assert 'src="cid:logo.' in html.get_content()  # type: ignore[union-attr]
    described.write_text('logo = ""\n', encoding="utf-8")
    assert ready("office", "save", str(described), "--json").document["logo_id"] is None


def test_a_logo_that_is_not_there_changes_nothing(ready: Command, tmp_path: Path) -> None:
    described = tmp_path / "office.toml"
    described.write_text('logo = "logo.png"\nname = "Other"\n', encoding="utf-8")

    answer = ready("office", "save", str(described))

    assert answer.exit_code == 2
    assert "the file logo.png is not there: put it beside office.toml" in answer.err
    assert ready("office", "show", "--json").document["name"] != "Other"


def test_the_office_says_how_documents_go_where_a_distribution_does_not(
    ready: Command, tmp_path: Path
) -> None:
    described = tmp_path / "office.toml"
    described.write_text("attaches_files = false\n", encoding="utf-8")
    assert ready("office", "save", str(described), "--json").document["attaches_files"] is False
    (tmp_path / "annex.pdf").write_bytes(samples.pdf())
    assert ready("releases", "attach", "31a26", str(tmp_path / "annex.pdf")).exit_code == 0
    preview = ready("releases", "preview", "31a26", "--to", TO, "--as", "eml").out
    assert "Content-Disposition: attachment" not in preview
    assert "/f/" in ready("releases", "preview", "31a26", "--to", TO).out

    words = ("distributions", "schedule", "31a26", "--audience", "beat:crime", "--at")
    numbers = [
        str(ready(*words, f"2030-01-0{day}T08:00", *how, "--json").document["distribution_id"])
        for day, how in ((1, ()), (2, ("--attach",)), (3, ("--links",)))
    ]
    told = [ready("distributions", "status", one, "--json").document for one in numbers]
    assert [one["attaches_files"] for one in told] == [False, True, False]

    described.write_text('attaches_files = "no"\n', encoding="utf-8")
    answer = ready("office", "save", str(described))
    assert answer.exit_code == 2
    assert "attaches_files: must be true or false" in answer.err


def test_a_distribution_may_send_links_to_everybody(ready: Command) -> None:
    words = ("distributions", "schedule", "31a26", "--audience", "beat:crime")

    usual = ready(*words, "--at", "2030-01-01T08:00", "--json").document
    links = ready(*words, "--at", "2030-01-02T08:00", "--links", "--json").document

    told = [
        ready("distributions", "status", str(one["distribution_id"]), "--json").document
        for one in (usual, links)
    ]
    assert [one["attaches_files"] for one in told] == [True, False]
    said = ready("distributions", "status", str(links["distribution_id"])).out
    assert "documents go as links" in said
