"""J3: English is ready at ten, French at twenty to eleven, German tomorrow. Who waits gets her own
edition and never another; who would rather have it at once gets the translation after it, in the
same thread, if she asked for it.
"""

from collections import Counter
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import select

from mailer import clock, database
from mailer.models import Distribution, Edition, EditionStatus, Release
from tests.journeys.press_office import PressOffice
from tests.journeys.test_friday_correction import bring_in, text_of

HEADER = "email,given_name,family_name,outlet,outlet_country,languages,lists\n"
PEOPLE = {"en": 3, "fr": 4, "de": 2}
AUDIENCE = 'list:"Friday"'


def address(language: str, number: int) -> str:
    return f"{language}{number}@paper-{language}{number}.example"


@pytest.fixture
def morning(press: PressOffice) -> PressOffice:
    """A release in English, whose French and German are being translated, and readers of each."""
    rows = "".join(
        f"{address(language, number)},Karen,Holm {'x' * number},Blad {language}{number},DK,"
        f"{language}{'' if language == 'en' else '|en'},Friday\n"
        for language, count in PEOPLE.items()
        for number in range(count)
    )
    press.take(HEADER + rows)
    bring_in(press, "2026-042")
    with database.writing(press.engine) as session:
        release = session.exec(select(Release)).one()
        for language in ("fr", "de"):
            status = EditionStatus.IN_TRANSLATION
            session.add(Edition(release_id=release.id or 0, language=language, status=status))
    return press


def readers(*languages: str) -> set[str]:
    return {address(one, number) for one in languages for number in range(PEOPLE[one])}


def taken(press: PressOffice) -> Counter[str]:
    """Who got how many messages since it was last asked."""
    found = Counter(one.recipient for one in press.relay.received)
    del press.relay.received[:]
    return found


def plan(press: PressOffice, policy: str) -> dict[str, dict[str, Any]]:
    words = ("distributions", "plan", "2026-042", "--audience", AUDIENCE, "--languages", policy)
    return {one["address"]: one for one in press.command(*words)["planned"]}


def schedule(press: PressOffice, policy: str, *more: str) -> int:
    words = ("distributions", "schedule", "2026-042", "--audience", AUDIENCE)
    return int(press.command(*words, "--languages", policy, *more)["distribution_id"])


def status(press: PressOffice, number: int) -> Any:
    return press.command("distributions", "status", str(number))


def test_who_waits_gets_her_own_edition_and_never_another(morning: PressOffice) -> None:
    planned = plan(morning, "wait")
    french = planned[address("fr", 0)]
    assert (french["edition"], french["waits"]) == ("fr", True)
    assert "in translation: waits for it" in french["edition_rule"]
    assert planned[address("en", 0)]["waits"] is False

    number = schedule(morning, "wait")
    morning.work()
    assert taken(morning) == Counter(readers("en"))
    state = status(morning, number)
    assert state["status"] == "sending"
    assert state["waiting_by_language"] == {"de": 2, "fr": 4}
    assert state["language_policy"] == "wait"
    assert state["forecast_at"] is None

    bring_in(morning, "2026-042", "fr", body="Le 24 du mois.")
    morning.work()
    assert taken(morning) == Counter(readers("fr"))
    rows = morning.deliveries(number)
    assert {rows[one]["edition_language"] for one in readers("fr")} == {"fr"}
    assert "waited for it" in rows[address("fr", 0)]["edition_rule"]
    assert status(morning, number)["waiting_by_language"] == {"de": 2}

    refused = morning.mailer("distributions", "release-waiting", str(number), "--language", "it")
    assert refused.exit_code == 1
    assert "nobody waits for it in distribution" in refused.err
    released = morning.command("distributions", "release-waiting", str(number), "--language", "de")
    assert released["released"] == 2
    morning.work()
    assert taken(morning) == Counter(readers("de"))
    rows = morning.deliveries(number)
    assert {rows[one]["edition_language"] for one in readers("de")} == {"en"}
    assert "an officer ended the waiting" in rows[address("de", 0)]["edition_rule"]
    assert status(morning, number)["status"] == "sent"
    # A German text that comes after all goes to nobody: they have had theirs.
    bring_in(morning, "2026-042", "de", body="Am 24.")
    morning.work()
    assert taken(morning) == Counter()


def test_who_still_waits_at_the_end_or_at_a_cancellation_gets_nothing(
    morning: PressOffice,
) -> None:
    number = schedule(morning, "wait")
    morning.work()
    taken(morning)
    morning.command("distributions", "cancel", str(number))
    assert status(morning, number)["counts"] == {"sent": 3, "cancelled": 6}
    bring_in(morning, "2026-042", "fr", body="Le 24 du mois.")
    morning.work()
    assert taken(morning) == Counter()


def test_who_still_waits_when_its_time_is_over_gets_nothing(morning: PressOffice) -> None:
    number = schedule(morning, "wait", "--not-after", "2030-01-01T00:00")
    morning.work()
    assert taken(morning) == Counter(readers("en"))
    with database.writing(morning.engine) as session:
        session.exec(sa.update(Distribution).values(not_after=clock.now()))
    morning.work()
    assert status(morning, number)["counts"] == {"sent": 3, "expired": 6}
    assert status(morning, number)["status"] == "sent"
    bring_in(morning, "2026-042", "fr", body="Le 24 du mois.")
    morning.work()
    assert taken(morning) == Counter()


def test_the_page_offers_the_same(morning: PressOffice) -> None:
    form = {"criteria": AUDIENCE, "languages": "wait"}
    review = morning.desk.post("/releases/2026-042/distribute/review", data=form).text
    assert "who reads an edition that is not ready waits for it" in review
    decided = morning.desk.post("/releases/2026-042/distribute", data=form)
    morning.work()
    assert taken(morning) == Counter(readers("en"))
    page = morning.desk.get(decided.headers["location"]).text
    assert "4 readers for French" in page


def test_who_asked_for_translations_gets_hers_after_the_other_in_the_same_thread(
    morning: PressOffice,
) -> None:
    wanting = {address("fr", 0), address("fr", 1), address("de", 0), address("en", 0)}
    for one in wanting:
        morning.command("contacts", "edit", one, "--set", "wants_translations=yes")
    assert "fr follows to who wants" in plan(morning, "follow")[address("fr", 0)]["edition_rule"]
    number = schedule(morning, "follow")
    morning.work()
    assert taken(morning) == Counter(readers("en", "fr", "de"))
    first = morning.deliveries(number)
    assert {one["edition_language"] for one in first.values()} == {"en"}
    assert status(morning, number)["status"] == "sent"

    bring_in(morning, "2026-042", "fr", body="Le 24 du mois.")
    for _ in range(2):
        morning.work()
        morning.work()
    french = {one for one in wanting if one.startswith("fr")}
    for one in french:
        (message,) = morning.received(one)
        assert message["In-Reply-To"] == first[one]["message_id"]
        assert message["Subject"] == "Twelve harbours agree (fr)"
        assert "Le 24 du mois" in text_of(message)
    assert taken(morning) == Counter(french)
    state = status(morning, number)
    assert [(one["relation"], one["status"]) for one in state["followed_by"]] == [
        ("translation", "sent")
    ]
    later = status(morning, state["followed_by"][0]["id"])
    assert (later["follows_id"], later["relation"]) == (number, "translation")


def test_a_translation_whose_source_changed_waits_until_it_is_ready_again(
    morning: PressOffice,
) -> None:
    bring_in(morning, "2026-042", "fr", body="Le 24 du mois.")
    bring_in(morning, "2026-042", body="They meet on the 25th.")
    planned = plan(morning, "wait")[address("fr", 0)]
    assert (planned["edition"], planned["waits"]) == ("fr", True)
    assert "which is stale: waits for it" in planned["edition_rule"]
    assert plan(morning, "fallback")[address("fr", 0)]["edition"] == "en"
    number = schedule(morning, "wait")
    morning.work()
    assert taken(morning) == Counter(readers("en"))
    bring_in(morning, "2026-042", "fr", body="Le 25 du mois.", change_note="Le 25.")
    morning.work()
    assert taken(morning) == Counter(readers("fr"))
    assert status(morning, number)["waiting_by_language"] == {"de": 2}


def test_a_correction_meanwhile_stops_those_who_wait_and_keeps_them_waiting_for_theirs(
    morning: PressOffice,
) -> None:
    number = schedule(morning, "wait")
    morning.work()
    taken(morning)
    note = "The date is the 25th."
    bring_in(morning, "2026-042", body="They meet on the 25th.", change_note=note)
    decided = morning.command("distributions", "correct", str(number), "2026-042")
    morning.work_urgent()
    morning.work_urgent()
    assert taken(morning) == Counter(readers("en"))
    state = status(morning, decided["distribution_id"])
    assert state["waiting_by_language"] == {"de": 2, "fr": 4}
    assert status(morning, number)["counts"] == {"sent": 3, "cancelled": 6}
    bring_in(morning, "2026-042", "fr", body="Le 25 du mois.")
    morning.work_urgent()
    morning.work_urgent()
    for one in readers("fr"):
        (message,) = morning.received(one)
        assert message["In-Reply-To"] is None
    assert taken(morning) == Counter(readers("fr"))


def test_a_translation_follows_a_correction_as_it_would_have_followed_the_text(
    morning: PressOffice,
) -> None:
    wanting = {address("fr", 0), address("fr", 1)}
    for one in wanting:
        morning.command("contacts", "edit", one, "--set", "wants_translations=yes")
    number = schedule(morning, "follow")
    morning.work()
    taken(morning)
    note = "The date is the 25th."
    bring_in(morning, "2026-042", body="They meet on the 25th.", change_note=note)
    decided = morning.command("distributions", "correct", str(number), "2026-042")
    morning.work_urgent()
    morning.work_urgent()
    assert taken(morning) == Counter(readers("en", "fr", "de"))
    bring_in(morning, "2026-042", "fr", body="Le 25 du mois.")
    shown = morning.command("releases", "preview", "2026-042", "--to", address("fr", 0))
    assert (shown["relation"], shown["after"]) == ("translation", decided["distribution_id"])
    for _ in range(2):
        morning.work_urgent()
        morning.work_urgent()
    second = morning.deliveries(decided["distribution_id"])
    for one in wanting:
        (message,) = morning.received(one)
        assert message["In-Reply-To"] == second[one]["message_id"]
        assert "Le 25 du mois" in text_of(message)
    assert taken(morning) == Counter(wanting)


def test_the_plan_tells_who_gets_a_translation_and_when_nobody_can(press: PressOffice) -> None:
    press.take(HEADER + f"{address('fr', 0)},Karen,Holm,Blad,DK,fr|en,Friday\n")
    bring_in(press, "2026-042")
    words = ("distributions", "plan", "2026-042", "--audience", AUDIENCE, "--languages", "follow")
    assert "no language is expected of this release" in " ".join(press.command(*words)["notes"])
    press.command("releases", "expect", "2026-042", "fr")
    told = " ".join(press.command(*words)["notes"])
    assert "their own language follows for those of these who want it: French (1)" in told


def test_a_translation_of_an_earlier_source_goes_only_by_somebodys_word(
    press: PressOffice,
) -> None:
    """EN is edited after FR was started: FR is stale, and cannot go without “still valid”."""
    press.take(HEADER + f"{address('fr', 0)},Karen,Holm,Blad,DK,fr|en,Friday\n")
    bring_in(press, "2026-042")
    press.command("releases", "expect", "2026-042", "fr")
    bring_in(press, "2026-042", body="They meet on the 24th, at ten.")
    bring_in(press, "2026-042", "fr", body="Le 24 du mois.")
    card = press.command("releases", "show", "2026-042")
    states = {one["language"]: (one["status"], one["source_revision"]) for one in card["editions"]}
    assert states == {"en": ("ready", None), "fr": ("stale", 1)}
    source = press.command("releases", "diff", "2026-042", "--language", "fr")["source"]
    assert (source["from_revision"], source["to_revision"]) == (1, 2)

    number = schedule(press, "wait")
    press.work()
    assert taken(press) == Counter()
    words = (
        "releases",
        "still-valid",
        "2026-042",
        "fr",
        "--by",
        "Ana",
        "--note",
        "No hour in French",
    )
    press.command(*words)
    press.work()
    assert taken(press) == Counter([address("fr", 0)])
    assert status(press, number)["status"] == "sent"
    (french,) = (
        one
        for one in press.command("releases", "show", "2026-042")["editions"]
        if one["language"] == "fr"
    )
    (said,) = french["words"]
    assert (said["said_by"], said["note"], said["source_revision"]) == (
        "Ana",
        "No hour in French",
        2,
    )
