import pytest

from mailer.contacts.importing.values import Kind, PersonName, read


def named(cell: str, kind: Kind = Kind.FULL_NAME) -> PersonName:
    found = read(kind, cell)
    assert isinstance(found, PersonName)
    return found


@pytest.mark.parametrize(
    ("cell", "given", "particle", "family"),
    [
        ("Eva Lund", "Eva", "", "Lund"),
        ("Lund, Eva", "Eva", "", "Lund"),
        ("García Márquez, Gabriel", "Gabriel", "", "García Márquez"),
        ("van der Berg, Jan", "Jan", "van der", "Berg"),
        ("Ludwig van Beethoven", "Ludwig", "van", "Beethoven"),
        ("Ursula von der Leyen", "Ursula", "von der", "Leyen"),
        ("Jan Van den Berg", "Jan", "", "Van den Berg"),
        ("Mohammed al-Rashid", "Mohammed", "", "al-Rashid"),
        ("Salman bin Saud", "Salman", "bin", "Saud"),
        ("Charles de Gaulle", "Charles", "de", "Gaulle"),
        ("DUPONT Jean", "Jean", "", "DUPONT"),
        ("Jean-Marie LE PEN", "Jean-Marie", "", "LE PEN"),
        ("John F. Kennedy", "John F.", "", "Kennedy"),
        ('Robert "Bob" Smith', "Robert", "", "Smith"),
        ("van Gogh", "", "van", "Gogh"),
        ("Dr. Lund", "", "", "Lund"),
        ("Madonna", "", "", "Madonna"),
        ("山田太郎", "", "", "山田太郎"),
    ],
)
def test_a_name_has_the_parts_that_are_sure(
    cell: str, given: str, particle: str, family: str
) -> None:
    name = named(cell)
    assert (name.given_name, name.particle, name.family_name) == (given, particle, family)
    assert (name.typed, name.in_doubt, name.is_desk) == (cell, False, False)


@pytest.mark.parametrize(
    ("cell", "title", "suffix"),
    [
        ("Dr. Eva Lund", "Dr.", ""),
        ("Prof. Dr. Eva Lund", "Prof. Dr.", ""),
        ("Frau Eva Lund", "Frau", ""),
        ("Eva Lund PhD", "", "PhD"),
        ("Eva Lund, Jr.", "", "Jr."),
        ("Lund, Eva, MBA", "", "MBA"),
        ("Mr Eva Lund III", "Mr", "III"),
    ],
)
def test_titles_and_suffixes_are_no_part_of_the_name(cell: str, title: str, suffix: str) -> None:
    name = named(cell)
    assert (name.given_name, name.family_name) == ("Eva", "Lund")
    assert (name.title, name.suffix) == (title, suffix)


@pytest.mark.parametrize(
    "cell",
    [
        "Gabriel García Márquez",
        "Anna Lund and Bo Berg",
        "Anna Lund & Bo Berg",
        "Anna Lund/Bo Berg",
        "JK Rowling",
        "De Gaulle",
        "Eva Lund, Berlin bureau chief of news",
        "Martin Luther King Jr.",
        "Lund, Eva, Berlin",
    ],
)
def test_in_doubt_the_name_stays_whole(cell: str) -> None:
    name = named(cell)
    assert (name.given_name, name.family_name) == ("", cell)
    assert (name.title, name.suffix, name.in_doubt) == ("", "", True)


@pytest.mark.parametrize(
    "cell",
    [
        *("Redaktion", "News desk", "newsdesk", "Sportredaktion", "Rédaction Paris", "The Editor"),
        *("Foreign Desk", "РЕДАКЦИЯ", "info", "Nyhedsredaktionen", "Press office", "Newsroom"),
    ],
)
def test_a_word_for_an_office_is_a_desk_and_no_person(cell: str) -> None:
    name = named(cell)
    assert name.is_desk
    assert (name.given_name, name.family_name) == ("", "")


@pytest.mark.parametrize("cell", ["Иванов Иван Петрович", "Иван Петрович Иванов"])
def test_a_patronymic_is_told_from_the_family_name(cell: str) -> None:
    name = named(cell)
    assert (name.given_name, name.patronymic, name.family_name) == ("Иван", "Петрович", "Иванов")


def test_in_the_scripts_of_east_asia_the_family_comes_first() -> None:
    name = named("山田 太郎")
    assert (name.family_name, name.given_name, name.family_name_first) == ("山田", "太郎", True)


def test_a_cell_for_the_family_name_may_hold_the_given_name_too() -> None:
    name = named("Lund, Eva", Kind.FAMILY_NAME)
    assert (name.given_name, name.family_name) == ("Eva", "Lund")
    assert named("van der Berg", Kind.FAMILY_NAME).family_name == "van der Berg"
