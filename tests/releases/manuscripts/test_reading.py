"""A manuscript becomes a draft, or the file and the key that stand in the way are named."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from mailer.errors import BadInput
from mailer.models import ReleaseKind
from mailer.releases.manuscripts.occasions import OccasionDraft
from mailer.releases.manuscripts.reading import ContactRecord, EditionDraft, read_manuscript

SAMPLES = Path(__file__).parents[2] / "samples" / "releases"
GOOD = {"language": "en", "title": "Twelve harbours", "date": "2026-11-23"}


def read(tmp_path: Path, body: str = "Text", **keys: str | None) -> EditionDraft:
    lines = [f"{key}: {value}" for key, value in (GOOD | keys).items() if value is not None]
    path = tmp_path / "en.md"
    path.write_text("\n".join(["---", *lines, "---", body]), encoding="utf-8")
    return read_manuscript(path)


def test_every_key_is_taken() -> None:
    draft = read_manuscript(SAMPLES / "harbours" / "en.md")
    assert draft.file == "en.md"
    assert draft.kind is ReleaseKind.STATEMENT
    assert (draft.language, draft.place) == ("en", "Luxembourg")
    assert draft.title == "Twelve harbours agree on a common code of conduct"
    assert draft.subtitle == "Night shifts, shore power and rescue come first"
    assert draft.dated_on == date(2026, 11, 23)
    assert draft.beats == ("transport", "labour")
    assert draft.embargo_until == datetime.fromisoformat("2026-11-24T08:00")
    assert draft.publish_at is None
    assert draft.contacts == (
        ContactRecord(
            key="mira.lund",
            name="Mira Lund",
            role="Press officer",
            phone="+352 99 00 00 21",
            email="mira.lund@harbour.example",
        ),
        ContactRecord(name="Duty desk", mobile="+352 99 00 00 22"),
    )
    assert draft.body.startswith("Twelve harbours on four coasts")
    assert draft.body.endswith("(mailto:desk@harbour.example).")


def test_occasions_keep_their_own_clock_and_a_day_lasts_until_its_last_minute() -> None:
    signing, table = read_manuscript(SAMPLES / "harbours" / "en.md").occasions
    assert signing == OccasionDraft(
        title="Signing of the code",
        place="Old Customs House",
        starts=datetime.fromisoformat("2026-12-01T10:00"),
        ends=datetime.fromisoformat("2026-12-01T11:30"),
        zone="Europe/Luxembourg",
    )
    assert table.starts == datetime.fromisoformat("2026-12-02T00:00")
    assert table.ends == datetime.fromisoformat("2026-12-03T23:59")
    assert not table.is_open_to_press


def test_a_heading_is_the_title_and_norwegian_is_bokmal() -> None:
    draft = read_manuscript(SAMPLES / "norwegian.md")
    assert (draft.title, draft.language) == ("Tolv havner blir enige", "nb")
    assert draft.body == "Tolv havner på fire kyster er enige om felles regler."
    assert draft.reference == "365e09"


def test_a_heading_that_repeats_the_title_is_not_printed_twice(tmp_path: Path) -> None:
    assert read(tmp_path, "\n# Twelve  harbours #\n\nText\n").body == "Text"


def test_any_other_heading_stays_in_the_text(tmp_path: Path) -> None:
    assert read(tmp_path, "# Background\n\nText").body == "# Background\n\nText"


def test_a_second_heading_is_no_title(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"en\.md: title is missing"):
        read(tmp_path, "## Background\n\nText", title=None)


def test_blank_lines_around_the_text_go_but_its_first_indent_stays(tmp_path: Path) -> None:
    assert read(tmp_path, "\n \n  first\n\nlast  \n\n").body == "  first\n\nlast"


@pytest.mark.parametrize("key", ["language", "title", "date"])
@pytest.mark.parametrize("value", [None, "", '"  "'])
def test_a_missing_key_is_named(tmp_path: Path, key: str, value: str | None) -> None:
    with pytest.raises(BadInput, match=f"^en.md: {key} is missing"):
        read(tmp_path, **{key: value})


@pytest.mark.parametrize("body", ["", " \n\n", "# Twelve harbours\n"])
def test_a_missing_body_is_named(tmp_path: Path, body: str) -> None:
    with pytest.raises(BadInput, match=r"^en\.md: body is missing"):
        read(tmp_path, body)


@pytest.mark.parametrize("reference", ["2026-001", "365a09", "IP/07/760", "A.b_c-1"])
def test_a_reference_is_letters_and_digits_joined_by_signs(tmp_path: Path, reference: str) -> None:
    assert read(tmp_path, reference=reference).reference == reference


@pytest.mark.parametrize("reference", ["../up", "a b", "a--b", "-1", "übung", "a/", "x" * 65])
def test_a_reference_that_breaks_an_address_is_refused(tmp_path: Path, reference: str) -> None:
    with pytest.raises(BadInput, match=r"^en\.md: reference must"):
        read(tmp_path, reference=f'"{reference}"')


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("Embargo lifted", ReleaseKind.EMBARGO_LIFTED), ("op_ed", ReleaseKind.OP_ED), ("", None)],
)
def test_a_kind_may_be_spelled_freely(tmp_path: Path, typed: str, kind: ReleaseKind | None) -> None:
    assert read(tmp_path, kind=typed).kind is kind


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"language": "x-klingon"}, "language 'x-klingon' is known to no reader's program"),
        ({"date": "9999-12-31"}, "date: the year 9999 cannot be meant: check the date"),
        ({"date": "0001-01-01"}, "date: the year 1 cannot be meant: check the date"),
        ({"kind": "statment"}, "unknown kind 'statment': did you mean statement?"),
        ({"language": "danish!"}, "language 'danish!' is not a language tag"),
        ({"langauge": "en"}, "unknown key 'langauge': did you mean language?"),
        ({"embargo_until": "2026-11-24"}, "embargo_until needs a time of day"),
        ({"embargo_until": "next week"}, "embargo_until must be written like"),
        ({"contacts": "{phone: 1}"}, "contacts, entry 1: name is missing"),
        ({"contacts": "{name: A, fone: 1}"}, "unknown key 'fone': did you mean phone?"),
        ({"contacts": "{name: A, email: nobody}"}, "'nobody' is not an e-mail address"),
        ({"occasions": "{title: A}"}, "occasions, entry 1: starts is missing"),
        ({"occasions": "{starts: 2026-12-01}"}, "occasions, entry 1: title is missing"),
        ({"occasions": "{starts: 1 May, title: A}"}, "starts must be written like"),
        ({"occasions": "{starts: 2026-12-01, title: A, zone: Paris}"}, "unknown time zone"),
        ({"occasions": "[Opening]"}, "must be records with title"),
    ],
)
def test_a_wrong_value_is_named_with_its_place(
    tmp_path: Path, keys: dict[str, str], said: str
) -> None:
    with pytest.raises(BadInput, match=rf"^en\.md: .*{said}"):
        read(tmp_path, **keys)


def test_a_moment_with_a_zone_keeps_it(tmp_path: Path) -> None:
    draft = read(tmp_path, publish_at="2026-11-24 08:00 Z")
    assert draft.publish_at == datetime(2026, 11, 24, 8, tzinfo=UTC)


def test_an_embargo_can_be_taken_away_in_so_many_words(tmp_path: Path) -> None:
    assert read(tmp_path, embargo_until="None").embargo_until == "none"


@pytest.mark.parametrize(
    "reference", ["a/report", "a/Report.CSV", "b/a/recipients", "a/distribute", "a/message/1"]
)
def test_a_reference_that_would_hide_a_page_of_ours_is_refused(
    tmp_path: Path, reference: str
) -> None:
    with pytest.raises(BadInput, match=r"^en\.md: reference must not end in /.*, a page of ours"):
        read(tmp_path, reference=reference)


@pytest.mark.parametrize(
    "reference", ["report", "a/report-2", "a/reports", "a/message", "report/a"]
)
def test_a_reference_that_hides_nothing_is_kept(tmp_path: Path, reference: str) -> None:
    assert read(tmp_path, reference=reference).reference == reference


UNSEEN = ["\u00a0", "\u200b\u2060", "\ufeff \u00ad", "\u3000\u200e", "\u2800\u3164\ufe0f"]


@pytest.mark.parametrize("unseen", UNSEEN)
def test_what_nobody_sees_is_no_title_and_no_text(tmp_path: Path, unseen: str) -> None:
    with pytest.raises(BadInput, match=r"^en\.md: title is missing"):
        read(tmp_path, title=f'"{unseen}"')
    with pytest.raises(BadInput, match=r"^en\.md: title is missing"):
        read(tmp_path, f"# {unseen}\n\nText", title=None)
    with pytest.raises(BadInput, match=r"^en\.md: body is missing"):
        read(tmp_path, f"{unseen}\n\n{unseen}")


def test_a_heading_serves_where_the_title_is_unseen(tmp_path: Path) -> None:
    assert read(tmp_path, "# Harbours\n\nText", title='"\u200b"').title == "Harbours"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("[" * 5_001, "5,001 brackets"),
        ("[a](b) " * 2_001, "2,001 links"),
        ("<HTTPS://a.example> " * 2_001, "2,001 links"),
        ("a" * 500_001, "500,001 characters"),
    ],
)
def test_a_text_that_takes_too_long_to_read_is_refused(
    tmp_path: Path, body: str, said: str
) -> None:
    with pytest.raises(BadInput, match=rf"^en\.md: body holds {said}.*, more than .*: shorten it"):
        read(tmp_path, body)


@pytest.mark.parametrize(
    "body", ["[" * 5_000, "[a](https://b.example) " * 2_000, "a " * 249_990 + "a"]
)
def test_a_long_text_is_kept(tmp_path: Path, body: str) -> None:
    assert read(tmp_path, body).body == body.strip()


# ---------------------------------------------------------------- notes, duty, origin


def test_notes_keep_their_lines_and_lose_their_trailing_blanks(tmp_path: Path) -> None:
    notes = "|\n  - One  \n  - [Two](https://h.example)\n\n  Three\n"
    assert read(tmp_path, notes=notes).notes == "- One\n- [Two](https://h.example)\n\nThree"
    assert read(tmp_path, notes="|\n  \u200b\n").notes == ""


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("notes", "[a, b]", "notes must be text: write | behind the key"),
        ("notes", '"a\\x07b"', "notes holds a control character"),
        ("boilerplate", "perhaps", "boilerplate must be yes or no"),
        ("translated_from", "first", "translated_from must be the number of a revision"),
        ("translated_from", "0", "translated_from must be the number of a revision"),
        ("contacts", "[{key: Duty, name: A}]", "stands for whoever is on duty"),
    ],
)
def test_what_cannot_be_meant_is_named_with_its_key(
    tmp_path: Path, key: str, value: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said.replace("|", r"\|")):
        read(tmp_path, **{key: value})


@pytest.mark.parametrize(("typed", "kept"), [("no", "no"), ("Off", "no"), ("yes", "yes"), ("", "")])
def test_a_release_says_whether_the_text_about_the_office_stands_below_it(
    tmp_path: Path, typed: str, kept: str
) -> None:
    assert read(tmp_path, boilerplate=typed).boilerplate == kept


def test_the_duty_stands_among_the_contacts(tmp_path: Path) -> None:
    draft = read(tmp_path, contacts="[duty, mira.lund]", translated_from="12")
    assert draft.contacts == ("duty", "mira.lund")
    assert draft.translated_from == 12


def test_a_role_and_the_rights_of_a_file_may_be_given_by_language(tmp_path: Path) -> None:
    path = tmp_path / "en.md"
    path.write_text(
        "---\nlanguage: en\ntitle: A title\ndate: 2026-11-23\n"
        "contacts:\n"
        "  - {name: Mira Lund, role: {en: Press officer, de: Pressereferentin}}\n"
        "  - {name: Anna Keller, role: Editor}\n"
        "files:\n"
        "  - {name: quay.jpg, rights: {en: free, de: frei}}\n"
        "  - {name: plan.jpg, rights: free for all}\n"
        "---\nText",
        encoding="utf-8",
    )
    draft = read_manuscript(path)
    assert draft.contacts == (
        ContactRecord(name="Mira Lund", roles={"en": "Press officer", "de": "Pressereferentin"}),
        ContactRecord(name="Anna Keller", role="Editor"),
    )
    assert [(file.rights, file.rights_said) for file in draft.files] == [
        ("", {"en": "free", "de": "frei"}),
        ("free for all", {}),
    ]
