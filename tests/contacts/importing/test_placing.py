from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, select

from mailer.contacts.directory import describe
from mailer.models import (
    Desk,
    Journalist,
    MediaList,
    Outlet,
    Role,
)
from tests import factories
from tests.contacts.importing.importing import FULL, Importing, changes, counts, only


def test_one_person_with_two_outlets_is_one_journalist_with_two_roles(
    session: Session, take: Importing
) -> None:
    text = (
        "email,given_name,family_name,outlet,outlet_country\n"
        "karen@havn.example,Karen,Holm,Havnebladet,DK\n"
        "karen@havn.example,Karen,Holm,Fjordradio,NO\n"
    )
    report = take(text)
    assert counts(report) == {"new": 1, "changed": 1}
    assert changes(report) == [(3, "outlet", "", "Fjordradio")]
    only(session, Journalist)
    roles = session.exec(select(Role).order_by(sa.column("id"))).all()
    assert [role.is_primary for role in roles] == [True, False]
    assert counts(take(text)) == {"unchanged": 2}


def test_rows_of_one_person_that_differ_do_not_overwrite_each_other_in_turn(
    session: Session, take: Importing
) -> None:
    text = (
        "email,given_name,family_name,outlet,languages,embargo_trusted,do_not_contact,tracking\n"
        "karen@havn.example,Karen,Holm,Havnebladet,da,yes,yes,individual\n"
        "karen@havn.example,Karen,Holm,Fjordradio,nb|da,no,no,aggregate\n"
    )
    take(text)
    karen = only(session, Journalist)
    assert karen.languages == ["da", "nb"]
    assert (karen.embargo_trusted, karen.do_not_contact) == (False, True)
    assert (karen.tracking, karen.tracking_consented_at) == ("aggregate", None)
    assert counts(take(text)) == {"unchanged": 2}


def test_a_new_address_does_not_open_the_door_to_who_is_not_to_be_contacted(
    session: Session, take: Importing
) -> None:
    take(
        "email,given_name,family_name,outlet,do_not_contact\n"
        "karen@havn.example,Karen,Holm,Havnebladet,yes\n"
    )
    report = take(
        "email,given_name,family_name,outlet,role.external_id\n"
        "kh@havn.example,KAREN,Holm,Havnebladet,\n"
        "bo@havn.example,Bo,Holm,Havnebladet,\n"
        "karen@fjord.example,Karen,Holm,Fjordradio,\n"
    )
    assert counts(report) == {"unusable": 1, "new": 2}
    (bad,) = report.unusable
    assert (bad.row, "give role.external_id" in bad.reason) == (2, True)
    # Another Karen Holm there has a number of her own.
    another = take(
        "email,given_name,family_name,outlet,role.external_id\n"
        "kh2@havn.example,Karen,Holm,Havnebladet,H-2\n"
    )
    assert counts(another) == {"new": 1}


def test_two_people_may_share_an_address(session: Session, take: Importing) -> None:
    text = (
        "email,given_name,family_name,outlet\n"
        "news@havn.example,Karen,Holm,Havnebladet\n"
        "news@havn.example,Bo,Krag,Havnebladet\n"
    )
    assert counts(take(text)) == {"new": 2}
    assert counts(take(text)) == {"unchanged": 2}
    assert len(session.exec(select(Journalist)).all()) == 2


def test_half_a_name_finds_the_person_whom_nobody_else_claims(
    session: Session, take: Importing
) -> None:
    header = "email,given_name,family_name\n"
    take(f"{header}karen@havn.example,K.,Holm\n")
    report = take(f"{header}karen@havn.example,Karen,Holm\n")
    assert changes(report) == [(2, "given_name", "K.", "Karen")]
    assert counts(take(f"{header}karen@havn.example,,Holm\n")) == {"unchanged": 1}
    assert only(session, Journalist).given_name == "Karen"


def test_another_name_at_a_known_address_is_another_person(
    session: Session, take: Importing
) -> None:
    header = "email,given_name,family_name\n"
    take(f"{header}news@havn.example,Karen,Holm\n")
    assert counts(take(f"{header}news@havn.example,Bo,Krag\n")) == {"new": 1}


def test_a_name_with_its_particle_is_the_name_held_in_two_parts(
    session: Session, take: Importing
) -> None:
    factories.journalist(
        session, "jan@krant.example", given_name="Jan", particle="van der", family_name="Meer"
    )
    report = take("email,given_name,family_name\njan@krant.example,Jan,van der Meer\n")
    assert counts(report) == {"unchanged": 1}


def test_half_a_name_that_fits_two_people_is_unusable(take: Importing) -> None:
    header = "email,given_name,family_name\n"
    take(f"{header}news@havn.example,Karen,Holm\nnews@havn.example,Bo,Holm\n")
    (bad,) = take(f"{header}news@havn.example,,Holm\n").unusable
    assert "fits several people" in bad.reason


def test_a_row_without_an_outlet_joins_the_job_at_its_address(
    session: Session, take: Importing
) -> None:
    take(FULL)
    report = take("email,given_name,family_name,lists\nkaren@havn.example,Karen,Holm,Courts\n")
    assert changes(report) == [(2, "lists", "", "Courts")]
    assert len(describe(session, "karen@havn.example").roles) == 1


def test_a_row_with_an_address_alone_speaks_of_its_only_reader(
    session: Session, take: Importing
) -> None:
    take(FULL)
    report = take(
        "email,lists\nkaren@havn.example,Courts\nredaktion@havn.example,Courts\nwho@havn.example,x\n"
    )
    assert counts(report) == {"changed": 2, "unusable": 1}
    (bad,) = report.unusable
    assert (bad.row, bad.reason) == (
        4,
        "nobody is named: fill in given_name and family_name, or desk",
    )
    assert session.exec(select(MediaList).where(MediaList.name == "x")).all() == []


def test_a_desk_needs_its_outlet(session: Session, take: Importing) -> None:
    (bad,) = take("email,desk\nredaktion@havn.example,Redaktionen\n").unusable
    assert bad.reason == "a desk belongs to an outlet: fill in outlet"
    take(FULL)
    assert counts(take("email,desk,phone\nredaktion@havn.example,redaktionen,+45 9\n")) == {
        "changed": 1
    }
    assert only(session, Desk).phone == "+45 9"


def test_a_desk_that_changed_its_name_stays_the_same_desk(
    session: Session, take: Importing
) -> None:
    take(FULL)
    report = take(
        "email,desk,outlet,outlet_country\nredaktion@havn.example,Nyheder,Havnebladet,DK\n"
    )
    assert changes(report) == [(2, "desk", "Redaktionen", "Nyheder")]
    assert only(session, Desk).name == "Nyheder"


def test_an_outlets_market_is_filled_in_when_the_file_tells_it(
    session: Session, take: Importing
) -> None:
    header = "email,desk,outlet,outlet_country\n"
    take(f"{header}a@metro.example,News,Metro,\n")
    report = take(f"{header}a@metro.example,News,metro,DK\n")
    assert changes(report) == [(2, "outlet_country", "", "DK")]
    assert only(session, Outlet).country == "DK"


def test_an_outlets_name_alone_will_not_do_in_two_markets(
    session: Session, take: Importing
) -> None:
    text = (
        "email,desk,outlet,outlet_country\n"
        "a@metro.example,News,Metro,DK\nb@metro.example,News,Metro,SE\nc@metro.example,News,Metro,\n"
    )
    for _ in range(2):
        (bad,) = take(text).unusable
        assert bad.row == 4
        assert bad.reason == "there are outlets called 'Metro' in DK, SE: fill in outlet_country"
    assert len(session.exec(select(Outlet)).all()) == 2


def test_a_job_that_has_ended_is_not_brought_back(session: Session, take: Importing) -> None:
    take(FULL)
    karen = session.exec(
        select(Role).join(Journalist).where(Journalist.given_name == "Karen")
    ).one()
    karen.ended_on = date(2020, 1, 1)
    session.flush()
    report = take(FULL.replace("Press day", "Courts"))
    assert counts(report) == {"unchanged": 3}
    (notice,) = report.notices
    assert notice == "row 2: that job has ended here and stays ended: the person is not changed"
    assert "Courts" not in describe(session, "karen@havn.example").roles[0].lists


def test_a_row_of_a_job_that_has_ended_leaves_the_person_as_she_is(
    session: Session, take: Importing
) -> None:
    header = "email,given_name,family_name,outlet,person.country,languages,do_not_contact\n"
    take(f"{header}karen@havn.example,Karen,Holm,Havnebladet,DK,da|en,\n")
    only(session, Role).ended_on = date(2020, 1, 1)
    session.flush()
    report = take(f"{header}karen@havn.example,Karen,Holm,Havnebladet,GR,tlh,\n")
    assert (counts(report), changes(report)) == ({"unchanged": 1}, [])
    karen = only(session, Journalist)
    assert (karen.country, karen.languages) == ("DK", ["da", "en"])
    # That nobody may write to her is heard all the same.
    report = take(f"{header}karen@havn.example,Karen,Holm,Havnebladet,GR,tlh,yes\n")
    assert changes(report) == [(2, "do_not_contact", "no", "yes")]
    assert (karen.country, karen.do_not_contact) == ("DK", True)


def test_the_country_of_a_person_is_told_as_hers(session: Session, take: Importing) -> None:
    header = "email,given_name,family_name,outlet,person.country,outlet_country\n"
    take(f"{header}karen@havn.example,Karen,Holm,Havnebladet,DK,DK\n")
    report = take(f"{header}karen@havn.example,Karen,Holm,Havnebladet,SE,DK\n")
    assert changes(report) == [(2, "person.country", "DK", "SE")]


def test_a_change_is_told_with_who_it_is_and_what_the_file_said_first(
    session: Session, take: Importing
) -> None:
    report = take(
        "email,given_name,family_name,outlet,role.external_id\n"
        ",Karen,Holm,Havnebladet,E5\n"
        ",Karen,Holm,Havnebladet,E6\n"
    )
    assert [(c.email, c.before, c.after) for c in report.changes] == [("Karen Holm", "E5", "E6")]
    assert only(session, Role).external_id == "E6"


def test_what_an_outlet_or_a_desk_cannot_have_is_left_out_and_said(take: Importing) -> None:
    report = take(
        "email,given_name,desk,job_title,outlet,media_type\n"
        "a@example.org,Eva,,,,daily\n"
        "b@example.org,,News,Chief,Metro,daily\n"
    )
    assert report.notices == (
        "row 2: media_type says nothing without an outlet: fill in outlet",
        "row 3: a desk has no job title: it is left out",
    )
