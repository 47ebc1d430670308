"""F9: the same person on two lists gets one mail, and wherever an officer asks why she gets it,
both lists are told. To herself they are not named: what a list is called is the office's affair.
"""

import re
from typing import Any

import pytest

from tests.journeys.press_office import PressOffice

CLAIRE, OTHER, BO = "claire@phare.example", "claire@amarres.example", "bo@phare.example"
LISTS = ("Cybercrime", "Port city")
AUDIENCE = 'list:"Cybercrime","Port city"'
WHY = [f"list “{name}”" for name in LISTS]
HEADER = "email,given_name,family_name,outlet,outlet_country,outlet_languages,lists\n"
BEGUN = f"{BO},Bo,Friis,Le Phare,FR,en,Cybercrime\n"
#: How she came to stand on both.
STANDS = {
    "with one job": f"{CLAIRE},Claire,Martin,Le Phare,FR,en,Cybercrime|Port city\n",
    "by two files' rows": (
        f"{CLAIRE.upper()},Claire,MARTIN,Le Phare,FR,en,Port city\n"
        f"{CLAIRE},Claire,Martin,Le Phare,FR,en,CYBERCRIME|port  CITY\n"
    ),
    "with two jobs at one address": (
        f"{CLAIRE},Claire,Martin,Le Phare,FR,en,Cybercrime\n"
        f"{CLAIRE},Claire,Martin,Amarres,FR,en,Port city\n"
    ),
}


@pytest.fixture(params=STANDS.values(), ids=list(STANDS))
def office(press: PressOffice, request: pytest.FixtureRequest) -> PressOffice:
    press.take(HEADER + BEGUN + request.param)
    press.write("31a26")
    return press


def of_her(told: Any, key: str = "recipients") -> Any:
    (one,) = [one for one in told[key] if CLAIRE in (one.get("email"), one.get("address"))]
    return one


def test_she_gets_one_mail_and_both_reasons_are_told(office: PressOffice) -> None:
    shown = office.command("audience", "show", AUDIENCE)
    assert (of_her(shown)["reasons"], shown["count"]) == (WHY, 2)
    assert "; ".join(WHY) in office.mailer("audience", "show", AUDIENCE).out

    plan = ("distributions", "plan", "31a26", "--audience", AUDIENCE)
    planned = office.command(*plan)
    assert (of_her(planned, "planned")["reasons"], planned["count"]) == (WHY, 2)

    form = {"criteria": AUDIENCE}
    for step in ("audience", "review"):
        page = office.desk.post(f"/releases/31a26/distribute/{step}", data=form).text
        assert because(page) == {" and ".join(WHY): [CLAIRE], WHY[0]: [BO]}

    distribution = office.send("31a26", AUDIENCE)
    assert sorted(one.recipient for one in office.relay.received) == [BO, CLAIRE]
    delivery = office.deliveries(distribution)[CLAIRE]
    assert delivery["reasons"] == WHY
    number = str(delivery["id"])
    assert f"in because of: {', '.join(WHY)}" in office.mailer("deliveries", "show", number).out
    page = office.desk.get(f"/deliveries/{number}").text
    assert all(f"<dd>{why}</dd>" in page for why in WHY)


def because(page: str) -> dict[str, list[str]]:
    """Why whom, as a page of the plan tells it."""
    told = page.partition('<h3 class="h4 mt-3">In because of</h3>')[2].partition("<h3")[0]
    groups = re.findall(r"<summary>.*?</span> · (.*?)</summary>(.*?)</details>", told, re.DOTALL)
    return {why: re.findall(r"<li>(.*?)</li>", addresses) for why, addresses in groups}


def test_what_she_reads_tells_her_once_why_and_names_no_list_of_ours(
    office: PressOffice,
) -> None:
    office.send("31a26", AUDIENCE)
    (message,) = office.received(CLAIRE)
    for part in ("plain", "html"):
        body = message.get_body((part,))
        assert body is not None
        text = body.get_content()
        assert text.count("because your address is on the press distribution list") == 1
        assert "Press releases" in text
    whole = office.relay.received[0].data + office.relay.received[1].data
    assert [name for name in LISTS if name.encode() in whole] == []


def test_of_two_addresses_the_first_one_gets_it_for_both_reasons(press: PressOffice) -> None:
    press.take(HEADER + BEGUN + f"{CLAIRE},Claire,Martin,Le Phare,FR,en,Cybercrime\n")
    number = press.command("contacts", "show", CLAIRE)["roles"][0]["journalist_id"]
    press.take(HEADER + f"{OTHER},Claire,Martin,Amarres,FR,en,Port city\n", name="other.csv")
    twin = press.command("contacts", "show", OTHER)["roles"][0]["journalist_id"]
    press.command("contacts", "merge", str(number), str(twin))

    shown = press.command("audience", "show", AUDIENCE)
    assert of_her(shown)["reasons"] == WHY
    reasons = {one["email"]: one["reason"] for one in shown["left_out"]}
    assert reasons == {OTHER: f"gets it at {CLAIRE}"}
    press.send(press.write("31a26"), AUDIENCE)
    assert sorted(one.recipient for one in press.relay.received) == [BO, CLAIRE]
