"""Words whose meaning depends on the columns beside them."""

import pytest

from mailer.contacts.importing.columns import read_header
from mailer.errors import BadInput


def found(header: str) -> dict[str, str]:
    columns = read_header(header.split(","))
    return dict(zip(columns.header, columns.targets, strict=True))


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Name,Outlet,Email,Title,Location", "role.job_title"),
        ("Title,First name,Last name,Email,Company", "role.job_title"),
        ("Title,Firstname,Surname,Email,Telephone,Postcode", "person.title"),
        ("Title,First name,Last name,Email,Job title", "person.title"),
        ("Title,First name,Last name,Email,Position,Company", "person.title"),
        ("Title,Courriel", "role.job_title"),
    ],
)
def test_title_is_the_job_or_what_stands_before_the_name(header: str, target: str) -> None:
    assert found(header)["Title"] == target


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Titel,Vorname,Nachname,E-Mail", "person.title"),
        ("Titel,Fornavn,Efternavn,E-mail", "role.job_title"),
        ("Titel,Stilling,Fornavn,Efternavn,E-mail", "person.title"),
    ],
)
def test_titel_is_not_the_same_in_german_and_danish(header: str, target: str) -> None:
    assert found(header)["Titel"] == target


@pytest.mark.parametrize(
    ("header", "word", "target"),
    [
        ("Name,Email", "Name", "person.full_name"),
        ("Name,Outlet,Email", "Name", "person.full_name"),
        ("Name,Vorname,E-Mail", "Name", "person.family_name"),
        ("Name,First name,Email", "Name", "person.family_name"),
        ("Name,Nachname,E-Mail", "Name", "person.given_name"),
        ("Name,Vorname,Nachname,E-Mail", "Name", "person.full_name"),
        ("Nom,Prénom,Courriel", "Nom", "person.family_name"),
        ("Nom,Courriel,Média", "Nom", "person.full_name"),
        ("Nom,Cognoms,Correu", "Nom", "person.given_name"),
        ("Nombre,Apellidos,Correo", "Nombre", "person.given_name"),
        ("Nombre,Correo", "Nombre", "person.full_name"),
        ("Имя,Фамилия,Почта", "Имя", "person.given_name"),
        ("Nome,Cognome,Mail", "Nome", "person.given_name"),
    ],
)
def test_name_is_the_part_that_no_other_column_has(header: str, word: str, target: str) -> None:
    assert found(header)[word] == target


def test_a_part_that_was_found_by_the_columns_beside_it_is_told() -> None:
    (notice,) = read_header(["Name", "Vorname", "E-Mail"]).notices
    assert "'Name' is read as person.family_name because of the columns beside it" in notice


@pytest.mark.parametrize(
    "header", ["Name,Media type,Website,Country", "Name,Contact,Email", "Name,Contact name,Email"]
)
def test_a_name_that_may_be_the_outlets_is_asked(header: str) -> None:
    with pytest.raises(BadInput, match=r"'Name' \(may be .*person\.full_name.*outlet\.name"):
        read_header(header.split(","))


def test_contact_is_a_person_where_none_is_named_otherwise() -> None:
    assert found("Outlet,Contact,Email")["Contact"] == "person.full_name"
    with pytest.raises(BadInput, match="'Contact'"):
        read_header(["Outlet", "First name", "Last name", "Contact", "Email"])


@pytest.mark.parametrize(
    ("header", "word", "target"),
    [
        ("Name,Outlet,Country,City,Email", "Country", "role.country"),
        ("Name,Outlet,Country,City,Email", "City", "role.city"),
        ("Outlet,Country,City,Email", "Country", "outlet.country"),
        ("Outlet,Country,City,Email", "City", "outlet.city"),
        ("Outlet,Outlet country,Country,Email", "Country", "role.country"),
        ("Outlet,Language,Email", "Language", "outlet.publication_languages"),
        ("Outlet,Name,Language,Email", "Language", "person.languages"),
    ],
)
def test_a_place_is_the_outlets_in_a_list_of_outlets(header: str, word: str, target: str) -> None:
    assert found(header)[word] == target


@pytest.mark.parametrize(
    ("header", "target"),
    [
        ("Name,Email,Outlet email,Outlet", "role.email"),
        ("Email,Outlet email,Outlet", "role.email"),
        ("Outlet,Email", "desk.email"),
        ("outlet,email", "role.email"),
    ],
)
def test_a_plain_email_is_the_persons_unless_nobody_is_named(header: str, target: str) -> None:
    columns = found(header)
    assert columns.get("Email", columns.get("email")) == target
    assert columns.get("Outlet email", "desk.email") == "desk.email"


@pytest.mark.parametrize("header", ["Email,Contact email,Outlet", "Name,Contact email,Courriel"])
def test_a_plain_email_beside_a_persons_own_is_asked(header: str) -> None:
    with pytest.raises(BadInput, match=r"may be the person's, role\.email, or the outlet's"):
        read_header(header.split(","))


@pytest.mark.parametrize(
    ("header", "word", "target"),
    [
        ("Redaktion,E-Mail", "Redaktion", "outlet.name"),
        ("Medium,Redaktion,E-Mail", "Redaktion", "desk.name"),
        ("Outlet,Redaktion,E-Mail", "Redaktion", "desk.name"),
        ("Medium,Name,E-Mail", "Medium", "outlet.name"),
        ("Outlet,Medium,Email", "Medium", "outlet.media_type"),
        ("Titre de presse,Média,Nom,Courriel", "Média", "outlet.media_type"),
    ],
)
def test_newsroom_and_medium_make_room_for_the_outlets_name(
    header: str, word: str, target: str
) -> None:
    assert found(header)[word] == target


def test_what_the_list_keeper_says_beats_what_the_columns_beside_it_say() -> None:
    columns = read_header(["Name", "Vorname", "E-Mail"], mapping={"name": "outlet.name"})
    assert columns.targets == ("outlet.name", "person.given_name", "role.email")
    assert columns.found_by == ("mapping", "synonym", "synonym")
