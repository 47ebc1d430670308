"""Signatures as a receiver checks them, with another implementation than ours."""

import base64
import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import dkim
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dkim.canonicalization import Relaxed
from hypothesis import given
from hypothesis import strategies as st

from mailer.compose.letter import Identity
from mailer.compose.message import compose
from mailer.compose.signing import Signer
from mailer.compose.signing.dkim import OVERSIGNED, SIGNED, relaxed_body, relaxed_header, signed
from mailer.languages import cover_languages
from mailer.models import TrackingMode
from tests.compose.conftest import NOW

Answers = Callable[..., bytes | None]


def record(signer: Signer) -> bytes:
    """What stands in the DNS for that key."""
    public = signer.key.public_key()
    if signer.is_slow:
        form, kind = PublicFormat.SubjectPublicKeyInfo, b"rsa"
        raw = public.public_bytes(Encoding.DER, form)
    else:
        raw, kind = public.public_bytes(Encoding.Raw, PublicFormat.Raw), b"ed25519"
    return b"v=DKIM1; k=%s; p=%s" % (kind, base64.b64encode(raw))


def dns_of(*signers: Signer, domain: str = "harbour.example") -> Answers:
    zone = {f"{s.selector}._domainkey.{s.domain or domain}.".encode(): record(s) for s in signers}

    def ask(name: bytes, timeout: float = 5) -> bytes | None:
        return zone.get(name)

    return ask


def is_valid(data: bytes, *signers: Signer, domain: str = "harbour.example") -> bool:
    """Whether every one of the signatures is valid."""
    try:
        return all(
            dkim.DKIM(data).verify(idx=number, dnsfunc=dns_of(*signers, domain=domain))
            for number in range(len(signers))
        )
    except dkim.ValidationError:
        return False


@pytest.mark.parametrize("language", cover_languages())
@pytest.mark.parametrize("edition", ["en", "fr", "ar"])
def test_both_kinds_of_signature_are_valid_in_every_language(
    make_letter: Any, signing: Identity, language: str, edition: str
) -> None:
    letter = make_letter(
        language,
        edition,
        identity=signing,
        recipient_name="Кристофер, «Ærø» 👩🏽‍💻 Παπαδόπουλος",
        tracking=TrackingMode.INDIVIDUAL,
    )
    message = compose(letter)
    assert len(message.signatures) == message.data.count(b"DKIM-Signature: ") == 2
    assert is_valid(message.data, *signing.signers)


def test_a_plain_text_is_signed_too(make_letter: Any, signing: Identity) -> None:
    message = compose(make_letter(identity=signing, plain_text_only=True))
    assert is_valid(message.data, *signing.signers)


def test_a_message_in_smtputf8_is_signed_too(make_letter: Any, signing: Identity) -> None:
    message = compose(make_letter(identity=signing, email="σύνταξη@havnebladet.example"))
    assert message.needs_smtputf8
    assert is_valid(message.data, *signing.signers)


def test_a_message_with_an_attachment_is_signed_too(make_letter: Any, signing: Identity) -> None:
    parsed = message_from_bytes(compose(make_letter()).data, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    pdf = b"%PDF-1.7\n" + bytes(range(256)) * 800
    parsed.add_attachment(pdf, maintype="application", subtype="pdf", filename="hæfte 1.pdf")
    data, signatures = signed(
        parsed.as_bytes(), signers=signing.signers, domain="harbour.example", at=NOW
    )
    assert len(signatures) == 2
    assert is_valid(data, *signing.signers)
    assert not is_valid(data.replace(b"AAEC", b"AAED", 1), *signing.signers)


def test_it_is_signed_for_the_domain_of_the_from_address(
    make_letter: Any, signing: Identity
) -> None:
    letter = make_letter(identity=signing, office={"from_address": "presse@straße.example"})
    assert is_valid(compose(letter).data, *signing.signers, domain="xn--strae-oqa.example")


def test_a_domain_of_the_settings_goes_before(make_letter: Any, signing: Identity) -> None:
    one = Signer("own", "press.example.org", signing.signers[0].key)
    who = Identity(**(vars(signing) | {"signers": (one,)}))
    data = compose(make_letter(identity=who)).data
    assert b" d=press.example.org; s=own;" in data
    assert is_valid(data, one)


def test_the_signed_headers_are_those_of_the_list(make_letter: Any, signing: Identity) -> None:
    head = compose(make_letter(identity=signing)).data.partition(b"\r\nFrom: ")[0]
    (first, _) = re.findall(rb" h=([^;]+);", head)
    named = re.sub(rb"\s", b"", first).decode().split(":")
    assert sorted(named) == sorted(SIGNED + OVERSIGNED)
    assert {name for name in named if named.count(name) > 1} == set(OVERSIGNED)
    assert not {"Return-Path", "Received", "Bcc"} & set(named)
    assert b"; l=" not in head
    assert all(len(line) <= 78 for line in head.split(b"\r\n"))


@pytest.mark.parametrize("name", [*OVERSIGNED, "Sender", "Cc", "In-Reply-To", "References"])
def test_nobody_can_add_a_header_that_counts(
    make_letter: Any, signing: Identity, name: str
) -> None:
    data = compose(make_letter(identity=signing)).data
    added = data.replace(b"\r\n\r\n", f"\r\n{name}: someone@else.example\r\n\r\n".encode(), 1)
    assert not is_valid(added, signing.signers[0])


def test_a_relay_that_changes_blanks_only_leaves_the_signature_valid(
    make_letter: Any, signing: Identity
) -> None:
    data = compose(make_letter(identity=signing)).data
    changed = data.replace(b"\r\nSubject: ", b"\r\nSUBJECT:   ") + b"\r\n\r\n"
    assert changed != data
    assert is_valid(changed, *signing.signers)


def test_a_changed_word_breaks_the_signature(make_letter: Any, signing: Identity) -> None:
    data = compose(make_letter(identity=signing)).data
    assert not is_valid(data.replace(b"twelve", b"eleven"), signing.signers[0])


def test_the_same_letter_is_signed_the_same_again(make_letter: Any, signing: Identity) -> None:
    first, second = (compose(make_letter(identity=signing)) for _ in range(2))
    assert first == second
    assert f" t={int(NOW.timestamp())};".encode() in first.data


@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n", b"a", b"=", b".", b"\xc3"])).map(b"".join))
def test_a_body_is_canonicalised_as_others_do(body: bytes) -> None:
    theirs = Relaxed.canonicalize_body(body + b"\r\n")
    assert relaxed_body(body + b"\r\n") == (b"" if theirs == b"\r\n" else theirs)


@given(st.lists(st.sampled_from([b" ", b"\t", b"\r\n ", b"a", b":", b"=?x?="])).map(b"".join))
def test_a_header_is_canonicalised_as_others_do(value: bytes) -> None:
    ((name, theirs),) = Relaxed.canonicalize_headers([(b"To", value + b"\r\n")])
    assert relaxed_header(b"To:" + value) == name + b":" + theirs.removesuffix(b"\r\n")
