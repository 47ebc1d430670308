from pathlib import Path

import pytest

from mailer.contacts.importing.columns.targets import TARGETS
from mailer.contacts.importing.files import Line
from tests.contacts.importing.opened import Opened, opened

KAREN = """BEGIN:VCARD
VERSION:3.0
N:Holm;Karen;Marie;Dr.;PhD
FN:Dr. Karen Holm
ORG:Havnebladet;Kultur;Bøger
TITLE:Reporter
ROLE:editor
EMAIL;TYPE=INTERNET:karen@old.example
EMAIL;TYPE=INTERNET,WORK,pref:karen@havn.example
TEL;TYPE=WORK,VOICE:+45 1
TEL;TYPE=CELL:+45 2
TEL;TYPE=WORK,FAX:+45 3
ADR;TYPE=WORK:;2. sal;Havnegade 1;Aarhus;Midtjylland;8000;Danmark
URL:https://havn.example/karen
NOTE:Prefers calls\\, mornings\\nonly
CATEGORIES:Ports,Press day
BDAY:1980-01-01
X-SOCIALPROFILE;TYPE=twitter:https://x.com/karen
X-SOCIALPROFILE;TYPE=linkedin:https://www.linkedin.com/in/karen
PHOTO;ENCODING=b;TYPE=JPEG:AAAA
 BBBB
UID:k-1
END:VCARD
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contacts.vcf"


def read(path: Path, text: str, *, codec: str = "utf-8") -> Opened:
    path.write_bytes(text.replace("\n", "\r\n").encode(codec))
    return opened(path)


def named(file: Opened, at: int = 1) -> dict[str, str]:
    """The cells that are not blank, by target."""
    cells = dict(zip(file.cells[0], file.cells[at], strict=True))
    return {target: text for target, text in cells.items() if text}


def card(*lines: str, version: str = "4.0") -> str:
    return "\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""])


def test_a_card_of_version_3_is_a_person_with_a_role(path: Path) -> None:
    file = read(path, KAREN)
    assert (file.kind, file.encoding, file.delimiter, file.notices) == ("vcard", "UTF-8", "", [])
    assert named(file) == {
        "person.full_name": "Dr. Karen Holm",
        "person.title": "Dr.",
        "person.given_name": "Karen",
        "person.family_name": "Holm",
        "person.suffix": "PhD",
        "person.url": "https://havn.example/karen",
        "person.social.x": "https://x.com/karen",
        "person.social.linkedin": "https://www.linkedin.com/in/karen",
        "person.notes_private": "Prefers calls, mornings\nonly",
        "outlet.name": "Havnebladet",
        "role.desk": "Kultur, Bøger",
        "role.job_title": "Reporter",
        "role.role_type": "editor",
        "role.email": "karen@havn.example|karen@old.example",
        "role.phone": "+45 1",
        "role.mobile": "+45 2",
        "role.fax": "+45 3",
        "role.addr1": "Havnegade 1",
        "role.addr2": "2. sal",
        "role.city": "Aarhus",
        "role.region": "Midtjylland",
        "role.postcode": "8000",
        "role.country": "Danmark",
        "role.external_id": "k-1",
        "tags": "Ports|Press day",
    }


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("F", "F"),
        (";it\\; it's\\, complicated", "it; it's, complicated"),
        ("O;intersex", "O"),
        ("female", "female"),
        ("a\\;b", "a;b"),
    ],
)
def test_a_gender_is_the_letter_or_the_words(path: Path, written: str, told: str) -> None:
    line = named(read(path, card("FN:Ida Lund", f"GENDER:{written}")))
    assert line["person.gender"] == told


def test_a_card_of_version_4_has_languages_zone_and_preferences(path: Path) -> None:
    text = card(
        "FN:Ida Lund",
        "LANG;PREF=2:en",
        "LANG;PREF=1:is",
        "TZ:Atlantic/Reykjavik",
        "GENDER:F;she",
        "EMAIL;PREF=20:second@example.org",
        'EMAIL;PREF=1;TYPE="home,work":first@example.org',
        'TEL;VALUE=uri;TYPE="cell,text":tel:+354-1',
        "SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://social.example/@ida",
        "item1.URL:https://ida.example",
        "ROLE:Critic",
    )
    assert named(read(path, text)) == {
        "person.full_name": "Ida Lund",
        "person.languages": "is|en",
        "person.zone": "Atlantic/Reykjavik",
        "person.gender": "F",
        "person.url": "https://ida.example",
        "person.social.other": "https://social.example/@ida",
        "role.email": "first@example.org|second@example.org",
        "role.mobile": "+354-1",
        "role.job_title": "Critic",
    }


def test_a_card_of_version_2_has_quoted_printable_and_bare_types(path: Path) -> None:
    text = card(
        "N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=86b=C3=B8;J=C3=B8rgen",
        "FN;CHARSET=ISO-8859-1;ENCODING=quoted-printable:J=F8rgen =",
        "=C6b=F8",
        "TEL;WORK;CELL:+45 4",
        "EMAIL;INTERNET;PREF:j@example.org",
        "AGENT:",
        "BEGIN:VCARD",
        "FN:The assistant",
        "END:VCARD",
        "TITLE:Editor",
        version="2.1",
    )
    assert named(read(path, text)) == {
        "person.full_name": "Jørgen Æbø",
        "person.given_name": "Jørgen",
        "person.family_name": "Æbø",
        "role.job_title": "Editor",
        "role.email": "j@example.org",
        "role.mobile": "+45 4",
    }


@pytest.mark.parametrize(
    "lines",
    [
        ("KIND:org", "FN:Havnebladet", "ORG:Havnebladet;Redaktionen"),
        ("X-ABShowAs:COMPANY", "FN:Havnebladet", "ORG:Havnebladet;Redaktionen", "N:;;;;"),
        ("FN:Havnebladet", "ORG:Havnebladet;Redaktionen", "N:;;;;"),
    ],
)
def test_the_card_of_an_organisation_is_a_desk(path: Path, lines: tuple[str, ...]) -> None:
    contact = ("EMAIL:red@havn.example", "TEL:+45 3", "ADR:;;Havnegade 1;Aarhus;;8000;DK")
    assert named(read(path, card(*lines, *contact))) == {
        "outlet.name": "Havnebladet",
        "desk.name": "Redaktionen",
        "desk.email": "red@havn.example",
        "desk.phone": "+45 3",
        "outlet.addr1": "Havnegade 1",
        "outlet.city": "Aarhus",
        "outlet.postcode": "8000",
        "outlet.country": "DK",
    }


def test_two_addresses_and_two_organisations_are_not_mixed(path: Path) -> None:
    text = card(
        "FN:Ida Lund",
        "ORG:Radio One",
        "ORG:Havnebladet;Kultur",
        "ADR;TYPE=HOME:;;Lille Gade 2;Ribe;Syd;6760;DK",
        "ADR;TYPE=WORK;PREF=1:;;Havnegade 1;Aarhus;;8000;DK",
        "TITLE:Editor",
        "TITLE:Critic",
        "X-TWITTER:@ida",
        "X-FACEBOOK:ida.lund",
    )
    assert named(read(path, text)) == {
        "person.full_name": "Ida Lund",
        "person.social.x": "@ida",
        "person.social.facebook": "ida.lund",
        "outlet.name": "Radio One",
        "role.job_title": "Editor, Critic",
        "role.addr1": "Havnegade 1",
        "role.city": "Aarhus",
        "role.postcode": "8000",
        "role.country": "DK",
    }


def test_every_column_is_a_target(path: Path) -> None:
    assert [target for target in read(path, KAREN).cells[0] if target not in TARGETS] == []


def test_a_folded_line_is_one(path: Path) -> None:
    text = card("FN:Ka", " ren Ho", "\tlm", "NOTE:a", "  b")
    cells = named(read(path, text))
    assert (cells["person.full_name"], cells["person.notes_private"]) == ("Karen Holm", "a b")


def test_the_sign_between_values_is_not_taken_from_a_value(path: Path) -> None:
    cells = named(read(path, card("FN:A|B", "CATEGORIES:C|D,E")))
    assert (cells["person.full_name"], cells["tags"]) == ("A|B", "C/D|E")


def test_old_encodings_are_guessed(path: Path) -> None:
    file = read(path, card("FN:Søren Kjær"), codec="cp1252")
    assert named(file)["person.full_name"] == "Søren Kjær"
    assert "Windows-1252" in file.notices[0]


@pytest.mark.parametrize(
    "broken",
    [
        "BEGIN:VCARD\nFN:A\n",
        card("FN:A", "no colon"),
        card("FN;ENCODING=QUOTED-PRINTABLE:=FF=FE"),
        card("FN;CHARSET=nothing;ENCODING=QUOTED-PRINTABLE:=41"),
        card("FN:A", "BEGIN:VEVENT"),
        card("N:a;b;c;d;e;f;g", "ADR:1;2;3;4;5;6;7;8;9", "END:VEVENT"),
        card("EMAIL;A" + "," * 5000),
        card("FN:" + "x" * 200_000),
        card("FN:A\0"),
        card("FN:Friends", "X-ADDRESSBOOKSERVER-KIND:group"),
    ],
)
def test_a_broken_card_costs_itself_only(path: Path, broken: str) -> None:
    file = read(path, KAREN + broken + KAREN)
    assert [(line.number, bool(line.problem)) for line in file.lines[1:]] == [
        (1, False),
        (2, True),
        (3, False),
    ]
    assert len(file.lines[2].cells[0]) <= 500


def test_a_card_that_is_cut_off_at_the_end_is_told(path: Path) -> None:
    line = read(path, KAREN + "BEGIN:VCARD\nFN:A").lines[-1]
    assert line == Line(2, ("BEGIN:VCARD\nFN:A",), "the card has no END:VCARD")


def test_text_between_cards_is_left_out_and_told(path: Path) -> None:
    file = read(path, KAREN + "\n--- page 2 ---\n" + KAREN)
    assert len(file.lines) == 3
    assert file.notices == ["1 line outside BEGIN:VCARD and END:VCARD left out"]


def test_pictures_of_megabytes_are_passed_over(path: Path) -> None:
    picture = "PHOTO;ENCODING=b:" + "\n ".join(["A" * 74] * 30_000)
    assert named(read(path, card(picture, "FN:A", "LOGO:" + "B" * 3_000_000))) == {
        "person.full_name": "A"
    }
