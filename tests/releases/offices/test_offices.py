"""The office is saved as its file describes it, and its press contacts are known again."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session

from mailer.errors import BadInput, NotFound, Refused
from mailer.models import Office, PressContact, TrackingMode
from mailer.releases.manuscripts.reading import ContactRecord
from mailer.releases.offices import (
    list_name,
    masthead_name,
    read_office,
    save_office,
    the_office,
)
from mailer.releases.offices.press_contacts import (
    find_press_contact,
    save_described,
    save_press_contact,
)

DESCRIPTION: dict[str, Any] = {
    "key": "harbour",
    "name": "Harbour Forum",
    "names": {"da": "Havneforum", "no": "Havneforum (norsk)", "pt": "Fórum dos Portos"},
    "list_name": "News from the harbours",
    "list_names": {"fr": "Nouvelles des ports"},
    "postal_address": "1 Quai des Exemples\nL-0000 Luxembourg\n",
    "from_name": "Harbour Forum Press",
    "from_address": "press@harbour.example",
    "default_language": "en",
    "languages": ["en", "fr"],
    "zone": "Europe/Luxembourg",
    "tracking": "aggregate",
}


def test_a_description_becomes_the_office(session: Session) -> None:
    office = save_office(session, DESCRIPTION)
    assert the_office(session) is office
    assert office.postal_address == "1 Quai des Exemples, L-0000 Luxembourg"
    assert office.reply_to == "press@harbour.example"
    assert office.tracking is TrackingMode.AGGREGATE
    assert office.names["nb"] == "Havneforum (norsk)"


def test_the_default_language_is_one_of_the_office(session: Session) -> None:
    office = save_office(session, DESCRIPTION | {"languages": ["fr"]})
    assert office.languages == ["en", "fr"]


def test_saving_again_changes_only_what_is_given(session: Session) -> None:
    first = save_office(session, DESCRIPTION)
    again = save_office(session, {"key": "harbour", "phone": "+352 99 00 00 10"})
    assert again.id == first.id
    assert (again.phone, again.name) == ("+352 99 00 00 10", "Harbour Forum")


def test_there_is_room_for_one_office(session: Session) -> None:
    save_office(session, DESCRIPTION)
    with pytest.raises(Refused, match="the office here is 'harbour'"):
        save_office(session, DESCRIPTION | {"key": "lighthouse"})


def test_without_an_office_the_way_to_one_is_told(session: Session) -> None:
    with pytest.raises(NotFound, match="mailer init"):
        the_office(session)


@pytest.mark.parametrize("key", ["key", "name", "postal_address", "from_name", "from_address"])
def test_what_an_office_cannot_do_without_is_named(session: Session, key: str) -> None:
    with pytest.raises(BadInput, match=f"office: {key} is missing"):
        save_office(session, {name: DESCRIPTION[name] for name in DESCRIPTION if name != key})


def test_a_postal_address_cannot_be_emptied(session: Session) -> None:
    save_office(session, DESCRIPTION)
    with pytest.raises(BadInput, match="postal_address is missing"):
        save_office(session, {"postal_address": " "})


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("adress", "x", "unknown key 'adress'"),
        ("id", 1, "unknown key 'id'"),
        ("from_address", "press", "from_address: 'press' is not an e-mail address"),
        ("default_language", "english language", "default_language: .* is not a language tag"),
        ("languages", "en", "languages: must be a list"),
        ("names", "Havneforum", "names: must be a table of languages"),
        ("zone", "Luxembourg", "zone: unknown time zone"),
        ("zone", "", "zone: unknown time zone"),
        ("tracking", "full", "tracking: unknown tracking 'full'"),
        ("phone", 352, "phone: must be text in quotes"),
        ("website", "javascript:alert(1)", "website: must be a web address"),
        ("website", "javascript://www.harbour.example/%0aalert(1)", "website: must be a web"),
        ("website", "mailto:press@harbour.example", "website: must be a web address"),
        ("website", "www.harbour.example\nBcc: x", "website: must be one line"),
        ("website", "our site", "website: must be a web address"),
        ("privacy_url", "javascript:alert(1)", "privacy_url: must be a web address"),
        ("privacy_url", "www.harbour.example", "privacy_url: must be a web address"),
        ("privacy_url", "data:text/html,x", "privacy_url: must be a web address"),
        ("privacy_url", "https://", "privacy_url: must be a web address"),
        ("privacy_url", 'https://a.example/"x', "privacy_url: must be a web address"),
        ("privacy_url", "https://a.example/\r\nx", "privacy_url: must be one line"),
        ("from_name", "Press\x00", "from_name: the value holds a control character"),
    ],
)
def test_a_wrong_value_is_named(session: Session, key: str, value: object, said: str) -> None:
    with pytest.raises(BadInput, match=f"office: {said}"):
        save_office(session, DESCRIPTION | {key: value})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("website", "www.harbour.example/press"),
        ("website", "harbour.example:8443"),
        ("website", "www.harbour.example/?to=https://x.example"),
        ("website", "HTTPS://www.harbour.example"),
        ("website", ""),
        ("privacy_url", "http://localhost:8000/privacy"),
        ("privacy_url", "https://www.büro.example/privacy?lang=en#top"),
        ("privacy_url", ""),
    ],
)
def test_an_address_on_the_web_is_kept(session: Session, key: str, value: str) -> None:
    assert getattr(save_office(session, DESCRIPTION | {key: value}), key) == value


def test_a_line_end_in_a_name_cannot_reach_a_header(session: Session) -> None:
    office = save_office(session, DESCRIPTION | {"from_name": "Press\r\nBcc: all"})
    assert office.from_name == "Press Bcc: all"


def test_masthead_and_list_are_named_in_the_readers_language(session: Session) -> None:
    office = save_office(session, DESCRIPTION)
    assert masthead_name(office, "da") == "Havneforum"
    assert masthead_name(office, "pt-BR") == "Fórum dos Portos"
    assert masthead_name(office, "el") == "Harbour Forum"
    assert list_name(office, "fr") == "Nouvelles des ports"
    assert list_name(office, "da") == "News from the harbours"


def test_the_file_of_an_office_is_toml(tmp_path: Path) -> None:
    path = tmp_path / "office.toml"
    path.write_text('\ufeffname = "Harbour Forum"\n[names]\nda = "Havneforum"\n', "utf-8")
    assert read_office(path) == {"name": "Harbour Forum", "names": {"da": "Havneforum"}}


@pytest.mark.parametrize("content", [b"name = Harbour", b'name = "\xe6"'])
def test_a_file_that_is_not_toml_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "office.toml"
    path.write_bytes(content)
    with pytest.raises(BadInput, match=r"office\.toml is not TOML"):
        read_office(path)


@pytest.mark.parametrize("content", ["", "\n", "# nothing yet\n"])
def test_an_empty_file_says_what_to_write(tmp_path: Path, content: str) -> None:
    path = tmp_path / "office.toml"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(BadInput, match=r"office\.toml is empty: .* key, name, postal_address"):
        read_office(path)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot read"):
        read_office(tmp_path / "office.toml")


def test_the_demos_office_can_be_saved(session: Session) -> None:
    sample = Path(__file__).parents[3] / "mailer" / "demo" / "sample" / "office.toml"
    office = save_office(session, read_office(sample))
    assert set(office.names) == set(read_office(sample)["names"])


# ---------------------------------------------------------------- press contacts


def test_a_contact_without_a_key_gets_one_from_the_name(session: Session, office: Office) -> None:
    first = save_press_contact(
        session, ContactRecord(name="Åse Lie", email="a@x.example"), office=office
    )
    second = save_press_contact(
        session, ContactRecord(name="Åse Lie", email="b@x.example"), office=office
    )
    assert (first.key, second.key) == ("ase.lie", "ase.lie.2")


def test_a_name_in_another_script_takes_its_key_from_the_address(
    session: Session, office: Office
) -> None:
    record = ContactRecord(name="Άννα Κέλλερ", email="anna@harbour.example")
    assert save_press_contact(session, record, office=office).key == "anna"


def test_a_contact_is_known_again_by_name_and_address(session: Session, office: Office) -> None:
    first = save_press_contact(session, ContactRecord(name="Mira Lund", phone="1"), office=office)
    again = save_press_contact(
        session, ContactRecord(name="mira lund", email="m@harbour.example"), office=office
    )
    assert again.id == first.id
    assert (again.phone, again.email) == ("1", "m@harbour.example")


def test_a_contact_is_known_again_by_key(session: Session, office: Office) -> None:
    first = save_press_contact(session, ContactRecord(key="ml", name="Mira Lund"), office=office)
    again = save_press_contact(session, ContactRecord(key="ML", name="Mira Lund-Bo"), office=office)
    assert again.id == first.id
    assert again.name == "Mira Lund-Bo"


def test_what_only_fills_gaps_overwrites_nothing(session: Session, office: Office) -> None:
    english = ContactRecord(key="ml", name="Mira Lund", role="Press officer")
    french = ContactRecord(key="ml", name="Mira Lund", role="Attachée de presse", phone="1")
    save_press_contact(session, english, office=office)
    contact = save_press_contact(session, french, office=office, only_gaps=True)
    assert (contact.role, contact.phone) == ("Press officer", "1")


def test_an_unknown_contact_names_the_nearest(session: Session, office: Office) -> None:
    session.add(PressContact(office_id=office.id, key="mira.lund", name="Mira Lund"))
    with pytest.raises(NotFound, match=r"did you mean mira\.lund"):
        find_press_contact(session, "mira.lundt")


def test_an_unknown_contact_among_none_is_to_be_written_out(session: Session) -> None:
    with pytest.raises(NotFound, match="unknown press contact 'mira'; or write the person out"):
        find_press_contact(session, "mira")


def test_an_office_says_how_its_covers_look(session: Session) -> None:
    choices = {
        "greets": True,
        "prints_pages": False,
        "prints_reference": False,
        "says_immediate": True,
        "numeric_dates": ["DA"],
        "wordings": {"no": {"Unsubscribe": " Meld  av "}, "da": {"Date: {date}": "Den {date}"}},
    }
    office = save_office(session, DESCRIPTION | choices)
    assert (office.greets, office.prints_pages, office.prints_reference) == (True, False, False)
    assert (office.says_immediate, office.numeric_dates) == (True, ["da"])
    assert office.wordings == {
        "nb": {"Unsubscribe": "Meld av"},
        "da": {"Date: {date}": "Den {date}"},
    }


@pytest.mark.parametrize(
    ("choice", "told"),
    [
        ({"greets": "yes"}, "greets: must be true or false"),
        ({"wordings": ["da"]}, "wordings: must be a table"),
        ({"wordings": {"da": "Frameld"}}, "da must be a table"),
        ({"wordings": {"da": {"Unsubscrib": "Frameld"}}}, "did you mean Unsubscribe"),
        ({"wordings": {"zh": {"Unsubscribe": "x"}}}, "unknown cover language 'zh'"),
        ({"wordings": {"da": {"Unsubscribe": ""}}}, "must be text in quotes"),
        ({"wordings": {"da": {"Date: {date}": "Den"}}}, "must have {date} in it"),
        ({"wordings": {"da": {"Date: {date}": "{date} {date}"}}}, "must have {date} in it"),
        ({"wordings": {"da": {"Date: {date}": "{date!r:>99}"}}}, "must have {date} in it"),
        ({"wordings": {"da": {"Date: {date}": "{date.year}"}}}, "must have {date} in it"),
        ({"wordings": {"da": {"Unsubscribe": "Frameld {"}}}, "must have no {place} in it"),
    ],
)
def test_words_that_no_cover_can_say_are_refused(
    session: Session, choice: dict[str, Any], told: str
) -> None:
    with pytest.raises(BadInput, match=re.escape(told)):
        save_office(session, DESCRIPTION | choice)


def test_a_role_is_kept_by_language_until_one_for_all_takes_its_place(
    session: Session, office: Office
) -> None:
    key = "anna.keller"

    def saved(role: object) -> tuple[str, dict[str, str]]:
        described: dict[str, Any] = {key: {"name": "Anna Keller", "role": role}}
        (kept,) = save_described(session, described, office=office)
        return kept.contact.role, kept.contact.roles

    assert saved("Press officer") == ("Press officer", {})
    both = {"de": "Pressereferentin", "pt-br": "Assessora"}
    assert saved(both) == ("Press officer", {"de": "Pressereferentin", "pt-BR": "Assessora"})
    written_out = ContactRecord(name="Anna Keller", key=key, roles={"fr": "Attachée"})
    contact = save_press_contact(session, written_out, office=office)
    assert (contact.role, contact.roles) == ("Press officer", {"fr": "Attachée"} | contact.roles)
    assert set(contact.roles) == {"de", "pt-BR", "fr"}
    assert saved("Spokeswoman") == ("Spokeswoman", {})
    with pytest.raises(BadInput, match="'klingonish'"):
        saved({"klingonish": "x"})
