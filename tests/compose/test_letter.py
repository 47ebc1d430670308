"""What a letter gathers, and what it refuses."""

from dataclasses import FrozenInstanceError
from datetime import UTC, datetime
from typing import Any

import pytest

from mailer.compose.letter import Identity
from mailer.errors import NotFound
from mailer.settings import Settings


def test_the_settings_make_the_identity(settings: Settings) -> None:
    identity = Identity.from_settings(settings)
    assert identity.public_url == "http://127.0.0.1:8025"
    assert identity.mail_domain == "press.example.org"
    assert identity.bounce_domain == "bounce.press.example.org"
    assert max(identity.keyring.keys) == 2


def test_an_identity_has_its_domains_in_ascii(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    mail = settings.mail.model_copy(update={"domain": "straße.example"})
    identity = Identity.from_settings(settings.model_copy(update={"mail": mail}))
    assert identity.mail_domain == "xn--strae-oqa.example"


def test_a_letter_cannot_be_changed(make_letter: Any) -> None:
    with pytest.raises(FrozenInstanceError):
        make_letter().email = "other@havnebladet.example"


def test_a_later_attempt_keeps_the_date_of_the_first(make_letter: Any) -> None:
    first = datetime(2026, 11, 24, 8, 59, tzinfo=UTC)
    assert make_letter(first_attempt_at=first).dated_at == first


def test_a_preview_has_no_delivery(make_letter: Any) -> None:
    letter = make_letter(id=0, address_id=None, revision_id=None)
    assert (letter.delivery_id, letter.recipient_id) == (0, 0)
    assert letter.revision.id == 1


def test_another_revision_than_the_frozen_one_is_refused(make_letter: Any) -> None:
    with pytest.raises(NotFound, match="load the release as it stood"):
        make_letter(revision_id=99)


def test_an_edition_that_is_not_ready_is_refused(make_letter: Any) -> None:
    with pytest.raises(NotFound, match="'de' edition"):
        make_letter(edition_language="de", revision_id=None)


def test_a_cover_without_words_is_refused(make_letter: Any) -> None:
    with pytest.raises(NotFound, match="no catalog of cover words in 'ja'"):
        make_letter("ja")
