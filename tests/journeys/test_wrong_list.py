"""F1: the wrong list. An audience far larger than the last five of that kind goes to nobody until
an officer has typed its number, on the page and on the command line alike.
"""

from collections.abc import Callable

import pytest

from tests.journeys.press_office import PressOffice

ALL, PORTS, HARBOURS = 54, 3, 2
HEADER = "email,given_name,family_name,outlet,outlet_country,outlet_languages,lists\n"
#: The sizes of the five that are looked at, the newest first.
LAST = "the last 5 of that kind (release) had 3, 2, 3, 2, 3"

#: Tries to schedule that release to those, with the number that was typed; what is said.
Door = Callable[[PressOffice, str, str, str], str]


def on_page(press: PressOffice, reference: str, criteria: str, typed: str) -> str:
    """Press the button of the review page; empty when it is decided."""
    form = {"criteria": criteria, "expect": typed}
    answer = press.desk.post(f"/releases/{reference}/distribute", data=form)
    assert answer.status_code in (303, 409)
    return answer.text


def on_command_line(press: PressOffice, reference: str, criteria: str, typed: str) -> str:
    """Type the command; empty when it is decided."""
    words = ["distributions", "schedule", reference, "--audience", criteria]
    answer = press.mailer(*words, *(("--expect", typed) if typed else ()))
    assert (answer.exit_code == 0) is (answer.err == "" or answer.err.startswith("note:"))
    return answer.err if answer.exit_code else ""


@pytest.fixture
def season(press: PressOffice) -> PressOffice:
    """Of all journalists a few got the last five releases; what went to all was of another
    kind, or longer ago, or was cancelled.
    """
    lists = {0: "Ports|Harbours", 1: "Ports|Harbours", 2: "Ports"}
    press.take(
        HEADER
        + "".join(
            f"r{number}@paper{number}.example,Karen,Holm {'x' * number},Havnebladet,DK,en,"
            f"{lists.get(number, '')}\n"
            for number in range(ALL)
        )
    )
    # All of them are fewer than what is a jump for a beginner.
    press.send(press.write("1"), "everyone")
    for number in range(2, 7):
        name = "Harbours" if number % 2 else "Ports"
        press.send(press.write(str(number)), f'list:"{name}"')
    press.send(press.write("7", kind="statement"), "everyone")
    words = ("distributions", "schedule", press.write("8"), "--audience", "everyone")
    mistake = press.command(*words, "--expect", str(ALL))["distribution_id"]
    press.scheduler.start()
    press.command("distributions", "cancel", str(mistake))
    assert len(press.relay.received) == 2 * ALL + 3 * PORTS + 2 * HARBOURS
    return press


@pytest.mark.parametrize("attempt", [on_page, on_command_line])
def test_a_jump_goes_to_nobody_until_its_number_is_typed(
    season: PressOffice, attempt: Door
) -> None:
    reference, before = season.write("31a26"), len(season.relay.received)
    assert_shown(season, reference)
    for typed, told in (("", "that is a jump"), (str(ALL - 1), f"{ALL - 1} recipients were")):
        refused = attempt(season, reference, "everyone", typed)
        assert told in refused.lower()
        assert LAST in refused
        season.work()
        assert len(season.relay.received) == before

    assert attempt(season, reference, "everyone", str(ALL)) == ""
    season.work()
    taken = [one.recipient for one in season.relay.received[before:]]
    assert sorted(taken) == sorted(f"r{number}@paper{number}.example" for number in range(ALL))
    # The right list asks for no number.
    assert attempt(season, season.write("31a27"), 'list:"Ports"', "") == ""


def assert_shown(press: PressOffice, reference: str) -> None:
    """The jump stands in the plan and on the review page, before anything is decided."""
    form = {"criteria": "everyone"}
    page = press.desk.post(f"/releases/{reference}/distribute/review", data=form).text
    assert "That is a jump: type the number of recipients" in page
    assert LAST in page
    words = ("distributions", "plan", reference, "--audience", "everyone")
    assert f"that is a jump: {ALL} recipients; {LAST}" in press.mailer(*words).out
    assert press.command(*words)["jump"] == {
        "count": ALL,
        "last_of_kind": [3, 2, 3, 2, 3],
        "is_jump": True,
    }
