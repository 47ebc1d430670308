"""The private keys: what may sign, and what a wrong one is told."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from mailer.compose.letter import Identity
from mailer.compose.signing import load_signers
from mailer.errors import SettingsError
from mailer.settings import Settings
from mailer.settings.sections import DkimSettings

PrivateKey = rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def written(
    file: Path,
    key: PrivateKey,
    *,
    mode: int = 0o600,
    encryption: KeySerializationEncryption | None = None,
) -> Path:
    """The key in a file."""
    lock = encryption or NoEncryption()
    file.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
    file.chmod(mode)
    return file


def keys(**files: Path) -> DkimSettings:
    return DkimSettings(domain="", keys=files)


@pytest.fixture
def edwards() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def test_without_keys_nothing_is_signed(settings: Settings) -> None:
    assert load_signers(settings.dkim) == ()
    assert Identity.from_settings(settings).signers == ()


def test_each_selector_has_its_key_and_its_algorithm(
    tmp_path: Path, edwards: ed25519.Ed25519PrivateKey, rsa_key: rsa.RSAPrivateKey
) -> None:
    files = {"a": written(tmp_path / "a", rsa_key), "b": written(tmp_path / "b", edwards)}
    signers = load_signers(DkimSettings(domain="Büro.example", keys=files))
    assert [(one.selector, one.algorithm) for one in signers] == [
        ("a", "rsa-sha256"),
        ("b", "ed25519-sha256"),
    ]
    assert {one.domain for one in signers} == {"xn--bro-hoa.example"}


def test_the_settings_name_the_keys_of_our_identity(
    settings: Settings, tmp_path: Path, edwards: ed25519.Ed25519PrivateKey
) -> None:
    dkim = keys(press=written(tmp_path / "press.pem", edwards))
    with_keys = settings.model_copy(update={"dkim": dkim})
    (signer,) = Identity.from_settings(with_keys).signers
    assert (signer.selector, signer.domain) == ("press", "")
    assert Identity.from_settings(with_keys, signs=False).signers == ()


def test_a_missing_key_is_told_by_its_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"dkim\.keys\.press: cannot read .*gone\.pem"):
        load_signers(keys(press=tmp_path / "gone.pem"))


def test_a_folder_is_no_key(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"dkim\.keys\.press: cannot read"):
        load_signers(keys(press=tmp_path))


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o604])
def test_a_key_that_others_can_read_is_refused(
    tmp_path: Path, edwards: ed25519.Ed25519PrivateKey, mode: int
) -> None:
    file = written(tmp_path / "press.pem", edwards, mode=mode)
    with pytest.raises(SettingsError, match=rf"chmod 600 {file}"):
        load_signers(keys(press=file))


def test_a_file_without_a_key_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "press.pem"
    file.write_text("not a key")
    file.chmod(0o600)
    with pytest.raises(SettingsError, match="no private key in PEM form"):
        load_signers(keys(press=file))


def test_a_key_with_a_passphrase_is_refused(
    tmp_path: Path, edwards: ed25519.Ed25519PrivateKey
) -> None:
    file = written(tmp_path / "p", edwards, encryption=BestAvailableEncryption(b"secret"))
    with pytest.raises(SettingsError, match="has a passphrase"):
        load_signers(keys(press=file))


def test_a_key_of_another_kind_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path / "p", ec.generate_private_key(ec.SECP256R1()))
    with pytest.raises(SettingsError, match="give RSA or Ed25519"):
        load_signers(keys(press=file))


def test_a_short_rsa_key_is_refused(tmp_path: Path) -> None:
    file = written(tmp_path / "p", rsa.generate_private_key(65537, 1024))  # noqa: S505
    with pytest.raises(SettingsError, match="has 1024 bits: make one of 2048"):
        load_signers(keys(press=file))


@pytest.mark.parametrize("name", ["", "a_b", "-a", "a b", "a..b", "a;b", "ü"])
def test_a_selector_is_a_domain_label(
    tmp_path: Path, edwards: ed25519.Ed25519PrivateKey, name: str
) -> None:
    file = written(tmp_path / "p", edwards)
    with pytest.raises(SettingsError, match="is no selector"):
        load_signers(DkimSettings(domain="", keys={name: file}))


def test_a_domain_that_is_none_is_told_by_its_setting() -> None:
    with pytest.raises(SettingsError, match=r"dkim\.domain: "):
        load_signers(DkimSettings(domain="-.-", keys={}))
