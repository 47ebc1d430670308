from itertools import islice
from pathlib import Path

from sqlmodel import Session

from mailer import addresses, clock
from mailer.audience import selection
from mailer.audience.criteria import parse
from mailer.contacts.importing import import_contacts
from mailer.demo.crowd import PEOPLE_PER_OUTLET, PRESSES, crowd, write_crowd
from mailer.demo.plot import read_plot
from mailer.tokens import Keyring


def test_it_is_the_same_crowd_every_time() -> None:
    assert list(crowd(50)) == list(islice(crowd(2000), 50))


def test_everyone_has_an_address_of_an_example_domain() -> None:
    emails = [addresses.parse(one["email"]).normalised for one in crowd(5000)]
    assert len(set(emails)) == 5000
    assert all(email.endswith(".example") for email in emails)


def test_outlets_are_many_and_none_shares_its_domain() -> None:
    pairs = {(one["outlet"], one["email"].partition("@")[2]) for one in crowd(3000)}
    assert len(pairs) == 3000 / PEOPLE_PER_OUTLET
    assert len({outlet for outlet, _ in pairs}) == len({domain for _, domain in pairs})


def test_the_whole_press_is_there_before_the_first_hundred() -> None:
    assert {one["languages"].partition("|")[0] for one in crowd(100)} == {
        press.language for press in PRESSES
    }


def test_the_import_takes_everyone_and_the_audience_finds_them(
    session: Session, keyring: Keyring, tmp_path: Path
) -> None:
    report = import_contacts(session, write_crowd(tmp_path / "c.csv", number=120), keyring=keyring)
    assert (report.counts["new"], list(report.unusable)) == (120, [])
    found = selection.select(session, parse(read_plot().audience), at=clock.now())
    assert len(found.recipients) == 120
