"""The message as it goes over the wire."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailer.compose.letter import Identity
from mailer.compose.message import ComposedMessage, compose, message_id
from mailer.compose.rendering import render
from mailer.compose.tracking import links_of
from mailer.errors import BadInput, Refused
from mailer.languages import cover_languages
from mailer.models import TrackingMode
from mailer.tokens import Purpose

STRUCTURED = (
    "List-Id",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "List-Help",
    "Message-ID",
    "Feedback-ID",
    "Content-Language",
    "Reply-To",
)
UNTIL = datetime(2026, 11, 25, 7, 0, tzinfo=UTC)


def read(message: ComposedMessage) -> EmailMessage:
    parsed = message_from_bytes(message.data, policy=SMTP)
    assert isinstance(parsed, EmailMessage)
    return parsed


def raw_header(message: ComposedMessage, name: str) -> str:
    """The value as it stands in the source, unfolded."""
    head = message.data.partition(b"\r\n\r\n")[0].decode("utf-8")
    lines = re.sub(r"\r\n(?=[ \t])", "", head).split("\r\n")
    (value,) = (line.partition(": ")[2] for line in lines if line.startswith(f"{name}: "))
    return value


def test_it_has_what_a_message_must_have_once(make_letter: Any) -> None:
    names = [name.lower() for name, _ in read(compose(make_letter())).items()]
    assert len(names) == len(set(names))
    required = "from reply-to to date message-id subject mime-version content-language list-id"
    assert set(required.split()) <= set(names)
    assert not {"return-path", "sender", "precedence", "auto-submitted"} & set(names)


def test_it_is_for_one_reader(make_letter: Any) -> None:
    message = compose(make_letter(recipient_name="Holm, Karen"))
    (to,) = read(message)["To"].addresses
    assert (to.display_name, to.addr_spec) == ("Holm, Karen", "redaktion@havnebladet.example")
    assert message.recipient == "redaktion@havnebladet.example"


def test_a_desk_has_no_invented_name(make_letter: Any) -> None:
    assert raw_header(compose(make_letter()), "To") == "redaktion@havnebladet.example"


def test_it_comes_from_the_office_and_answers_go_to_a_person(make_letter: Any) -> None:
    parsed = read(compose(make_letter(office={"from_name": "Europarådet, presse"})))
    (sender,) = parsed["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (
        "Europarådet, presse",
        "press@harbour.example",
    )
    assert parsed["Reply-To"] == "duty@harbour.example"


def test_without_a_reply_address_answers_go_to_the_sender(make_letter: Any) -> None:
    assert read(compose(make_letter(office={"reply_to": ""})))["Reply-To"] == (
        "press@harbour.example"
    )


def test_both_languages_are_named(make_letter: Any) -> None:
    assert read(compose(make_letter("da", "en")))["Content-Language"] == "da, en"
    assert read(compose(make_letter("en", "en")))["Content-Language"] == "en"


def test_its_date_is_the_first_attempt_in_the_zone_of_the_office(make_letter: Any) -> None:
    first = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    message = compose(make_letter(first_attempt_at=first))
    assert raw_header(message, "Date") == "Thu, 02 Jul 2026 00:30:00 +0200"
    assert parsedate_to_datetime(raw_header(message, "Date")) == first


def test_leaving_takes_one_click(make_letter: Any) -> None:
    letter = make_letter()
    message, links = compose(letter), links_of(letter)
    assert raw_header(message, "List-Unsubscribe") == (
        f"<{links.unsubscribe_url}>, <{links.unsubscribe_mailto}>"
    )
    assert raw_header(message, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    assert raw_header(message, "List-Help") == "<https://press.example.org/help>"


@pytest.mark.parametrize(
    ("list_name", "edition", "expected"),
    [
        ("Press releases", "en", "Press releases (English) <en.press.example.org>"),
        ("Communiqués", "fr", "Communiques (French) <fr.press.example.org>"),
        ("Δελτία", "ar", "Press releases (Arabic) <ar.press.example.org>"),
    ],
)
def test_the_list_is_the_same_for_every_release_in_a_language(
    make_letter: Any, list_name: str, edition: str, expected: str
) -> None:
    letter = make_letter("da", edition, office={"list_name": list_name})
    assert raw_header(compose(letter), "List-Id") == expected


def test_feedback_tells_no_reader_apart(make_letter: Any) -> None:
    one = raw_header(compose(make_letter(id=7, address_id=9)), "Feedback-ID")
    assert one == "r42:en:release:harbourpress"
    assert one == raw_header(compose(make_letter(id=8, address_id=10)), "Feedback-ID")


@pytest.mark.parametrize(
    ("key", "constant"),
    [
        ("press", "press"),
        ("Press-Office", "pressoffice"),
        ("eu", "eupress"),
        ("harbour-forum-division", "harbourforpress"),
    ],
)
def test_feedback_names_the_office_by_5_to_15_characters(
    make_letter: Any, key: str, constant: str
) -> None:
    letter = make_letter(office={"key": key})
    assert raw_header(compose(letter), "Feedback-ID").rpartition(":")[2] == constant


def test_receipts_are_declined_and_absences_are_not(make_letter: Any) -> None:
    assert read(compose(make_letter()))["X-Auto-Response-Suppress"] == "DR, RN, NRN"


@pytest.mark.parametrize("language", cover_languages())
@pytest.mark.parametrize("mode", list(TrackingMode))
def test_its_octets_survive_every_hop(make_letter: Any, language: str, mode: TrackingMode) -> None:
    letter = make_letter(language, tracking=mode, recipient_name="Kærlighed, Åse", zone="")
    message = compose(letter)
    lines = message.data.split(b"\r\n")
    assert b"\r" not in b"".join(lines)
    assert b"\n" not in b"".join(lines)
    assert all(len(line) <= 200 for line in lines)
    assert message.data.isascii()
    for name in STRUCTURED:
        assert "=?" not in raw_header(message, name)
    for word in re.findall(rb"=\?utf-8\?.\?[^?]*\?=", message.data):
        assert len(word) <= 75


def test_both_parts_are_quoted_printable_and_the_plain_one_is_first(make_letter: Any) -> None:
    letter = make_letter("el")
    rendered = render(letter)
    parsed = read(compose(letter))
    assert parsed.get_content_type() == "multipart/alternative"
    parts = list(parsed.iter_parts())
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    for part, words in zip(parts, (rendered.text, rendered.html), strict=True):
        assert part["Content-Transfer-Encoding"] == "quoted-printable"
        assert part.get_content_charset() == "utf-8"
        assert part.get_content().replace("\r\n", "\n").rstrip("\n") == words.rstrip("\n")
    assert all(len(line) <= 76 for line in compose(letter).data.split(b"--=_r")[1].split(b"\r\n"))


def test_who_wants_plain_text_gets_plain_text_alone(make_letter: Any) -> None:
    parsed = read(compose(make_letter(plain_text_only=True)))
    assert parsed.get_content_type() == "text/plain"
    assert not parsed.is_multipart()
    assert "Pressemeddelelse til redaktionen" in parsed.get_content()


def test_a_line_that_begins_with_a_dot_or_from_is_guarded(make_letter: Any) -> None:
    body = "- first\n\n```\n.\nFrom here\n```"
    data = compose(make_letter(texts={"en": ("T", "L", body)})).data
    assert not re.search(rb"\r\n(\.|From )", data.partition(b"\r\n\r\n")[2])


def test_the_subject_holds_no_line_break(make_letter: Any) -> None:
    title = "Zwölf Häfen\r\nBcc: all@example.org " + "beschließen " * 20
    message = compose(make_letter(texts={"en": (title, "L", "x")}))
    assert read(message)["Bcc"] is None
    decoded = str(make_header(decode_header(raw_header(message, "Subject"))))
    assert decoded == " ".join(title.split())


def test_the_same_letter_gives_the_same_octets(make_letter: Any) -> None:
    assert compose(make_letter()).data == compose(make_letter()).data


def test_a_message_id_is_the_readers_own_and_never_changes(identity: Identity) -> None:
    def make(**given: Any) -> str:
        values: dict[str, Any] = {"reference": "2026-042", "revision_id": 3, "address_id": 9}
        domain, keyring = identity.mail_domain, identity.keyring
        return message_id(**(values | given), domain=domain, keyring=keyring)

    assert make() == make()
    others = {make(), make(address_id=10), make(revision_id=4), make(reference="2026-043")}
    assert len(others) == 4
    longest = make(reference="Åben / Sag " * 30, revision_id=10**9, address_id=10**12)
    for one in (*others, longest):
        assert re.fullmatch(r"<[a-z0-9-]+\.\d+\.[a-z2-7]{16}@press\.example\.org>", one)
        assert len(one) <= 76


def test_a_delivery_keeps_the_message_id_of_its_fan_out(make_letter: Any) -> None:
    message = compose(make_letter(message_id="<frozen.1@press.example.org>"))
    assert message.message_id == "<frozen.1@press.example.org>"
    assert raw_header(message, "Message-ID") == "<frozen.1@press.example.org>"


def test_a_preview_is_composed_like_any_other(make_letter: Any, identity: Identity) -> None:
    message = compose(make_letter(id=0))
    assert raw_header(message, "Message-ID") == message.message_id
    token = message.envelope_sender.removeprefix("b+").partition("@")[0]
    assert identity.keyring.verify(Purpose.BOUNCE, token).row_id == 0


def test_returned_mail_finds_its_delivery(make_letter: Any, identity: Identity) -> None:
    sender = compose(make_letter()).envelope_sender
    local, _, domain = sender.partition("@")
    assert domain == "bounce.press.example.org"
    assert len(local) <= 64
    assert local == local.lower()
    assert identity.keyring.verify(Purpose.BOUNCE, local.removeprefix("b+")).row_id == 7


def test_an_embargo_stands_in_a_header_too(make_letter: Any) -> None:
    held = compose(make_letter(release={"embargo_until": UNTIL}))
    assert raw_header(held, "X-Embargo-Until") == "2026-11-25T07:00:00Z"
    assert b"embarg" not in compose(make_letter()).data.lower()


def test_a_domain_of_another_script_goes_out_in_ascii(make_letter: Any) -> None:
    message = compose(make_letter(email="redaktion@straße.example"))
    assert message.recipient == "redaktion@xn--strae-oqa.example"
    assert not message.needs_smtputf8
    assert message.data.isascii()


def test_a_local_part_of_another_script_needs_smtputf8(make_letter: Any) -> None:
    message = compose(make_letter(email="σύνταξη@εφημερίδα.example", recipient_name="Σύνταξη"))
    assert message.needs_smtputf8
    assert message.recipient.startswith("σύνταξη@xn--")
    assert message.recipient in raw_header(message, "To")
    assert b"\n" not in message.data.replace(b"\r\n", b"")


def test_an_address_that_is_none_is_refused(make_letter: Any) -> None:
    with pytest.raises(BadInput):
        compose(make_letter(email="nobody at all"))


def test_an_address_of_ours_that_no_line_can_hold_is_refused(make_letter: Any) -> None:
    with pytest.raises(Refused, match="longer than mail allows"):
        compose(make_letter(message_id=f"<{'a' * 1200}@press.example.org>"))


@settings(
    deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30
)
@given(name=st.text(max_size=300), title=st.text(min_size=1), body=st.text())
def test_whatever_people_type_the_message_stays_whole(
    make_letter: Any, name: str, title: str, body: str
) -> None:
    message = compose(make_letter(recipient_name=name, texts={"en": (title, "L", body)}))
    parsed = read(message)
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert len(parsed.items()) == 15
    assert message.data.isascii()


@pytest.mark.parametrize("tag", ["li", "tlh", "mul", "x-private"])
def test_a_language_that_cldr_does_not_know_is_named_by_its_tag(make_letter: Any, tag: str) -> None:
    message = compose(make_letter("da", tag, texts={tag: ("Haves", "Mestreech", "Text")}))
    assert f"({tag}) <{tag}." in raw_header(message, "List-Id")
