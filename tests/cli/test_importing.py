"""`mailer contacts import`: what is said beside the file."""

from pathlib import Path

import sqlalchemy as sa

from mailer.models import LegalBasis
from tests.cli.conftest import Command

TEXT = "email,given_name,family_name,outlet\nkaren@havn.example,Karen,Holm,Havnebladet\n"


def test_basis_and_language_are_kept_with_the_new_ones(ready: Command, files: Path) -> None:
    (files / "more.csv").write_text(TEXT, encoding="utf-8")
    said = ("--basis", "consent", "--language", "da")
    report = ready("contacts", "import", "more.csv", *said, "--json").document
    assert report["counts"]["new"] == 1
    assert report["sheets"][0]["columns"][0]["target"] == "role.email"
    engine = sa.create_engine(f"sqlite:///{next(files.rglob('mailer.db'))}")
    query = sa.text("SELECT legal_basis, languages FROM journalist WHERE family_name = 'Holm'")
    with engine.connect() as connection:
        kept = connection.execute(query).one()
    engine.dispose()
    assert tuple(kept) == (LegalBasis.CONSENT.value, '["da"]')


def test_a_basis_or_a_language_that_does_not_exist_is_refused(ready: Command, files: Path) -> None:
    (files / "more.csv").write_text(TEXT, encoding="utf-8")
    for said in (("--basis", "because"), ("--language", "not a language")):
        assert ready("contacts", "import", "more.csv", *said).exit_code == 2
