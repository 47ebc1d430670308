"""One beat finds the same people in whatever language it is written, here and there."""

import pytest
from sqlmodel import Session

from mailer.contacts import scoped
from mailer.errors import BadInput
from mailer.models import SuppressionReason
from mailer.tokens import Keyring
from tests import factories
from tests.audience.asking import emails

EVA = "eva@daily.example"
ECONOMY = "economy, business and finance"


@pytest.fixture
def _newsrooms(session: Session) -> None:
    outlet = factories.outlet(session)
    for name, beat in {
        "de": "wirtschaft",
        "fr": "Économie",
        "en": ECONOMY,
        "da": "fiskeri",
    }.items():
        factories.journalist(session, f"{name}@daily.example", outlet=outlet, beats=[beat])
    factories.desk(session, "desk@daily.example", outlet=outlet, beats=["økonomi"])


@pytest.mark.usefixtures("_newsrooms")
@pytest.mark.parametrize("beat", ["Wirtschaft", "economie", f'"{ECONOMY}"', "Talous", "business"])
def test_a_beat_finds_the_same_people_in_each_language(session: Session, beat: str) -> None:
    found = ["de@daily.example", "desk@daily.example", "en@daily.example", "fr@daily.example"]
    assert sorted(emails(session, f"beat:{beat}")) == found
    assert emails(session, "beat:fiskeri") == ["da@daily.example"]


@pytest.mark.usefixtures("_newsrooms")
def test_a_shared_beat_that_nobody_covers_finds_nobody_and_another_word_is_refused(
    session: Session,
) -> None:
    assert emails(session, "beat:Wetter") == []
    with pytest.raises(BadInput, match="nobody covers the beat 'wetterfrosch'"):
        emails(session, "beat:Wetterfrosch")


@pytest.mark.parametrize("left", ["Wirtschaft", "wirtschaft-und-finanzen", ECONOMY, "Økonomi"])
@pytest.mark.parametrize("sent", ["économie", "Business", ECONOMY, "Wirtschaft"])
def test_who_left_a_topic_left_it_in_all_languages(
    session: Session, keyring: Keyring, left: str, sent: str
) -> None:
    scoped.suppress(
        session,
        EVA,
        scoped.known_topic(session, left),
        keyring=keyring,
        reason=SuppressionReason.UNSUBSCRIBED,
        source="test",
    )
    told = scoped.left_among(session, [EVA], scoped.scopes_of([sent], "harbour"), keyring=keyring)
    assert told[EVA].startswith("left the topic ")
    assert not scoped.is_left(session, scoped.scopes_of(["sport", "ports"], "harbour"))
