"""Press contacts and occasions of the files are printed on the release."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlmodel import Session

from mailer.errors import BadInput
from mailer.models import Office, ReleaseStatus
from mailer.releases.editions import FullRelease, load
from mailer.releases.editions.drafting import import_release
from mailer.releases.manuscripts.occasions import OccasionDraft
from mailer.releases.manuscripts.reading import ContactRecord, EditionDraft

MIRA = ContactRecord(key="mira.lund", name="Mira Lund", role="Press officer", phone="1")
JEAN = ContactRecord(key="jean.roy", name="Jean Roy", phone="2")
SIGNING = OccasionDraft(title="Signing", starts=datetime.fromisoformat("2026-12-01T10:00"))
ENGLISH = EditionDraft(
    file="en.md",
    language="en",
    title="Harbours",
    body="Text",
    dated_on=date(2026, 11, 23),
    reference="A1",
    contacts=(MIRA,),
)
FRENCH = replace(ENGLISH, file="fr.md", language="fr", title="Ports")


def bring(session: Session, office: Office, *drafts: EditionDraft) -> FullRelease:
    import_release(session, drafts, office=office)
    return load(session, "A1")


def keys(full: FullRelease) -> list[str]:
    return [contact.key for contact in full.contacts]


def test_a_key_is_good_wherever_the_person_is_written_out(session: Session, office: Office) -> None:
    by_key = replace(ENGLISH, contacts=("jean.roy",))
    full = bring(session, office, by_key, replace(FRENCH, contacts=(JEAN, "jean.roy")))
    assert keys(full) == ["jean.roy"]


def test_a_contact_of_a_translation_is_added_behind_those_of_the_source(
    session: Session, office: Office
) -> None:
    full = bring(session, office, replace(FRENCH, contacts=(JEAN, MIRA)), ENGLISH)
    assert keys(full) == ["mira.lund", "jean.roy"]


def test_a_later_translation_adds_its_contact_and_takes_none_away(
    session: Session, office: Office
) -> None:
    bring(session, office, ENGLISH)
    assert keys(bring(session, office, replace(FRENCH, contacts=(JEAN,)))) == [
        "mira.lund",
        "jean.roy",
    ]


def test_a_translated_role_does_not_replace_the_sources(session: Session, office: Office) -> None:
    translated = replace(MIRA, role="Attachée de presse")
    full = bring(session, office, ENGLISH, replace(FRENCH, contacts=(translated,)))
    assert full.contacts[0].role == "Press officer"
    full = bring(session, office, replace(FRENCH, contacts=(translated,)))
    assert full.contacts[0].role == "Press officer"


def test_the_sources_list_replaces_the_one_there_was(session: Session, office: Office) -> None:
    bring(session, office, replace(ENGLISH, contacts=(MIRA, JEAN)))
    assert keys(bring(session, office, replace(ENGLISH, contacts=("jean.roy",)))) == ["jean.roy"]


def test_the_order_of_the_file_is_the_order_of_print(session: Session, office: Office) -> None:
    bring(session, office, replace(ENGLISH, contacts=(MIRA, JEAN)))
    turned = bring(session, office, replace(ENGLISH, contacts=("jean.roy", "mira.lund")))
    assert keys(turned) == ["jean.roy", "mira.lund"]


def test_a_file_without_contacts_keeps_them(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH)
    assert keys(bring(session, office, replace(ENGLISH, contacts=()))) == ["mira.lund"]


def test_a_new_number_reaches_the_contact(session: Session, office: Office) -> None:
    bring(session, office, ENGLISH)
    full = bring(session, office, replace(ENGLISH, contacts=(replace(MIRA, phone="3"),)))
    assert full.contacts[0].phone == "3"


def test_a_moved_occasion_is_the_same_row(session: Session, office: Office) -> None:
    first = bring(session, office, replace(ENGLISH, occasions=(SIGNING,)))
    later = replace(SIGNING, starts=datetime.fromisoformat("2026-12-02T10:00"))
    moved = bring(session, office, replace(ENGLISH, occasions=(later,)))
    assert [row.id for row in moved.occasions] == [row.id for row in first.occasions]
    assert moved.occasions[0].starts_at == datetime(2026, 12, 2, 9, tzinfo=UTC)


def test_a_moved_occasion_voids_an_approval(session: Session, office: Office) -> None:
    first = bring(session, office, replace(ENGLISH, occasions=(SIGNING,)))
    first.release.status = ReleaseStatus.APPROVED
    later = replace(SIGNING, starts=datetime.fromisoformat("2026-12-02T10:00"))
    moved = bring(session, office, replace(ENGLISH, occasions=(later,)))
    assert moved.release.status is ReleaseStatus.DRAFT


def test_an_occasion_that_is_left_out_goes(session: Session, office: Office) -> None:
    bring(session, office, replace(ENGLISH, occasions=(SIGNING, replace(SIGNING, title="Tea"))))
    full = bring(session, office, replace(ENGLISH, occasions=(SIGNING,)))
    assert [row.title for row in full.occasions] == ["Signing"]


def test_occasions_of_a_translation_serve_only_while_there_are_none(
    session: Session, office: Office
) -> None:
    french = replace(FRENCH, occasions=(replace(SIGNING, title="Signature"),))
    full = bring(session, office, ENGLISH, french)
    assert [row.title for row in full.occasions] == ["Signature"]
    full = bring(session, office, replace(ENGLISH, occasions=(SIGNING,)), french)
    assert [row.title for row in full.occasions] == ["Signing"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"ends": datetime.fromisoformat("2026-12-01T09:00")}, "Signing ends before it starts"),
        (
            {"starts": datetime.fromisoformat("2026-03-29T02:30"), "zone": "Europe/Paris"},
            "does not exist in Europe/Paris",
        ),
    ],
)
def test_an_occasion_that_cannot_be_is_refused(
    session: Session, office: Office, change: dict[str, object], said: str
) -> None:
    draft = replace(ENGLISH, occasions=(replace(SIGNING, **change),))
    with pytest.raises(BadInput, match=rf"en\.md: occasions: .*{said}"):
        bring(session, office, draft)


# ---------------------------------------------------------------- the duty


def names_duty(session: Session, office: Office, *drafts: EditionDraft) -> tuple[bool, list[str]]:
    full = bring(session, office, *drafts)
    return full.release.names_duty, [contact.key for contact in full.fixed]


def test_the_duty_is_named_beside_or_instead_of_people(session: Session, office: Office) -> None:
    alone = replace(ENGLISH, contacts=("duty",))
    assert names_duty(session, office, alone) == (True, [])
    beside = replace(ENGLISH, contacts=(MIRA, "Duty"))
    assert names_duty(session, office, beside) == (True, ["mira.lund"])


def test_the_sources_list_takes_the_duty_away_and_a_translation_only_adds_it(
    session: Session, office: Office
) -> None:
    bring(session, office, replace(ENGLISH, contacts=("duty",)))
    assert names_duty(session, office, FRENCH) == (True, ["mira.lund"])
    assert names_duty(session, office, replace(ENGLISH, contacts=())) == (True, ["mira.lund"])
    assert names_duty(session, office, ENGLISH) == (False, ["mira.lund"])
    assert names_duty(session, office, replace(FRENCH, contacts=("duty",))) == (True, ["mira.lund"])


def test_naming_the_duty_voids_an_approval(session: Session, office: Office) -> None:
    release = bring(session, office, ENGLISH).release
    release.status = ReleaseStatus.APPROVED
    bring(session, office, replace(ENGLISH, contacts=(MIRA, "duty")))
    assert release.status is ReleaseStatus.DRAFT
