"""`mailer deliveries message` prints what was sent, octet by octet."""

from hashlib import sha256

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from mailer import clock, database
from mailer.compose.letter import Identity
from mailer.compose.signing import Signer
from mailer.compose.skeleton import Compositor, Setting
from mailer.models import Delivery, Distribution, KeptSkeleton
from mailer.releases.editions import load
from mailer.settings import Settings
from mailer.tokens import Keyring
from tests.cli.conftest import Command


def waiting(settings: Settings) -> int:
    """The number of a delivery that nobody has handed over yet."""
    engine = database.connect(settings.database_url)
    with database.writing(engine) as session:
        full = load(session, "31a26")
        distribution = Distribution(
            release_id=full.release.id, criteria="everyone", created_at=clock.now()
        )
        session.add(distribution)
        session.flush()
        delivery = Delivery(
            distribution_id=distribution.id,
            email="claire@phare.example",
            recipient_name="Claire Martin",
            revision_id=full.revisions["en"].id,
            edition_language="en",
            cover_language="fr",
            message_id="<31a26.1.abc@press.example.org>",
        )
        session.add(delivery)
        session.flush()
        return delivery.id or 0


def sent(settings: Settings) -> tuple[int, bytes]:
    """The number of a delivery that went out signed, and its octets; its key is gone now."""
    number, now = waiting(settings), clock.now()
    signer = Signer("press", "", Ed25519PrivateKey.generate())
    identity = Identity(
        "https://press.example.org",
        "press.example.org",
        "bounce.press.example.org",
        True,
        Keyring(settings.signing_keys),
        (signer,),
    )
    with database.writing(database.connect(settings.database_url)) as session:
        delivery = session.get_one(Delivery, number)
        (setting,) = Compositor(identity).set_wave([delivery], load(session, "31a26"), at=now)
        assert isinstance(setting, Setting)
        kept = KeptSkeleton(digest=setting.skeleton.digest, parts=setting.skeleton.dump())
        session.add(kept)
        session.flush()
        delivery.skeleton_id, delivery.first_attempt_at = kept.id, now
        delivery.signatures = list(setting.message.signatures)
        delivery.content_hash = sha256(setting.message.data).hexdigest()
    return number, setting.message.data


def test_it_prints_the_octets_and_nothing_else(ready: Command, settings: Settings) -> None:
    number, data = sent(settings)
    answer = ready("deliveries", "message", str(number))
    assert (answer.exit_code, answer.err) == (0, "")
    assert answer.out.encode() == data


def test_with_json_it_compares_the_hash_with_the_recorded_one(
    ready: Command, settings: Settings
) -> None:
    number, data = sent(settings)
    answer = ready("deliveries", "message", str(number), "--json")
    assert answer.exit_code == 0
    assert answer.document == {
        "message": data.decode(),
        "sha256": sha256(data).hexdigest(),
        "recorded_sha256": sha256(data).hexdigest(),
        "matches": True,
    }


def test_what_is_not_the_same_any_more_is_not_printed(ready: Command, settings: Settings) -> None:
    number, _ = sent(settings)
    with database.writing(database.connect(settings.database_url)) as session:
        session.get_one(Delivery, number).recipient_name = "Somebody Else"
    answer = ready("deliveries", "message", str(number))
    assert (answer.exit_code, answer.out) == (1, "")
    assert "cannot be made again as it was" in answer.err
    assert ready("deliveries", "message", str(number), "--json").document["matches"] is False


def test_before_it_is_sent_there_is_nothing_to_print(ready: Command, settings: Settings) -> None:
    answer = ready("deliveries", "message", str(waiting(settings)))
    assert (answer.exit_code, answer.out) == (1, "")
    assert "nothing of it has been sent yet" in answer.err


def test_a_delivery_that_is_none_is_not_found(ready: Command) -> None:
    answer = ready("deliveries", "message", "99")
    assert answer.exit_code == 2
    assert "there is no delivery 99" in answer.err
