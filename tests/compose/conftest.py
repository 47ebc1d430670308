"""Letters of a fictional office, made of rows that stand in no database."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from mailer.compose.letter import Identity, Letter, write_letter
from mailer.compose.signing import Signer
from mailer.models import Delivery, Office, PressContact, Release, Revision
from mailer.releases.editions import FullRelease
from mailer.tokens import Keyring

NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
BODY = """The code of conduct will be the focus of a meeting on 25 and 26 November.

Some 120 participants will be looking at:

- the **rules** of twelve harbours;
- [the text of the code](https://harbour.example/code) (workshop closed to the press).

More on www.harbour.example/code_of_conduct and [in the archive](https://archive.example/?a=1&b=2).
"""
ARABIC = """ستناقش مدونة السلوك في اجتماع يومي 25 و26 نوفمبر، بمشاركة شركات منها Hansa Lines.

- القواعد **الجديدة**؛
- [نص المدونة](https://harbour.example/code).
"""
TEXTS = {
    "en": ("Twelve harbours agree on a code of conduct", "Luxembourg", BODY),
    "fr": ("Douze ports adoptent un code de conduite", "Luxembourg", BODY),
    "ar": ("اثنا عشر ميناء تعتمد مدونة سلوك مع Hansa Lines", "لوكسمبورغ", ARABIC),
}

MakeLetter = Callable[..., Letter]


@pytest.fixture
def identity(keyring: Keyring) -> Identity:
    """Who the fictional office is on the wire."""
    return Identity(
        public_url="https://press.example.org",
        mail_domain="press.example.org",
        bounce_domain="bounce.press.example.org",
        tracking_enabled=True,
        keyring=keyring,
    )


@pytest.fixture(scope="session")
def rsa_key() -> RSAPrivateKey:
    """A key that takes a while to make."""
    return generate_private_key(65537, 2048)


@pytest.fixture
def signing(identity: Identity, rsa_key: RSAPrivateKey) -> Identity:
    """The same office with a key of each kind."""
    signers = (
        Signer("press-2026", "", rsa_key),
        Signer("press-ed", "", Ed25519PrivateKey.from_private_bytes(b"\x03" * 32)),
    )
    return replace(identity, signers=signers)


def _office(given: dict[str, Any]) -> Office:
    values: dict[str, Any] = {
        "id": 1,
        "key": "harbour",
        "name": "Harbour Forum Press Division",
        "names": {"da": "Havneforums presseafdeling"},
        "phone": "+352 99 00 00 10",
        "fax": "+352 99 00 00 11",
        "email": "press@harbour.example",
        "website": "www.harbour.example",
        "postal_address": "1 Quai des Exemples, L-0000 Luxembourg",
        "city": "Luxembourg",
        "from_name": "Harbour Forum Press",
        "from_address": "press@harbour.example",
        "reply_to": "duty@harbour.example",
        "list_name": "Press releases",
        "list_names": {},
        "default_language": "en",
        "languages": ["en", "fr"],
        "zone": "Europe/Luxembourg",
    }
    return Office(**(values | given))


def _full(texts: dict[str, tuple[str, str, str]], **given: dict[str, Any]) -> FullRelease:
    values: dict[str, Any] = {
        "id": 42,
        "office_id": 1,
        "reference": "2026-042",
        "place": "Luxembourg",
        "dated_on": date(2026, 11, 23),
        "source_language": "en",
        "created_at": NOW,
    }
    contact: dict[str, Any] = {
        "id": 1,
        "office_id": 1,
        "key": "anna.keller",
        "name": "Anna Keller",
        "role": "Press officer",
        "phone": "+352 (0)99 00 00 12",
        "mobile": "+352 99 00 00 13",
        "email": "anna.keller@harbour.example",
    }
    revisions = {
        language: Revision(
            id=number,
            edition_id=number,
            number=1,
            title=title,
            place=place,
            body=body,
            content_hash="",
            created_at=NOW,
        )
        for number, (language, (title, place, body)) in enumerate(texts.items(), start=1)
    }
    return FullRelease(
        office=_office(given.get("office", {})),
        release=Release(**(values | given.get("release", {}))),
        revisions=revisions,
        contacts=(PressContact(**(contact | given.get("contact", {}))),),
        occasions=(),
    )


@pytest.fixture
def make_letter(identity: Identity) -> MakeLetter:
    """Make the letter of a delivery: `texts`, `office`, `release`, `contact` and `occasions` change
    the release, everything else is a column of the delivery."""

    def make(
        cover: str = "da",
        edition: str = "en",
        *,
        pages: int | None = None,
        at: datetime = NOW,
        **given: Any,
    ) -> Letter:
        parts = {key: given.pop(key, {}) for key in ("office", "release", "contact")}
        who = given.pop("identity", identity)
        full = replace(
            _full(TEXTS | given.pop("texts", {}), **parts), occasions=given.pop("occasions", ())
        )
        values: dict[str, Any] = {
            "id": 7,
            "distribution_id": 1,
            "address_id": 9,
            "email": "redaktion@havnebladet.example",
            "revision_id": full.revisions[edition].id,
            "edition_language": edition,
            "cover_language": cover,
        }
        return write_letter(Delivery(**(values | given)), full, identity=who, at=at, pages=pages)

    return make
