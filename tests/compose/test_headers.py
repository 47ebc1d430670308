"""Each rule of the headers, by its number: PY-1 to PY-12, H-1 to H-6, L-1 to L-8 and I-1 to I-4.

Beside these, and not said twice here: how names and subjects are encoded is in `test_wire`; what
stands in each header, in `test_message`; signatures (PY-11, D-1 to D-5) in `signing`; how the page
of the one click answers (L-4) in `tests/web`; TLS, the name in EHLO, and a connection that is lost
before and after the dot (PY-8, PY-10) in `tests/delivery/smtp`, and so is a relay without SMTPUTF8
(I-3).
"""

import re
import socket
import unicodedata
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import parsedate_to_datetime, unquote
from typing import Any
from urllib.parse import urlsplit

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from mailer.compose import wire
from mailer.compose.letter import Identity
from mailer.compose.message import compose
from mailer.compose.parts import disposition
from mailer.errors import BadInput
from mailer.languages import cover_languages
from tests.compose import strict

HOSTILE = [
    'Jane "JD" Doe, Jr.',
    "back\\slash \\",
    "Ada <ada@evil.example>, Bob",
    "a@b.example, c@d.example;",
    "👩🏽‍💻🏳️‍🌈" * 30,
    "עיתון הבוקר, ירושלים",
    "صحيفة الميناء (مكتب)",
    "Ærø " * 75,
    "W" * 300,
    "Jane\r\nBcc: all@example.org\r\n\r\nbody",
    "\r\n \r\n",
    "=?utf-8?q?=61?=",
    "名前" * 150,
    "e\u0301" * 150,
    "a\x85b\u2028c\u2029d\x00e\x7ff\x0bg",
    "\ufeff\u200b\u200f",
    '"',
    "(comment) [x] :;@",
    "\u202eevil\u2066",
]
NAMES = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(max_size=300),
    st.text(alphabet='",\\<>@()[]:;=?_ \r\n\tÅé👍ש', max_size=300),
)
#: They must be read by programs that decode nothing there (PY-1).
STRUCTURED = (
    *("Reply-To", "Date", "Message-ID", "In-Reply-To", "References", "MIME-Version"),
    *("Content-Language", "List-Id", "List-Unsubscribe", "List-Unsubscribe-Post", "List-Help"),
    *("Feedback-ID", "X-Auto-Response-Suppress", "X-Embargo-Until"),
)
SLOW = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
LONG_ID = f"<{'a' * 400}.1.bcdefghijklmnopq@press.example.org>"
THREAD = " ".join([LONG_ID, *(f"<r42.{n}.abcdefghijklmnop@press.example.org>" for n in range(9))])
UNTIL = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)

whatever = settings(deadline=None, max_examples=40, suppress_health_check=SLOW)


def meant(name: str) -> str:
    """What of a name may be seen in a header: one line, and nothing that turns its direction."""
    kinds = {"Cc", "Cs", "Zl", "Zp"}
    line = "".join(" " if unicodedata.category(c) in kinds else c for c in name)
    line = re.sub(" +", " ", line).strip(" ")
    return re.sub("[\u202a-\u202e\u2066-\u2069]", "", line).strip()


def forgiving(data: bytes) -> EmailMessage:
    """As Python's own reader takes it."""
    read = message_from_bytes(data, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


# ------------------------------------------------------------------- what people type


@whatever
@given(name=NAMES)
@example(name='Doe, "Jane" <jane@evil.example>')
def test_py_12_any_name_of_a_reader_is_read_back(make_letter: Any, name: str) -> None:
    data = compose(make_letter(recipient_name=name)).data
    assert strict.mailbox(strict.field(data, "To")) == (
        meant(name),
        "redaktion@havnebladet.example",
    )
    (one,) = forgiving(data)["To"].addresses
    assert one.addr_spec == "redaktion@havnebladet.example"


@whatever
@given(name=NAMES)
def test_py_12_any_name_of_the_office_is_read_back(make_letter: Any, name: str) -> None:
    data = compose(make_letter(office={"from_name": name})).data
    read = strict.mailbox(strict.field(data, "From"))
    assert read == (meant(name), "press@harbour.example")
    (one,) = forgiving(data)["From"].addresses
    assert one.addr_spec == "press@harbour.example"


@pytest.mark.parametrize("name", HOSTILE)
def test_py_12_both_readers_see_the_same_name(make_letter: Any, name: str) -> None:
    data = compose(make_letter(recipient_name=name)).data
    (one,) = forgiving(data)["To"].addresses
    if strict.field(data, "To").count("=?") > 1:
        # Python up to 3.13 puts a blank where one word of a long name ends and the next begins.
        assert one.display_name.replace(" ", "") == meant(name).replace(" ", "")
    else:
        assert one.display_name == meant(name)


@whatever
@given(title=NAMES.filter(lambda one: meant(one) != ""))
def test_py_2_any_subject_is_read_back_from_short_words(make_letter: Any, title: str) -> None:
    data = compose(make_letter(texts={"en": (title, "L", "x")})).data
    said = strict.unstructured(strict.field(data, "Subject"))
    assert said.strip("\u2068\u2069") == subject_of(title)
    assert all(len(line) <= 76 for line in subject_lines(data))


def subject_of(title: str) -> str:
    """A title as one line; marks of direction stay in it, for they belong to the text."""
    kinds = {"Cc", "Cs", "Zl", "Zp"}
    line = "".join(" " if unicodedata.category(c) in kinds else c for c in title)
    return re.sub(" +", " ", line).strip(" ").strip("\u2068\u2069")


def subject_lines(data: bytes) -> list[bytes]:
    """The lines of the subject."""
    head = data.partition(b"\r\n\r\n")[0]
    found = re.search(rb"(?m)^Subject: [^\r]*(?:\r\n[ \t][^\r]*)*", head)
    assert found
    return found[0].split(b"\r\n")


@whatever
@given(name=NAMES)
def test_py_4_any_list_name_leaves_a_plain_list_id(make_letter: Any, name: str) -> None:
    data = compose(make_letter(office={"list_name": name, "list_names": {"en": name}})).data
    value = strict.field(data, "List-Id")
    assert re.fullmatch(r"[A-Za-z0-9 -]+ \(English\) <en\.press\.example\.org>", value)
    # L-5: RFC 2919 section 3.
    assert len(value) <= 255


@whatever
@given(
    name=NAMES,
    title=NAMES,
    body=st.text(alphabet="Aé \n\r.\u2028\u0085👍ש\x00=", min_size=1, max_size=2000),
    script=st.sampled_from(["redaktion@straße.example", "σύνταξη@εφημερίδα.example"]),
)
def test_py_9_whatever_people_type_no_octet_is_one_that_a_server_refuses(
    make_letter: Any, name: str, title: str, body: str, script: str
) -> None:
    message = compose(
        make_letter(email=script, recipient_name=name, texts={"en": (title or "T", name, body)})
    )
    strict.lines_of(message.data)
    assert message.data.isascii() is not message.needs_smtputf8
    # Only the address is ever in eight bits, and only where SMTPUTF8 is asked for.
    assert message.data.replace("σύνταξη".encode(), b"").isascii()


@settings(deadline=None, max_examples=200)
@given(name=NAMES.map(lambda one: meant(one).replace("/", "").strip()).filter(bool))
@example(name="% ' 100%.pdf")
@example(name="< >")
@example(name='"a"')
def test_i_4_any_name_of_a_file_is_read_back(name: str) -> None:
    part = EmailMessage(wire.POLICY)
    part["Content-Disposition"] = disposition("attachment", name)
    written = part.as_bytes()
    strict.lines_of(written)
    assert written.isascii()
    value = strict.field(written, "Content-Disposition")
    assert "=?" not in value
    assert strict.parameters(value) == ("attachment", {"filename": name})
    # Python's own reader takes a pair of quotes or angle brackets off, also from what was encoded,
    # and then the blanks at both ends.
    assert forgiving(written).get_filename() == unquote(name).strip()


# ------------------------------------------------------------------- traps of the library


@pytest.mark.parametrize("language", cover_languages())
def test_py_1_nothing_is_encoded_where_programs_read(make_letter: Any, language: str) -> None:
    data = compose(
        make_letter(
            language,
            in_reply_to=THREAD,
            recipient_name="Ærø, Åse",
            office={"from_name": "Europarådet", "list_name": "Communiqués «presse»"},
            release={"embargo_until": UNTIL},
        )
    ).data
    fields = dict(strict.fields_of(data))
    assert set(STRUCTURED) <= set(fields)
    assert [name for name in STRUCTURED if "=?" in fields[name]] == []


def test_py_1_a_long_address_and_a_long_thread_are_never_torn(
    make_letter: Any, identity: Identity
) -> None:
    host = ".".join(["a" * 60] * 3) + ".example"
    far = Identity(
        public_url=f"https://{host}/press/{'b' * 300}",
        mail_domain="press.example.org",
        bounce_domain=host,
        tracking_enabled=True,
        keyring=identity.keyring,
    )
    data = compose(make_letter(identity=far, in_reply_to=THREAD)).data
    page, mailto = strict.addresses(strict.field(data, "List-Unsubscribe"))
    assert page.startswith(f"https://{host}/press/")
    assert mailto.startswith("mailto:")
    assert strict.message_ids(strict.field(data, "References")) == THREAD.split()
    assert strict.message_ids(strict.field(data, "In-Reply-To")) == [THREAD.split()[-1]]


def test_py_3_a_domain_of_another_script_is_in_ascii_in_every_header(make_letter: Any) -> None:
    office = {"from_address": "presse@bücher.example", "reply_to": "vagt@bücher.example"}
    data = compose(make_letter(email="jorgen@bücher.example", office=office)).data
    for header in ("From", "To", "Reply-To"):
        _, spec = strict.mailbox(strict.field(data, header))
        assert spec.partition("@")[2] == "xn--bcher-kva.example"


@pytest.mark.parametrize("language", cover_languages())
def test_py_5_every_text_is_quoted_printable(make_letter: Any, language: str) -> None:
    parts = [
        part
        for part in forgiving(compose(make_letter(language)).data).walk()
        if part.get_content_maintype() == "text"
    ]
    assert len(parts) == 2
    assert {part["Content-Transfer-Encoding"] for part in parts} == {"quoted-printable"}


@pytest.mark.parametrize(
    ("zone", "offset"),
    [("UTC", "+0000"), ("Asia/Kathmandu", "+0545"), ("America/St_Johns", "-0330")],
)
def test_py_6_the_zone_of_a_date_is_always_known(make_letter: Any, zone: str, offset: str) -> None:
    moment = datetime(2026, 12, 1, 23, 59, 59, 999_999, tzinfo=UTC)
    letter = make_letter(first_attempt_at=moment, office={"zone": zone})
    date = strict.field(compose(letter).data, "Date")
    assert re.fullmatch(
        rf"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{{2}} \d{{4}} [\d:]{{8}} \{offset}", date
    )
    assert parsedate_to_datetime(date) == moment.replace(microsecond=0)


def test_py_7_no_name_of_this_machine_is_told(make_letter: Any) -> None:
    data = compose(make_letter()).data
    (own,) = strict.message_ids(strict.field(data, "Message-ID"))
    assert own.endswith("@press.example.org>")
    assert len(own) <= 76
    assert socket.gethostname().encode() not in data.partition(b"\r\n\r\n")[0]


def test_py_11_all_that_one_click_needs_is_signed(make_letter: Any, signing: Identity) -> None:
    data = compose(make_letter(identity=signing, in_reply_to=THREAD)).data
    present = [name.lower() for name, _ in strict.fields_of(data)]
    signatures = [value for name, value in strict.fields_of(data) if name == "DKIM-Signature"]
    assert len(signatures) == 2
    for value in signatures:
        tags = dict(tag.strip().split("=", 1) for tag in value.split(";") if "=" in tag)
        signed = [one.strip().lower() for one in tags["h"].split(":")]
        needed = {
            *("from", "reply-to", "to", "subject", "date", "message-id", "in-reply-to"),
            *("references", "mime-version", "content-type", "content-language", "list-id"),
            *("list-help", "list-unsubscribe", "list-unsubscribe-post", "feedback-id"),
        }
        assert needed <= set(signed)
        assert needed <= set(present)
        # Once more than it is there, so that nobody can add another (D-3).
        for name in ("from", "to", "subject", "date", "reply-to", "list-unsubscribe-post"):
            assert signed.count(name) == present.count(name) + 1


# ------------------------------------------------------------------- who and when


def test_h_1_each_needed_header_is_there_once(make_letter: Any) -> None:
    names = [name.lower() for name, _ in strict.fields_of(compose(make_letter()).data)]
    for name in ("from", "to", "date", "message-id", "subject", "mime-version"):
        assert names.count(name) == 1
    assert len(names) == len(set(names))


def test_h_2_a_message_id_tells_nothing_of_its_reader(make_letter: Any) -> None:
    letter = {"email": "kirsten.holm@havnebladet.example", "recipient_name": "Kirsten Holm"}
    own = [
        strict.field(compose(make_letter(address_id=n, **letter)).data, "Message-ID")
        for n in (9, 10)
    ]
    assert own[0] != own[1]
    assert not re.search("kirsten|holm|havnebladet", own[0])
    assert own[0] == strict.field(compose(make_letter(address_id=9)).data, "Message-ID")


def test_h_3_the_date_stays_on_every_retry(make_letter: Any) -> None:
    first = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    data = compose(make_letter(first_attempt_at=first)).data
    assert parsedate_to_datetime(strict.field(data, "Date")) == first
    later = compose(make_letter(first_attempt_at=first + timedelta(days=1))).data
    assert strict.field(later, "Message-ID") == strict.field(data, "Message-ID")


def test_h_4_nothing_that_the_receiver_adds_is_written_by_us(make_letter: Any) -> None:
    names = {name.lower() for name, _ in strict.fields_of(compose(make_letter()).data)}
    assert not names & {"sender", "return-path", "bcc", "cc", "received", "x-entity-ref-id"}


@pytest.mark.parametrize("language", cover_languages())
def test_h_5_and_6_the_sender_and_the_reply_are_mailboxes_of_the_office(
    make_letter: Any, language: str
) -> None:
    data = compose(make_letter(language)).data
    assert strict.mailbox(strict.field(data, "From"))[1] == "press@harbour.example"
    assert strict.mailbox(strict.field(data, "Reply-To"))[1] == "duty@harbour.example"


def test_the_embargo_is_told_to_programs_in_utc(make_letter: Any) -> None:
    lifts = datetime.fromisoformat("2027-07-01T00:00:00+02:00")
    data = compose(make_letter(release={"embargo_until": lifts})).data
    assert strict.field(data, "X-Embargo-Until") == "2027-06-30T22:00:00Z"


# ------------------------------------------------------------------- lists


def test_l_1_to_3_one_page_and_one_address_to_leave(make_letter: Any) -> None:
    data = compose(make_letter(id=7)).data
    page, mailto = strict.addresses(strict.field(data, "List-Unsubscribe"))
    assert urlsplit(page).scheme == "https"
    assert urlsplit(mailto).scheme == "mailto"
    assert strict.field(data, "List-Unsubscribe-Post") == "List-Unsubscribe=One-Click"
    other = compose(make_letter(id=8)).data
    assert page not in strict.field(other, "List-Unsubscribe")
    assert len(urlsplit(page).path.rpartition("/")[2]) >= 26


def test_l_4_the_page_of_the_one_click_carries_its_own_secret(make_letter: Any) -> None:
    page, _ = strict.addresses(strict.field(compose(make_letter()).data, "List-Unsubscribe"))
    assert not urlsplit(page).query
    assert not urlsplit(page).fragment


def test_l_5_the_list_is_the_same_whatever_is_sent(make_letter: Any) -> None:
    one = compose(make_letter("da", release={"id": 42, "kind": "invitation"})).data
    two = compose(make_letter("de", release={"id": 43}, address_id=10)).data
    assert strict.field(one, "List-Id") == strict.field(two, "List-Id")


def test_l_6_help_is_a_page_and_nobody_can_post(make_letter: Any) -> None:
    data = compose(make_letter()).data
    (page,) = strict.addresses(strict.field(data, "List-Help"))
    assert urlsplit(page).scheme == "https"
    assert "list-post" not in {name.lower() for name, _ in strict.fields_of(data)}


def test_l_7_a_fold_stands_only_where_a_blank_was(make_letter: Any) -> None:
    head = compose(make_letter(in_reply_to=THREAD)).data.partition(b"\r\n\r\n")[0].decode()
    for line in head.split("\r\n")[1:]:
        if line[0] in " \t":
            assert line[0] == " "
            assert line[1] not in " \t"
            assert not line.endswith(" ")


@pytest.mark.parametrize("kind", ["release", "op-ed", "embargo-lifted"])
def test_l_8_feedback_has_four_fields_and_none_is_the_readers(make_letter: Any, kind: str) -> None:
    data = compose(make_letter(id=99, address_id=12_345, release={"kind": kind})).data
    fields = strict.field(data, "Feedback-ID").split(":")
    assert len(fields) == 4
    assert 5 <= len(fields[-1]) <= 15
    assert not {"99", "12345"} & set(fields)


# ------------------------------------------------------------------- addresses of other scripts


def test_i_1_a_domain_is_the_one_of_today_and_not_of_2003(make_letter: Any) -> None:
    data = compose(make_letter(email="chef@straße.example")).data
    assert strict.mailbox(strict.field(data, "To"))[1] == "chef@xn--strae-oqa.example"


def test_i_2_an_ascii_mailbox_at_any_domain_asks_for_nothing(make_letter: Any) -> None:
    assert not compose(make_letter(email="chef@例え.example")).needs_smtputf8


def test_i_3_and_4_a_mailbox_of_another_script_is_never_changed(make_letter: Any) -> None:
    message = compose(make_letter(email="σύνταξη@εφημερίδα.example", recipient_name="Σύνταξη, Α"))
    assert message.needs_smtputf8
    name, spec = strict.mailbox(strict.field(message.data, "To"))
    assert name == "Σύνταξη, Α"
    assert spec.startswith("σύνταξη@xn--")
    # Names and subjects stay encoded: all but the address is plain ASCII.
    assert message.data.replace("σύνταξη".encode(), b"").isascii()


@pytest.mark.parametrize(
    "address", ["a b@c.example", "a@b@c.example", "a@", "a@c.example\r\nBcc: x@y.example", "@c.d"]
)
def test_an_address_that_could_become_two_is_refused(make_letter: Any, address: str) -> None:
    with pytest.raises(BadInput):
        compose(make_letter(email=address))
