"""What an outlet, its desks and its people cover, file after file."""

from sqlmodel import Session

from mailer.models import Desk, Outlet, Role
from tests.contacts.importing.importing import Importing, changes, counts, only

OUTLETS = "outlet,outlet_country,media_type,desk,desk.email,outlet.beats\n"
POLITICS = "Avisen,DK,daily,Politik,pol@avisen.example,politics\n"
PORTS = "Avisen,DK,daily,Havne,ports@avisen.example,ports|fishing\n"
PERSON = """\
email,given_name,family_name,outlet,outlet_country,media_type,beats
eva@a.example,Eva,Lund,Avisen,DK,daily,"""
DESK = "desk,email,outlet,outlet_country,media_type,beats\nNyt,nyt@a.example,Avisen,DK,daily,"


def _covered(session: Session) -> list[str]:
    beats: list[str] = only(session, Outlet).details["beats"]
    return beats


def test_a_part_of_a_file_takes_no_subject_from_the_outlet(
    session: Session, take: Importing
) -> None:
    take(OUTLETS + POLITICS + PORTS)
    assert _covered(session) == ["politics", "ports", "fishing"]
    report = take(OUTLETS + POLITICS)
    assert (counts(report), changes(report)) == ({"unchanged": 1}, [])
    assert _covered(session) == ["politics", "ports", "fishing"]


def test_parts_of_a_file_say_together_what_the_whole_says(
    session: Session, take: Importing
) -> None:
    take(OUTLETS + POLITICS)
    told = changes(take(OUTLETS + PORTS))
    assert (2, "details.beats", "politics", "politics|ports|fishing") in told
    assert changes(take(OUTLETS + POLITICS)) == []
    assert _covered(session) == ["politics", "ports", "fishing"]


def test_the_subjects_of_a_desk_add_up_like_those_of_its_outlet(
    session: Session, take: Importing
) -> None:
    take(DESK + "crime\n")
    assert changes(take(DESK + "health|crime\n")) == [(2, "beats", "crime", "crime|health")]
    assert changes(take(DESK + "crime\n")) == []
    assert only(session, Desk).beats == ["crime", "health"]


def test_a_job_has_the_subjects_of_the_last_file(session: Session, take: Importing) -> None:
    take(PERSON + "ports|sport\n")
    assert changes(take(PERSON + "politics\n")) == [(2, "beats", "ports|sport", "politics")]
    assert changes(take(PERSON + "\n")) == []
    assert only(session, Role).beats == ["politics"]


def test_the_same_subjects_in_another_language_are_no_news(
    session: Session, take: Importing
) -> None:
    take(PERSON + "Wirtschaft|ports\n")
    report = take(PERSON + '"ports|economy, business and finance"\n')
    assert (counts(report), changes(report)) == ({"unchanged": 1}, [])
    assert only(session, Role).beats == ["wirtschaft", "ports"]


def test_a_comma_inside_a_word_for_a_shared_subject_parts_nothing(
    session: Session, take: Importing
) -> None:
    take(PERSON + '"Conflit, guerre et paix, Sport, Santé"\n')
    assert only(session, Role).beats == ["conflit, guerre et paix", "sport", "santé"]
