"""`mailer outlets` as the list keeper uses it."""

from pathlib import Path

from tests.cli.conftest import Command

CLAIRE = "claire@phare.example"


def test_outlets_are_listed_by_name_and_found_by_words(ready: Command) -> None:
    told = ready("outlets", "list", "--json").document
    assert told["count"] == len(told["outlets"])
    names = [one["name"] for one in told["outlets"]]
    assert names == sorted(names)
    assert "Le Phare" in names
    (phare,) = ready("outlets", "list", "phare", "--json").document["outlets"]
    assert (phare["name"], phare["people"]) == ("Le Phare", 1)
    short = ready("outlets", "list", "--limit", "1").out
    assert f"and {told['count'] - 1} more: see --limit" in short


def test_an_outlet_is_shown_with_its_people_and_desks(ready: Command) -> None:
    card = ready("outlets", "show", "le phare", "--json").document
    assert [one["email"] for one in card["people"]] == [CLAIRE]
    assert CLAIRE in ready("outlets", "show", str(card["outlet_id"])).out
    assert "desk" in ready("outlets", "show", "Havnebladet").out
    unknown = ready("outlets", "show", "Le Fare")
    assert (unknown.exit_code, "did you mean 'Le Phare'?" in unknown.err) == (2, True)


def test_an_outlet_is_renamed_corrected_and_taken_back(ready: Command) -> None:
    words = ("outlets", "edit", "Le Phare", "--set", "name=Le Grand Phare", "--set", "city=Brest")
    dry = ready(*words, "--dry-run", "--json").document
    assert [change["field"] for change in dry["changes"]] == ["name", "city"]
    assert ready("outlets", "show", "Le Grand Phare").exit_code == 2
    done = ready(*words).out
    assert "name: Le Phare becomes Le Grand Phare" in done
    card = ready("outlets", "show", "Le Phare", "--json").document  # by its former name
    assert (card["name"], card["city"]) == ("Le Grand Phare", "Brest")
    history = ready("outlets", "history", "Le Grand Phare").out
    assert "name: Le Phare → Le Grand Phare" in history
    assert "former_names" not in history
    assert "nothing changes" in ready(*words).out
    assert ready("contacts", "undo", done.strip().rpartition(" ")[2]).exit_code == 0
    back = ready("outlets", "show", "Le Phare", "--json").document
    assert (back["name"], back["former_names"]) == ("Le Phare", [])


def test_a_file_with_the_old_name_finds_the_outlet_and_moves_nobody(ready: Command) -> None:
    ready("outlets", "edit", "Le Phare", "--set", "name=Le Grand Phare")
    before = ready("outlets", "list", "--json").document
    counts = ready("contacts", "import", "contacts.csv", "--json").document["counts"]
    assert (counts["new"], counts["changed"]) == (0, 0)
    assert ready("outlets", "list", "--json").document == before
    shown = ready("contacts", "show", CLAIRE, "--json").document
    assert {role["outlet"] for role in shown["roles"]} == {"Le Grand Phare"}


def test_what_cannot_be_set_is_told_and_nothing_is_written(ready: Command, files: Path) -> None:
    before = ready("outlets", "list", "--json").out
    for given, told in (
        ("name", "write it like --set"),
        ("name=", "name: it needs one"),
        ("kind=daily", "there is no field 'kind'"),
        ("zone=Mars", "zone: "),
    ):
        wrong = ready("outlets", "edit", "Le Phare", "--set", "city=Ribe", "--set", given)
        assert (wrong.exit_code, told in wrong.err) == (2, True), wrong.err
    assert ready("outlets", "list", "--json").out == before


def test_of_two_of_one_name_the_market_says_which(ready: Command, files: Path) -> None:
    rows = (
        "email,outlet,outlet_country,desk\na@m.example,Metro,DK,News\nb@m.example,Metro,SE,News\n"
    )
    (files / "metro.csv").write_text(rows, encoding="utf-8")
    ready("contacts", "import", "metro.csv")
    several = ready("outlets", "edit", "Metro", "--set", "city=Lund")
    assert (several.exit_code, "several outlets are called 'Metro'" in several.err) == (2, True)
    assert ready("outlets", "edit", "Metro", "--country", "SE", "--set", "city=Lund").exit_code == 0
    taken = ready("outlets", "edit", "Metro", "--country", "SE", "--set", "country=DK")
    assert (taken.exit_code, "'Metro' in DK already" in taken.err) == (1, True)
    assert ready("outlets", "show", "Metro", "--country", "SE", "--json").document["city"] == "Lund"
