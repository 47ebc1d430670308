from datetime import timedelta

import pytest
import time_machine
from pwdlib import PasswordHash
from sqlmodel import Session, select

from mailer import accounts
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import OfficerRole, OfficerSession, PressOfficer
from tests.factories import NOW

PASSWORD = "a quiet harbour"


@pytest.fixture
def marie(session: Session) -> PressOfficer:
    return accounts.add_officer(
        session, "Marie@Harbour.example", name="Marie Duval", password=PASSWORD
    )


def test_an_officer_is_found_however_the_address_is_typed(
    session: Session, marie: PressOfficer
) -> None:
    assert accounts.find_officer(session, " MARIE@harbour.EXAMPLE") == marie
    assert accounts.find_officer(session, "nobody@harbour.example") is None
    assert accounts.find_officer(session, "no address at all") is None


def test_the_password_itself_is_not_kept(marie: PressOfficer) -> None:
    assert PASSWORD not in marie.password_hash
    assert marie.password_hash.startswith("$argon2id$")


def test_to_guess_a_password_costs_memory_and_time(passwords_as_kept: PasswordHash) -> None:
    # RFC 9106, section 4: the second recommended choice.
    assert "$m=65536,t=3,p=4$" in passwords_as_kept.hash(PASSWORD)


def test_the_right_password_lets_in(marie: PressOfficer) -> None:
    assert accounts.authenticate(marie, password=PASSWORD) is marie


@pytest.mark.parametrize("password", ["", "a quiet harbor", PASSWORD * 100])
def test_a_wrong_password_lets_nobody_in(marie: PressOfficer, password: str) -> None:
    with pytest.raises(Refused):
        accounts.authenticate(marie, password=password)


def test_an_unknown_officer_is_told_the_same_as_a_wrong_password(marie: PressOfficer) -> None:
    with pytest.raises(Refused) as unknown:
        accounts.authenticate(None, password=PASSWORD)
    with pytest.raises(Refused) as wrong:
        accounts.authenticate(marie, password="another password")
    assert str(unknown.value) == str(wrong.value)


def test_a_short_password_is_bad_input(session: Session) -> None:
    with pytest.raises(BadInput, match="10 characters"):
        accounts.add_officer(session, "jonas@harbour.example", name="Jonas", password="harbour")


def test_two_officers_cannot_share_an_address(session: Session, marie: PressOfficer) -> None:
    with pytest.raises(BadInput, match="already"):
        accounts.add_officer(session, "marie@harbour.example", name="M", password=PASSWORD)


def test_a_sign_in_names_its_officer(session: Session, marie: PressOfficer) -> None:
    secret = accounts.open_session(session, marie.id, hours=12)
    officer = accounts.officer_of(session, secret)
    assert officer is not None
    assert (officer.name, officer.role) == ("Marie Duval", OfficerRole.AUTHOR)


def test_the_secret_of_a_sign_in_is_not_kept(session: Session, marie: PressOfficer) -> None:
    secret = accounts.open_session(session, marie.id, hours=12)
    assert secret not in session.exec(select(OfficerSession.secret_hash)).all()


def test_a_sign_in_ends_after_its_hours(session: Session, marie: PressOfficer) -> None:
    with time_machine.travel(NOW, tick=False):
        secret = accounts.open_session(session, marie.id, hours=12)
    with time_machine.travel(NOW + timedelta(hours=11, minutes=59), tick=False):
        assert accounts.officer_of(session, secret) is not None
    with time_machine.travel(NOW + timedelta(hours=12), tick=False):
        assert accounts.officer_of(session, secret) is None


def test_a_new_sign_in_sweeps_out_the_ended_ones(session: Session, marie: PressOfficer) -> None:
    with time_machine.travel(NOW, tick=False):
        accounts.open_session(session, marie.id, hours=1)
    with time_machine.travel(NOW + timedelta(hours=2), tick=False):
        accounts.open_session(session, marie.id, hours=1)
    assert len(session.exec(select(OfficerSession)).all()) == 1


def test_signing_out_ends_that_sign_in_only(session: Session, marie: PressOfficer) -> None:
    telephone, desk = (accounts.open_session(session, marie.id, hours=12) for _ in range(2))
    accounts.close_session(session, telephone)
    accounts.close_session(session, telephone)
    assert accounts.officer_of(session, telephone) is None
    assert accounts.officer_of(session, desk) is not None


def test_an_officer_who_left_is_out_at_once(session: Session, marie: PressOfficer) -> None:
    secret = accounts.open_session(session, marie.id, hours=12)
    accounts.deactivate(session, marie.email)
    assert accounts.officer_of(session, secret) is None
    with pytest.raises(Refused):
        accounts.authenticate(marie, password=PASSWORD)


def test_nobody_unknown_can_be_deactivated(session: Session) -> None:
    with pytest.raises(NotFound):
        accounts.deactivate(session, "nobody@harbour.example")


def test_a_new_password_lets_in_again_whoever_was_shut_out(
    session: Session, marie: PressOfficer
) -> None:
    secret = accounts.open_session(session, marie.id or 0, hours=1)
    accounts.deactivate(session, marie.email)
    accounts.renew_password(session, marie.email, password="another quiet harbour")
    assert accounts.authenticate(marie, password="another quiet harbour") == marie
    assert accounts.officer_of(session, secret) is None
    with pytest.raises(Refused):
        accounts.authenticate(marie, password=PASSWORD)
