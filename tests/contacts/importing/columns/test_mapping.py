from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.contacts.importing.columns import (
    fingerprint,
    load_mapping,
    read_header,
    recall,
    remember,
)
from mailer.errors import BadInput


def mapping_file(tmp_path: Path, text: str, name: str = "columns.yaml") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("columns.yaml", "Deadline: ignore\n\ufeffWho: person.full_name\n'No': Person.Title\nX:\n"),
        (
            "columns.json",
            '{"Deadline": "ignore", "Who": "person.full_name", "No": "person.title", "X": null}',
        ),
    ],
)
def test_a_mapping_is_a_line_for_each_column(tmp_path: Path, name: str, text: str) -> None:
    assert load_mapping(mapping_file(tmp_path, text, name)) == {
        "Deadline": "ignore",
        "Who": "person.full_name",
        "No": "person.title",
        "X": "ignore",
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "no mapping of columns"),
        ("- a\n- b\n", "no mapping of columns"),
        ("a: b: c\n", "cannot be read"),
        ("Who: person.fullname\n", "did you mean 'person.full_name'"),
        ("Who: [a]\n", "nothing that a column can mean"),
        ("No: ignore\n", "put it into quotation marks"),
        ("a: !!python/object:os.system x\n", "cannot be read"),
    ],
)
def test_what_is_no_mapping_is_refused(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadInput, match=told):
        load_mapping(mapping_file(tmp_path, text))


def test_a_mapping_that_is_not_there_or_no_text_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot read"):
        load_mapping(tmp_path / "none.yaml")
    (tmp_path / "bad.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="UTF-8"):
        load_mapping(tmp_path / "bad.yaml")
    with pytest.raises(BadInput, match="too large"):
        load_mapping(mapping_file(tmp_path, "#" * 1_000_001))


def test_a_mapping_counts_before_every_way_of_finding_out() -> None:
    said = {"EMAIL ": "desk.email", "Surname": "tags", "not there": "ignore"}
    columns = read_header(["\ufeffEmail", "Surname"], mapping=said)
    assert columns.targets == ("desk.email", "tags")
    (notice,) = columns.notices
    assert "'not there', which is not in the file" in notice


def test_the_same_header_row_has_the_same_fingerprint() -> None:
    known = fingerprint(["Email", "Name"])
    assert known == fingerprint(["\ufeffEMAIL", " name ", "", ""])
    assert known not in {fingerprint(["Name", "Email"]), fingerprint(["EmailName"])}


def test_what_was_said_once_is_known_for_the_same_header_row(engine: sa.Engine) -> None:
    header = ["Email", "Deadline", "Who"]
    said = {"Deadline": "ignore", "Who": "person.full_name"}
    with Session(engine) as session:
        remember(session, read_header(header, mapping=said), "forward planner")
        session.commit()
    with Session(engine) as session:
        again = read_header(
            ["EMAIL", "deadline", "who"], remembered=lambda mark: recall(session, mark)
        )
        assert again.targets == ("role.email", "ignore", "person.full_name")
        assert again.found_by == ("remembered",) * 3
        assert recall(session, fingerprint(["Email", "Deadline"])) is None


def test_what_is_said_now_counts_before_what_was_said_and_is_kept(engine: sa.Engine) -> None:
    with Session(engine) as session:
        first = read_header(["Email", "Who"], mapping={"Who": "person.full_name"})
        kept = remember(session, first, "planner")
        second = read_header(
            ["Email", "Who"],
            mapping={"Who": "outlet.name"},
            remembered=lambda mark: recall(session, mark),
        )
        assert second.found_by == ("remembered", "mapping")
        again = remember(session, second)
        assert (again.id, again.name) == (kept.id, "planner")
        assert recall(session, second.fingerprint) == {"1": "role.email", "2": "outlet.name"}


def test_no_word_of_the_row_is_remembered(engine: sa.Engine) -> None:
    with Session(engine) as session:
        header = ["Mette", "Lund", "+45 33 12 00 00"]
        said = dict(zip(header, ("person.given_name", "person.family_name", "ignore"), strict=True))
        kept = remember(session, read_header(header, mapping=said))
        assert "Mette" not in kept.model_dump_json()
        again = read_header(header, remembered=lambda mark: recall(session, mark))
        assert again.targets == tuple(said.values())


def test_what_was_remembered_by_words_is_still_known() -> None:
    old = {"Email": "desk.email", "Who": "outlet.name"}
    columns = read_header(["EMAIL", "Who"], remembered=lambda _: old)
    assert columns.targets == ("desk.email", "outlet.name")
