"""What a list keeper does at the command line: move, merge, edit, and take it back."""

import re
from pathlib import Path

import pytest

from tests.cli.conftest import Command

CLAIRE, DESK = "claire@phare.example", "redaktion@havnebladet.example"
NEW = "claire@havnebladet.example"


def test_an_import_is_listed_and_undone_by_its_number(ready: Command) -> None:
    (one,) = ready("contacts", "imports", "--json").document
    assert "import_id" not in one
    assert (one["operation_id"], one["file_name"]) == (1, "contacts.csv")
    assert one["undone_by_id"] is None
    dry = ready("contacts", "undo", "1", "--dry-run", "--json")
    assert (dry.exit_code, dry.document["is_dry_run"]) == (0, True)
    assert ready("contacts", "show", CLAIRE).exit_code == 0
    done = ready("contacts", "undo", "1", "--json")
    assert (done.exit_code, done.document["removed"]) == (0, dry.document["removed"])
    assert ready("contacts", "show", CLAIRE).exit_code == 2
    again = ready("contacts", "undo", "1")
    assert again.exit_code == 1
    undo_id = done.document["undo_id"]
    assert f"mailer contacts undo {undo_id}" in again.err
    assert ready("contacts", "imports", "--json").document[0]["undone_by_id"] == undo_id
    assert ready("contacts", "undo", str(undo_id)).exit_code == 0
    assert ready("contacts", "show", CLAIRE).exit_code == 0
    # Its undo was undone: it stands, wherever it is told.
    assert ready("contacts", "imports", "--json").document[0]["undone_by_id"] is None
    assert "by operation" not in ready("contacts", "imports").out
    assert f"undone by operation {undo_id}" not in ready("contacts", "history", CLAIRE).out


def test_an_import_has_one_number_wherever_it_is_told(ready: Command, files: Path) -> None:
    ready("contacts", "edit", CLAIRE, "--set", "city=Brest")  # operations and imports differ now
    more = "email,given_name,family_name,outlet\nkaren@havn.example,Karen,Holm,Havnebladet\n"
    (files / "more.csv").write_text(more, encoding="utf-8")
    told = ready("contacts", "import", "more.csv").out
    (history,) = ready("contacts", "history", "karen@havn.example", "--json").document
    number = history["operation_id"]
    assert f"to take that back: mailer contacts undo {number}" in told
    assert ready("contacts", "imports").out.splitlines()[1].split()[0] == str(number)
    undone = ready("contacts", "undo", str(number))
    assert f"import {number} (more.csv) is undone: taken away 1 person, 1 address, 1 " in undone.out
    assert ready("contacts", "show", CLAIRE).exit_code == 0
    assert ready("contacts", "show", "karen@havn.example").exit_code == 2


def test_an_import_that_is_undone_in_part_is_listed_so_and_undone_once_more(
    ready: Command, files: Path
) -> None:
    header = "email,given_name,family_name,outlet\n"
    rita, uwe = "rita@havn.example,Rita,Holm,Havn\n", "uwe@havn.example,Uwe,Friis,Havn\n"
    (files / "a.csv").write_text(header + rita + uwe, encoding="utf-8")
    (files / "b.csv").write_text(header + rita, encoding="utf-8")
    first = ready("contacts", "import", "a.csv", "--json").document["operation_id"]
    second = ready("contacts", "import", "b.csv", "--json").document["operation_id"]
    part = ready("contacts", "undo", str(first))
    assert part.exit_code == 1
    assert f"import {first} (a.csv) is undone in part: taken away 1 person" in part.out
    assert "left alone: 1 job, Rita Holm at Havn: a later import names it, too" in part.out
    listed = ready("contacts", "imports", "--json").document[1]
    assert (listed["operation_id"], listed["left_alone"]) == (first, 4)
    held = ready("contacts", "undo", str(first))
    assert held.exit_code == 1
    assert f"take back import {second} (b.csv) first" in held.out
    assert "to take that back" not in held.out
    assert ready("contacts", "undo", str(second)).exit_code == 0
    assert ready("contacts", "undo", str(first)).exit_code == 0
    assert ready("contacts", "show", "rita@havn.example").exit_code == 2


def test_the_card_tells_all_that_decides_about_mail(ready: Command) -> None:
    told = ready("contacts", "show", CLAIRE).out
    assert "Claire Martin: not trusted with embargoes: gets nothing before the hour\n" in told
    wishes = ("do_not_contact=yes", "kinds=speech", "urgent_only=yes", "quiet_from=19:30")
    more = ("quiet_until=07:00", "paused_until=2027-01-02 08:00", "embargo_trusted=yes")
    sets = [word for one in (*wishes, *more) for word in ("--set", one)]
    edited = ready("contacts", "edit", CLAIRE, *sets)
    assert edited.exit_code == 0, edited.err
    told = " ".join(ready("contacts", "show", CLAIRE).out.split())
    assert "Claire Martin: gets no mail: do not contact; paused until 2027-01-02T08:00" in told
    assert "only what is urgent; only the kinds speech; quiet from 19:30 until 07:00" in told
    assert told.endswith("trusted with embargoes")
    (card,) = ready("contacts", "show", CLAIRE, "--json").document["roles"]
    assert (card["wishes"]["do_not_contact"], card["wishes"]["embargo_trusted"]) == (True, True)
    shown = ready("contacts", "show", DESK).out
    assert "Redaktionen: not trusted with embargoes" in shown


def test_a_conflict_ends_with_code_1_and_is_told(ready: Command) -> None:
    edited = ready("contacts", "edit", CLAIRE, "--set", "city=Brest", "--json").document
    ready("contacts", "edit", CLAIRE, "--set", "city=Lyon")
    answer = ready("contacts", "undo", str(edited["operation_id"]))
    assert answer.exit_code == 1
    assert "city: Lyon: was changed since" in answer.out


def test_a_journalist_moves_and_the_move_is_undone(ready: Command) -> None:
    words = ("contacts", "move", CLAIRE, "--to", "Havnebladet", "--email", NEW)
    dry = ready(*words, "--on", "2026-12-01", "--dry-run", "--json").document
    assert (dry["left"], dry["new"], dry["is_dry_run"]) == ("Le Phare", "Havnebladet", True)
    assert ready("contacts", "show", NEW).exit_code == 2
    told = ready(*words, "--on", "2026-12-01")
    assert "Claire Martin leaves Le Phare on 2026-12-01" in told.out
    history = ready("contacts", "history", NEW, "--json").document
    assert history[0]["kind"] == "move"
    assert "ended on: nothing → 2026-12-01" in ready("contacts", "history", NEW).out
    number = str(history[0]["operation_id"])
    assert ready("contacts", "undo", number).exit_code == 0
    assert ready("contacts", "show", NEW).exit_code == 2


def test_a_job_that_ended_is_told_with_its_day_and_without_its_lists(ready: Command) -> None:
    ready("lists", "make", "Ports")
    ready("lists", "add", "Ports", CLAIRE)
    assert "Ports" in ready("contacts", "show", CLAIRE).out
    assert ready("contacts", "show", CLAIRE).out.startswith(f"{CLAIRE}: ok\n")
    words = ("--to", "Havnebladet", "--email", NEW, "--on", "2026-11-01")
    assert ready("contacts", "move", CLAIRE, *words).exit_code == 0
    told = ready("contacts", "show", CLAIRE).out
    assert told.startswith(f"{CLAIRE}: ended on 2026-11-01\n")
    assert "Ports" not in told
    card = ready("contacts", "show", CLAIRE, "--json").document
    assert [one["email"] for one in card["roles"]] == [CLAIRE, NEW]
    assert ready("contacts", "show", NEW).out.startswith(f"{NEW}: ok\n")


def test_who_suppresses_an_old_address_hears_of_the_new_one(ready: Command) -> None:
    assert ready("suppressions", "add", DESK, "--json").document["also_reachable"] == []
    words = ("--to", "Havnebladet", "--email", NEW, "--on", "2026-11-01")
    ready("contacts", "move", CLAIRE, *words)
    told = ready("suppressions", "add", CLAIRE, "--reason", "bounced").out
    assert f"Claire Martin is also reachable at {NEW}" in told
    assert f"`mailer suppressions add {NEW}`" in told
    again = ready("suppressions", "add", NEW, "--json").document
    assert again["also_reachable"] == []


def test_a_job_ends_and_a_desk_closes(ready: Command) -> None:
    assert ready("contacts", "move", CLAIRE, "--ends").exit_code == 0
    closed = ready("contacts", "move", DESK, "--ends", "--json").document
    assert (closed["name"], closed["left"]) == ("Redaktionen", "Havnebladet")
    assert ready("audience", "show", "everyone", "--json").document["count"] == 0


def test_the_same_person_is_proposed_and_merged(ready: Command, files: Path) -> None:
    (files / "more.csv").write_text(
        "email,given_name,family_name,outlet,outlet_country\n"
        "c.martin@phare.example,Martin,Claire,Le Phare,FR\n",
        encoding="utf-8",
    )
    assert ready("contacts", "import", "more.csv").exit_code == 0
    (pair,) = ready("contacts", "duplicates", "--json").document["pairs"]
    assert pair["reasons"] == ["same name in another order", "same outlet: Le Phare"]
    two = (str(pair["first"]["id"]), str(pair["second"]["id"]))
    assert "mailer contacts merge A B" in ready("contacts", "duplicates").out
    dry = ready("contacts", "merge", *two, "--dry-run", "--json").document
    assert (dry["staying_id"], dry["is_dry_run"]) == (pair["first"]["id"], True)
    merged = ready("contacts", "merge", *two, "--json").document
    assert len(ready("contacts", "show", CLAIRE, "--json").document["roles"]) == 2
    ready("contacts", "undo", str(merged["operation_id"]))
    assert ready("contacts", "different", *two, "--json").document["is_new"]
    assert ready("contacts", "duplicates", "--json").document == {"pairs": [], "count": 0}


def test_times_for_people_are_by_the_office_s_clock_and_to_the_minute(ready: Command) -> None:
    ready("contacts", "edit", CLAIRE, "--set", "paused_until=2027-01-15")
    ready("suppressions", "add", "gone@x.example")
    stamp = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d\+0[12]:00 ")  # Luxembourg
    for words in (
        ("contacts", "history", CLAIRE),
        ("contacts", "imports"),
        ("suppressions", "list"),
    ):
        told = ready(*words).out
        assert stamp.search(told), told
        assert "+00:00" not in told
    (kept,) = ready("suppressions", "list", "--json").document
    assert kept["created_at"].endswith("Z")
    left = ready("audience", "show", f"address:{CLAIRE}", "--json").document["left_out"]
    assert left[0]["reason"] == "paused until 2027-01-15 00:00 (Europe/Luxembourg)"


def test_a_topic_that_nothing_has_is_refused_unless_it_is_meant(ready: Command) -> None:
    words = ("contacts", "edit", CLAIRE, "--set", "topics=crimee")
    refused = ready(*words)
    assert refused.exit_code == 2
    assert "did you mean 'crime'" in refused.err
    assert ready(*words, "--new-topic").exit_code == 0


def test_a_card_says_whose_country_it_is(ready: Command) -> None:
    assert "FR (the market of the outlet)" in ready("contacts", "show", CLAIRE).out
    ready("outlets", "edit", "Le Phare", "--set", "country=")
    ready("contacts", "edit", CLAIRE, "--set", "country=BE")
    assert "BE (the person's own)" in ready("contacts", "show", CLAIRE).out


def test_a_move_to_where_no_address_is_known_says_what_that_means(ready: Command) -> None:
    told = ready("contacts", "move", CLAIRE, "--to", "Havnebladet").out
    assert "nothing can be e-mailed until one is" in told


def test_an_edit_sets_fields_and_says_what_changed(ready: Command) -> None:
    words = ("contacts", "edit", CLAIRE, "--set", "languages=fr,en", "--set", "beats=culture")
    assert "beats: crime becomes culture" in ready(*words, "--dry-run").out
    assert ready(*words, "--json").document["changes"][0] == {
        "field": "languages",
        "before": [],
        "after": ["fr", "en"],
    }
    assert "nothing changes" in ready(*words).out
    assert ready("contacts", "edit", DESK, "--set", "name=Udland").exit_code == 0


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("undo",), "Missing argument"),
        (("undo", "7"), "there is no operation 7"),
        (("history", "stranger@x.example"), "nobody is known"),
        (("move", CLAIRE), "--to OUTLET"),
        (("move", CLAIRE, "--to", "Nowhere"), "--new-outlet makes it"),
        (("move", CLAIRE, "--to", "Havnebladet", "--on", "soon"), "write it like 2026-12-01"),
        (("move", CLAIRE, "--to", "Havnebladet", "--email", "nobody"), "not an e-mail address"),
        (("merge", CLAIRE, CLAIRE), "name two"),
        (("merge", CLAIRE, DESK), "no person reads"),
        (("edit", CLAIRE, "--set", "city"), "write it like --set"),
        (("edit", CLAIRE, "--set", "shoe_size=40"), "there is no field 'shoe_size'"),
    ],
)
def test_bad_input_says_what_to_do(ready: Command, words: tuple[str, ...], told: str) -> None:
    answer = ready("contacts", *words)
    assert answer.exit_code == 2
    assert told in answer.err


@pytest.mark.parametrize("text", ["²", str(2**63), "9" * 5000])
@pytest.mark.parametrize(
    "words",
    [
        ("privacy", "export"),
        ("privacy", "erase", "--note", "asked"),
        ("contacts", "history"),
        ("contacts", "merge", "1"),
        ("contacts", "different", "1"),
        ("contacts", "edit", "--set", "city=Aarhus"),
        ("contacts", "move", "--to", "Le Phare", "--email", NEW),
        ("contacts", "move", "--ends"),
    ],
    ids=" ".join,
)
def test_a_number_that_no_row_can_have_is_nobodys(
    ready: Command, words: tuple[str, ...], text: str
) -> None:
    answer = ready(*words, text)
    assert answer.exit_code == 2
    assert "a defect of ours" not in answer.err
    assert any(said in answer.err for said in ("no person", "nobody", "not an e-mail address"))
