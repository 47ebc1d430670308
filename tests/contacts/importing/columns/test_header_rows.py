import json
import time
from pathlib import Path

import pytest

from mailer.contacts.importing.columns import TARGETS, Columns, kind_of, read_header, takes_several
from mailer.contacts.importing.columns import header_words as words
from mailer.contacts.importing.values import Kind
from mailer.errors import BadInput


def found(*cells: str) -> dict[str, str]:
    columns = read_header(cells)
    return dict(zip(columns.header, columns.targets, strict=True))


def known_sets(shared: Path) -> dict[str, dict[str, str]]:
    """The sets that are handed down, without the marks beside their targets."""
    text = (shared / "data" / "import_headers.json").read_text(encoding="utf-8")
    return {
        name: {
            header: target.partition(" ")[0].rstrip("*")
            for header, target in known["headers"].items()
        }
        for name, known in json.loads(text)["sets"].items()
    }


def test_every_column_of_every_known_export_is_known(shared: Path) -> None:
    for name, headers in known_sets(shared).items():
        if name == "hand_made_excel":
            continue
        columns = read_header(list(headers))
        assert dict(zip(columns.header, columns.targets, strict=True)) == headers
        assert set(columns.found_by) == {f"set {name}"}


def test_every_word_that_is_written_by_hand_is_known(shared: Path) -> None:
    for header, target in known_sets(shared)["hand_made_excel"].items():
        asked = words.in_context().get(words.key(header))
        assert asked or words.synonyms()[words.key(header)] == target, header


def test_a_known_export_may_lack_columns_and_have_more_of_its_own() -> None:
    columns = read_header(["Outlet name", "Contact name", "Contact email", "Job title", "Handy"])
    assert columns.targets[-1] == "role.mobile"
    assert columns.found_by == (*["set cision_pipe_csv"] * 4, "synonym")
    assert columns.delimiter_inside_cell == "|"


@pytest.mark.parametrize(
    "spelled",
    [
        *("Contact email", "contact EMAIL", "\ufeffContact email", "Contact\xa0 email"),
        *("ï»¿Contact email", "Con\u200btact email\n", "  Contact  email "),
    ],
)
def test_marks_that_are_not_seen_do_not_count_in_a_header(spelled: str) -> None:
    columns = read_header([spelled, "Outlet name", "Outlet city"])
    assert columns.targets[0] == "role.email"
    assert columns.found_by[0] == "set cision_pipe_csv"


OURS = [
    *("email", "given_name", "family_name", "job_title", "desk", "outlet", "media_type"),
    *("outlet_languages", "outlet_country", "city", "zone", "languages", "beats", "lists"),
    *("phone", "mobile", "do_not_contact", "embargo_trusted", "tracking", "note"),
]


def test_the_columns_of_our_own_files_are_known() -> None:
    columns = read_header(OURS)
    assert set(columns.found_by) == {"set press_mailer"}
    assert len(set(columns.targets)) == len(OURS)
    for few in (["email"], ["outlet", "email"], ["desk", "email", "outlet", "city"]):
        assert set(read_header(few).found_by) == {"set press_mailer"}


def test_state_is_a_part_of_a_country_unless_the_header_is_written_in_targets() -> None:
    assert found("Name", "Email", "State")["State"] == "role.region"
    assert found("person.full_name", "role.email", "state")["state"] == "state"


def test_a_header_may_be_the_name_of_a_target() -> None:
    assert found("person.full_name", "role.email", "state.bounced") == {
        target: target for target in ("person.full_name", "role.email", "state.bounced")
    }


@pytest.mark.parametrize(
    "email",
    [
        *("E-mail address", "e_mail", "EMAIL", "Emails", "E-Mail-Adresse", "Courriel", "Email *"),
        *("Correo electronico", "sähköposti", "Ηλεκτρονικό ταχυδρομείο", "Електронна пошта"),
        *("e-posta", "netfang", "E-mail address(es)", "emailAddress", "ელფოსტა", "E-pasts"),
        *("Riomhphost", "Adresse_électronique", "EMAIL ADDRESSES"),
    ],
)
def test_case_accents_punctuation_and_plural_do_not_count(email: str) -> None:
    assert read_header(["Vorname", email]).targets == ("person.given_name", "role.email")


def test_no_word_means_two_things() -> None:
    text = words._read("synonyms.json")
    meanings: dict[str, set[str]] = {}
    for part in text.values():
        for target, spelled in part.items():
            for word in spelled:
                assert words.key(word), word
                meanings.setdefault(words.key(word), set()).add(target)
    assert {word: meant for word, meant in meanings.items() if len(meant) > 1} == {}
    assert set(text["words"]) <= set(TARGETS)


def test_every_target_of_a_set_is_one_of_ours() -> None:
    for known in words.header_sets():
        assert set(known.headers.values()) <= set(TARGETS), known.name


@pytest.mark.parametrize(
    ("language", "headers", "targets"),
    [
        ("da", "Navn,Medie,E-mail,Stofområde,Sprog", "full_name,name,email,beats,languages"),
        ("nl", "Voornaam,Achternaam,Functie,E-mailadres", "given_name,family_name,job_title,email"),
        ("pl", "Imię,Nazwisko,Stanowisko,Adres e-mail", "given_name,family_name,job_title,email"),
        ("cs", "Příjmení,Jméno,E-mail,Telefon", "family_name,given_name,email,phone"),
        ("hu", "Vezetéknév,Keresztnév,E-mail cím", "family_name,given_name,email"),
        ("el", "Όνομα,Επώνυμο,Email,Κινητό", "given_name,family_name,email,mobile"),
        ("tr", "Ad,Soyad,E-posta,Görevi", "given_name,family_name,email,job_title"),
        ("fi", "Etunimi,Sukunimi,Sähköposti", "given_name,family_name,email"),
        ("uk", "Ім'я,Прізвище,Пошта,Посада", "given_name,family_name,email,job_title"),
        ("ro", "Nume,Prenume,E-mail,Funcție", "family_name,given_name,email,job_title"),
        ("sv", "Förnamn,Efternamn,E-post,Tidning", "given_name,family_name,email,name"),
    ],
)
def test_headers_are_known_in_the_cover_languages(
    language: str, headers: str, targets: str
) -> None:
    meant = [target.partition(".")[2] for target in read_header(headers.split(",")).targets]
    assert meant == targets.split(",")


def test_one_more_column_with_a_number_is_kept_where_several_values_may_be() -> None:
    columns = read_header(["Name", "Email", "E-mail 2", "Phone 1", "Phone_2", "Tag 3"])
    assert columns.targets[1:] == ("role.email",) * 2 + ("role.phone",) * 2 + ("tags",)
    assert columns.notices == ()
    with pytest.raises(BadInput, match="Country 2"):
        read_header(["Name", "Email", "Country 2"])


def test_of_two_columns_with_one_meaning_the_first_that_is_filled_is_taken_and_told() -> None:
    columns = read_header(["Email", "First name", "Vorname", "Surname"])
    (notice,) = columns.notices
    assert "'First name' and 'Vorname' all mean person.given_name" in notice


@pytest.mark.parametrize("target", ["role.phone", "role.email", "tags", "lists", "role.beats"])
def test_what_has_several_values_adds_up(target: str) -> None:
    assert takes_several(target)
    assert not takes_several("outlet.name")


@pytest.mark.parametrize(
    ("typed", "target"),
    [
        ("Emial", "role.email"),
        ("Frist name", "person.given_name"),
        ("Telefonnumer", "role.phone"),
        ("Outlet emial", "desk.email"),
        ("Langauges", "person.languages"),
    ],
)
def test_a_slip_of_the_hand_is_read_and_told(typed: str, target: str) -> None:
    columns = read_header([typed, "Outlet name", "Last name"])
    assert columns.targets[0] == target
    assert columns.found_by[0] == "similar"
    assert any(repr(typed) in notice and target in notice for notice in columns.notices)


@pytest.mark.parametrize("typed", ["Lst name", "Nmae", "Outlt contact name", "Emailx y"])
def test_a_slip_that_may_be_two_words_is_asked(typed: str) -> None:
    with pytest.raises(BadInput, match="1 column is not known"):
        read_header([typed, "Email", "Outlet"])


def test_every_unknown_column_is_named_with_the_nearest_and_how_to_say() -> None:
    with pytest.raises(BadInput) as refused:
        read_header(["Email", "Foo: bar", "Deadline", "Outlet"])
    told = str(refused.value)
    assert told.startswith("2 columns are not known: 'Foo: bar'")
    assert "'Deadline' (nearest: " in told
    assert '`"Foo: bar": ignore`' in told


def test_of_very_many_unknown_columns_some_are_named() -> None:
    with pytest.raises(BadInput) as refused:
        read_header(["Email", *(f"Q{number}" for number in range(299))])
    assert str(refused.value).startswith("299 columns are not known: 'Q0'")
    assert "; and 279 more. Say in a mapping file" in str(refused.value)
    assert len(str(refused.value)) < 3000


def test_a_row_of_ten_thousand_columns_is_no_header_and_takes_no_time() -> None:
    started = time.process_time()
    with pytest.raises(BadInput, match=r"names 10,001 columns and 300 are the most: look whether"):
        read_header(["Email", *(f"Column {number}" for number in range(10_000))])
    assert time.process_time() - started < 2
    assert read_header(["Email", *([""] * 10_000)]).targets[0] == "role.email"


@pytest.mark.parametrize("cells", [["Country", "Notes"], [], ["", ""], ["Phone"]])
def test_a_header_row_without_anybody_is_refused(cells: list[str]) -> None:
    with pytest.raises(BadInput, match="must name the columns"):
        read_header(cells)


def test_a_column_without_a_name_is_left_out_and_told() -> None:
    columns = read_header(["Email", "", "Vorname", "", " "])
    assert columns.targets == ("role.email", "ignore", "person.given_name", "ignore", "ignore")
    assert [notice[:8] for notice in columns.notices] == ["column 2"]


def test_every_kind_of_value_stands_in_some_column() -> None:
    assert {kind_of(target) for target in TARGETS} == set(Kind)


def test_columns_are_values() -> None:
    assert isinstance(read_header(["Email"]), Columns)
    assert read_header(["Email"]) == read_header(["Email"])
