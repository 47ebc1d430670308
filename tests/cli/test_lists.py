"""`mailer lists` and `mailer audience` as the list keeper uses them."""

from pathlib import Path

from tests.cli.conftest import Command

DESK, CLAIRE = "redaktion@havnebladet.example", "claire@phare.example"


def test_a_list_is_made_filled_shown_and_deleted(ready: Command) -> None:
    assert ready("lists", "make", "Ports", "--dry-run", "--json").document["dry_run"] is True
    assert ready("lists", "list", "--json").document == []
    assert ready("lists", "make", "Ports", "--note", "Harbours").exit_code == 0
    assert ready("lists", "add", "Ports", DESK, CLAIRE, "--json").document["added"] == [
        DESK,
        CLAIRE,
    ]
    assert ready("lists", "rule", "Ports", "country:dk", "--json").document["rule"] == "country:DK"
    assert ready("lists", "remove", "Ports", DESK, "--json").document["removed"] == [DESK]
    card = ready("lists", "show", "ports", "--json").document
    assert [member["email"] for member in card["members"]] == [CLAIRE]
    assert card["rules"] == ["country:DK"]
    assert card["found_by_rules"] == {"country:DK": 1}
    assert "rule: country:DK: finds 1 address now" in ready("lists", "show", "Ports").out
    (line,) = ready("lists", "list", "--json").document
    assert (line["roles"], line["desks"], line["rules"]) == (1, 0, 1)
    assert ready("lists", "show", "Ports").out.splitlines()[1].strip() == "1 contact"
    assert ready("lists", "rule", "Ports", "country:DK", "--remove").exit_code == 0
    assert ready("lists", "delete", "Ports", "--dry-run", "--json").document["entries"] == 1
    assert ready("lists", "delete", "Ports").exit_code == 0
    assert ready("lists", "show", "Ports").exit_code == 2


def test_internal_and_press_lists_do_not_mix_on_the_command_line(ready: Command) -> None:
    ready("lists", "make", "Ports")
    ready("lists", "make", "Colleagues", "--purpose", "internal")
    ready("lists", "add", "Colleagues", CLAIRE)
    refused = ready("audience", "show", "list:Ports,Colleagues")
    assert refused.exit_code == 2
    assert "internal lists never go together with press lists" in refused.err
    shown = ready("audience", "show", "everyone", "--json").document
    assert [(left["email"], left["cause"]) for left in shown["left_out"]] == [
        (CLAIRE, "internal contact")
    ]
    assert ready("lists", "rule", "Colleagues", "everyone").exit_code == 1


def test_an_audience_is_told_in_figures(ready: Command) -> None:
    shown = ready("audience", "show", '{"wanted": {"beat": ["crime"]}}', "--json").document
    assert shown["criteria"] == "beat:crime"
    assert shown["criteria_document"] == {"wanted": {"beat": ["crime"]}, "unwanted": {}}
    assert shown["summary"] == {
        "count": 2,
        "by_country": {"DK": 1, "FR": 1},
        "by_language": {"da": 1, "fr": 1},
        "by_media_type": {"daily": 1, "weekly": 1},
        "left_out": 0,
        "left_out_by_cause": {},
    }
    ruled = ready("audience", "show", "everyone", "--release", "31a26", "--json").document
    assert ruled["summary"]["by_edition"] == {"en": 2}
    assert ready("audience", "count", "country:DK", "--json").document["count"] == 1
    assert ready("audience", "count", "country:DK").out.startswith("1 address: ")


def test_a_page_tells_how_many_there_are_and_where_the_next_one_begins(ready: Command) -> None:
    first = ready("audience", "show", "everyone", "--limit", "1")
    after = ready("audience", "show", "everyone", "--limit", "1", "--json").document["next_after"]
    assert "2 addresses are found in all" in first.out
    assert f"the next page: --after {after}\n" in first.out
    last = ready("audience", "show", "everyone", "--limit", "1", "--after", str(after)).out
    assert "this is the last page" in last
    assert "1 recipient " in last


def test_criteria_may_begin_with_a_minus(ready: Command, files: Path) -> None:
    ready("lists", "make", "Ports")
    ready("lists", "add", "Ports", CLAIRE)
    without = "-list:Ports everyone"
    assert ready("audience", "count", without, "--json").document["count"] == 1
    assert ready("audience", "show", without, "--limit", "5", "--json").document["count"] == 1
    assert ready("audience", "count", "--", without, "--json").exit_code == 2
    ready("lists", "make", "Others")
    assert ready("lists", "rule", "Others", without, "--json").document["is_changed"]
    assert ready("lists", "rule", "Others", without, "--remove").exit_code == 0
    assert ready("contacts", "export", without, "--to", "without.csv").exit_code == 0
    alone = ready("audience", "count", "-list:Ports")
    assert alone.exit_code == 2
    assert "nobody is wanted" in alone.err
    wrong = ready("audience", "count", "-limit")
    assert wrong.exit_code == 2
    assert "No such option" in wrong.err


def test_what_changes_a_list_is_taken_back_by_the_number_that_it_tells(ready: Command) -> None:
    def number(*words: str) -> str:
        told = ready("lists", *words)
        return told.out.strip().rpartition("mailer contacts undo ")[2]

    made = number("make", "Ports")
    added = number("add", "Ports", CLAIRE)
    assert ready("lists", "add", "Ports", CLAIRE).out == "0 added to Ports\n"
    ruled = number("rule", "Ports", "country:DK")
    unruled = number("rule", "Ports", "country:DK", "--remove")
    removed = number("remove", "Ports", CLAIRE)
    deleted = number("delete", "Ports")
    for operation in (deleted, removed, unruled, ruled, added, made):
        assert ready("contacts", "undo", operation).exit_code == 0
    assert ready("lists", "list", "--json").document == []
    dry = ready("lists", "make", "Ports", "--dry-run")
    assert "undo" not in dry.out


def test_a_list_tells_whose_job_has_ended_and_whose_ends(ready: Command) -> None:
    ready("lists", "make", "Ports")
    ready("lists", "add", "Ports", CLAIRE, DESK)
    moved = ready("contacts", "move", CLAIRE, "--ends", "--on", "2020-12-01")
    assert "the lists Ports: the job's entry stays, but counts only where" in moved.out
    ready("contacts", "move", DESK, "--ends", "--on", "2199-12-01")
    shown = ready("lists", "show", "Ports").out
    assert "ended on 2020-12-01: no more" in shown
    assert "ends on 2199-12-01" in shown


def test_an_audience_is_paged(ready: Command) -> None:
    first = ready("audience", "show", "everyone", "--limit", "1", "--json").document
    after = str(first["next_after"])
    second = ready("audience", "show", "everyone", "--limit", "1", "--after", after, "--json")
    assert second.document["next_after"] is None
    pages = (first, second.document)
    told = [one for page in pages for one in (*page["recipients"], *page["left_out"])]
    assert {one["email"] for one in told} == {DESK, CLAIRE}
    assert first["count"] == 2


def test_a_jump_is_planned_with_its_numbers_and_the_number_is_checked(ready: Command) -> None:
    words = ("31a26", "--audience", "everyone", "--json")
    planned = ready("distributions", "plan", *words).document
    assert planned["jump"] == {"count": 2, "last_of_kind": [], "is_jump": False}
    assert planned["summary"]["count"] == 2
    refused = ready("distributions", "schedule", *words, "--expect", "3")
    assert refused.exit_code == 1
    assert "3 recipients were expected, and it is 2 recipients" in refused.err
    assert ready("distributions", "schedule", *words, "--expect", "2").exit_code == 0


def test_a_list_is_renamed_and_that_is_taken_back(ready: Command) -> None:
    ready("lists", "make", "Ports")
    ready("lists", "add", "Ports", CLAIRE)
    ready("lists", "make", "All")
    ready("lists", "rule", "All", "list:Ports")
    ready("distributions", "schedule", "31a26", "--audience", "list:Ports", "--at", "2090-01-01")
    words = ("lists", "rename", "ports", "The harbours")
    dry = ready(*words, "--dry-run", "--json").document
    assert (dry["before"], dry["after"], dry["dry_run"]) == ("Ports", "The harbours", True)
    assert ready("lists", "show", "The harbours").exit_code == 2
    done = ready(*words)
    assert "the list Ports is called The harbours now; 1 rule names it so, too" in done.out
    assert ready("audience", "show", "list:All", "--json").document["recipients"] != []
    (coming,) = ready("distributions", "list", "--json").document
    assert coming["criteria"] == 'list:"The harbours"'
    again = ready(*words[:2], "the HARBOURS", "The harbours", "--json").document
    assert (again["operation_id"], again["rules"]) == (None, 0)
    number = done.out.strip().rpartition(" ")[2]
    assert ready("contacts", "undo", number).exit_code == 0
    assert ready("lists", "show", "All", "--json").document["rules"] == ["list:Ports"]
    (coming,) = ready("distributions", "list", "--json").document
    assert coming["criteria"] == "list:Ports"


def test_a_list_does_not_get_the_name_of_another(ready: Command) -> None:
    for name in ("Ports", "All"):
        ready("lists", "make", name)
    taken = ready("lists", "rename", "Ports", "ALL")
    assert (taken.exit_code, "there is a list 'All' already" in taken.err) == (1, True)
    unknown = ready("lists", "rename", "Port", "X", "--json")
    assert (unknown.exit_code, "did you mean 'Ports'" in unknown.document["error"]) == (2, True)
    assert ready("lists", "rename", "Ports", " ").exit_code == 2
