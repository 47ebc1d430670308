"""Two people who were taken for one: what each is told, and what stays when one is erased."""

import json
import re

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from mailer.cli.context import jsonable
from mailer.contacts.keeping.merging import merge
from mailer.contacts.keeping.undoing import undo
from mailer.contacts.privacy.record import MISTAKEN
from mailer.database import reading, writing
from mailer.privacy.erasing import erase
from mailer.privacy.exporting import export
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.privacy.conftest import everything

KAREN, KIM = "karen@havn.example", "kim@fjord.example"


@pytest.fixture
def mistaken(engine: sa.Engine, keyring: Keyring) -> None:
    """Kim, put into Karen's record and out of it again."""
    with writing(engine) as session:
        factories.office(session)
        karen = factories.journalist(session, KAREN, given_name="Karen", family_name="Zwergholt")
        kim = factories.journalist(session, KIM, given_name="Kim", family_name="Otherperson")
        merged = merge(session, karen, kim, keyring=keyring, source="page")
        undo(session, merged.operation_id, keyring=keyring, source="page")


@pytest.mark.usefixtures("mistaken")
@pytest.mark.parametrize(
    ("who", "others", "noted"),
    [(KAREN, ("otherperson", KIM), set()), (KIM, ("zwergholt", KAREN), {MISTAKEN})],
)
def test_neither_is_told_of_the_other(
    engine: sa.Engine, keyring: Keyring, who: str, others: tuple[str, ...], noted: set[str]
) -> None:
    with reading(engine) as session:
        document = export(session, who, keyring=keyring, now=NOW)
    told = json.dumps(jsonable(document), ensure_ascii=False).lower()
    assert [one for one in others if one in told] == []
    notes = {one["note"] for one in document["history"] if one["kind"] == "merge"}
    assert notes == noted


@pytest.mark.usefixtures("mistaken")
def test_an_erasure_takes_only_her_name_out_of_the_notes(
    engine: sa.Engine, keyring: Keyring
) -> None:
    with writing(engine) as session:
        erase(session, KAREN, keyring=keyring, note="asked", source="page", now=NOW)
    left = list(everything(engine))
    assert [place for place, text in left if "zwergholt" in text or KAREN in text] == []
    notes = [text for place, text in left if place == "contact_operation.note"]
    assert [re.sub(r"\d+", "#", one) for one in notes if one.startswith("kim")] == [
        "kim otherperson (#) is [erased] (#)"
    ]


def test_a_merge_that_stands_is_told_as_it_was(session: Session, keyring: Keyring) -> None:
    factories.office(session)
    karen = factories.journalist(session, KAREN, given_name="Karen", family_name="Zwergholt")
    kim = factories.journalist(session, KIM, given_name="Karin", family_name="Zwergholt")
    merge(session, karen, kim, keyring=keyring, source="page")
    document = export(session, KAREN, keyring=keyring, now=NOW)
    notes = [one["note"] for one in document["history"] if one["kind"] == "merge"]
    assert notes == [f"Karin Zwergholt ({kim.id}) is Karen Zwergholt ({karen.id})"]
