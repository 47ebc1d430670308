import base64

import pytest
from hypothesis import given, strategies

from mailer.delivery.refusal import BounceClass, Reason
from mailer.feedback.returned.reports import read_report
from mailer.models import InboundKind
from tests import returned_mail

KAREN = "karen@havnebladet.example"
DAEMON = "Mail Delivery System <MAILER-DAEMON@mx.havnebladet.example>"


def test_a_status_notice_of_a_failure_is_a_bounce() -> None:
    report = read_report(returned_mail.notice(KAREN))

    assert report.kind is InboundKind.BOUNCE
    assert report.original_message_id == "<1.en.abc@press.example.org>"
    assert report.message_id == "<report-1@mx.havnebladet.example>"
    [recipient] = report.recipients
    assert recipient.address == KAREN
    assert (recipient.action, recipient.status) == ("failed", "5.1.1")
    assert (recipient.bounce_class, recipient.reason) == (BounceClass.HARD, Reason.UNKNOWN_USER)
    assert recipient.diagnostic == "550 5.1.1 User unknown"
    assert recipient.is_clear


def test_a_delayed_notice_is_information() -> None:
    report = read_report(returned_mail.notice(action="delayed", status="4.4.1"))

    assert report.kind is InboundKind.DELAYED
    assert report.recipients[0].bounce_class is None


@pytest.mark.parametrize("action", ["delivered", "relayed", "expanded"])
def test_a_notice_of_success_is_no_bounce(action: str) -> None:
    report = read_report(returned_mail.notice(action=action, status="2.0.0", diagnostic=""))

    assert report.kind is InboundKind.OTHER
    assert report.note == "a notice of success"


def test_a_notice_without_an_action_goes_by_its_status() -> None:
    report = read_report(returned_mail.notice().replace(b"Action: failed\r\n", b""))

    assert report.kind is InboundKind.BOUNCE


def test_it_reads_several_recipients_each_with_its_own_words() -> None:
    block = (
        "Final-Recipient: rfc822;full@a.example\r\nAction: failed\r\nStatus: 5.2.2\r\n\r\n"
        "Reporting-MTA: dns; mx\r\n\r\n"
        "Final-Recipient : rfc822;<late@a.example>\r\nAction : DELAYED\r\nStatus : 4.0.0\r\n"
        "Diagnostic-Code: smtp; 451 4.7.1\r\n   greylisted\r\n"
    )
    parts = [("message/delivery-status", block)]
    report = read_report(
        returned_mail.multipart(report_type="delivery-status", message_id="<1@x>", parts=parts)
    )

    full, late = report.recipients
    assert (full.address, full.reason) == ("full@a.example", Reason.MAILBOX_FULL)
    assert (late.address, late.action) == ("late@a.example", "delayed")
    assert (late.status, late.diagnostic) == ("4.7.1", "451 4.7.1 greylisted")


def test_it_reads_a_status_block_in_base64() -> None:
    block = b"Final-Recipient: rfc822; k@a.example\nAction: failed\nStatus: 5.1.1\n"
    kind = "message/global-delivery-status\r\nContent-Transfer-Encoding: base64"
    parts = [(kind, base64.b64encode(block).decode())]
    report = read_report(
        returned_mail.multipart(report_type="delivery-status", message_id="<1@x>", parts=parts)
    )

    assert [one.address for one in report.recipients] == ["k@a.example"]


def test_an_original_recipient_is_read_with_its_xtext() -> None:
    report = read_report(returned_mail.notice(original_recipient="karen+2Bnews@a.example"))

    assert report.recipients[0].original_address == "karen+news@a.example"


def test_the_words_of_the_returned_release_are_not_the_servers() -> None:
    report = read_report(returned_mail.notice(status="5.1.1", diagnostic=""))

    assert report.recipients[0].reason is Reason.UNKNOWN_USER


def test_a_plain_report_of_a_daemon_is_a_bounce() -> None:
    words = (
        "I was not able to deliver your message.\n\n"
        f"<{KAREN}>: host mx.havnebladet.example said: 550 5.1.1 User unknown\n\n"
        "--- Below this line is a copy of the message.\n\nOn spam and viruses\n"
    )
    report = read_report(returned_mail.letter(words, sender=DAEMON, auto_submitted="auto-replied"))

    assert report.kind is InboundKind.BOUNCE
    assert report.recipients[0].address == KAREN
    assert report.recipients[0].reason is Reason.UNKNOWN_USER


def test_a_plain_warning_is_a_delay() -> None:
    words = f"<{KAREN}>: 451 4.4.1 connection timed out\nWe will keep trying."
    report = read_report(returned_mail.letter(words, sender=DAEMON))

    assert report.kind is InboundKind.DELAYED


def test_a_failed_recipient_in_the_head_is_enough() -> None:
    raw = returned_mail.letter("mailbox is full", sender="x@y.example", x_failed_recipients=KAREN)

    assert read_report(raw).kind is InboundKind.BOUNCE


def test_a_daemon_that_says_nothing_readable_is_left_to_a_person() -> None:
    raw = returned_mail.letter("Hello.", sender=DAEMON, auto_submitted="auto-replied")

    assert read_report(raw).kind is InboundKind.OTHER


@pytest.mark.parametrize("feedback", ["abuse", "fraud", "opt-out"])
def test_a_feedback_report_is_a_complaint(feedback: str) -> None:
    raw = returned_mail.complaint(feedback=feedback, return_path="b+x@bounce.press.example.org")
    report = read_report(raw)

    assert report.kind is InboundKind.COMPLAINT
    assert "b+x@bounce.press.example.org" in report.return_addresses


@pytest.mark.parametrize("feedback", ["not-spam", "auth-failure"])
def test_praise_and_failed_authentication_are_no_complaint(feedback: str) -> None:
    raw = returned_mail.complaint(feedback=feedback, return_path="b+x@bounce.press.example.org")

    assert read_report(raw).kind is InboundKind.OTHER


@pytest.mark.parametrize(
    "head",
    [
        {"auto_submitted": "auto-replied (vacation)"},
        {"x_autoreply": "yes"},
        {"precedence": "auto_reply"},
        {"subject": "Automatic reply: Harbours agree"},
        {"subject": "Autosvar: Havne enes"},
        {"subject": "Réponse automatique : absente"},
        {"subject": "Αυτόματη απάντηση: λιμάνια"},
    ],
)
def test_an_out_of_office_note_is_an_automatic_answer(head: dict[str, str]) -> None:
    raw = returned_mail.letter("I have left the paper; no such user any more. 550 5.1.1", **head)

    assert read_report(raw).kind is InboundKind.AUTOREPLY


def test_an_answer_of_a_person_is_a_reply() -> None:
    raw = returned_mail.letter("Who is it?", subject="Hm", in_reply_to="<1@press.example.org>")

    assert read_report(raw).kind is InboundKind.REPLY


def test_an_ordinary_letter_about_bounces_is_none() -> None:
    raw = returned_mail.letter("550 5.1.1 user unknown", subject="A question")

    assert read_report(raw).kind is InboundKind.OTHER


def test_a_message_built_of_a_thousand_parts_is_kept_unread() -> None:
    raw = b"Content-Type: message/rfc822\r\n\r\n" * 5000
    report = read_report(raw)

    assert report.kind is InboundKind.OTHER
    assert report.note == "not read: too many parts"


def test_a_line_of_an_mbox_and_bare_carriage_returns_do_no_harm() -> None:
    raw = b"From MAILER-DAEMON Mon Nov 24\r" + returned_mail.notice().replace(b"\r\n", b"\r")

    assert read_report(raw).kind is InboundKind.BOUNCE


def test_what_no_database_takes_is_left_out() -> None:
    report = read_report(returned_mail.notice(diagnostic="smtp; 550 5.1.1 user\0 unknown"))

    assert report.recipients[0].diagnostic == "550 5.1.1 user unknown"


@given(strategies.binary(max_size=2000))
def test_no_bytes_make_it_crash(raw: bytes) -> None:
    assert read_report(raw).kind in InboundKind


@given(strategies.data())
def test_no_damaged_report_makes_it_crash(data: strategies.DataObject) -> None:
    whole = bytearray(
        data.draw(
            strategies.sampled_from(
                [returned_mail.notice(), returned_mail.complaint(return_path="b+x@b.example")]
            )
        )
    )
    for _ in range(data.draw(strategies.integers(1, 8))):
        start = data.draw(strategies.integers(0, len(whole)))
        end = start + data.draw(strategies.integers(0, 40))
        whole[start:end] = data.draw(strategies.binary(max_size=40))

    report = read_report(bytes(whole))

    assert not report.note.startswith("cannot be read")


def test_a_head_in_a_charset_that_cannot_be_named_is_read_as_it_stands() -> None:
    raw = returned_mail.notice().replace(b"Undelivered Mail", b"=?\xff?q?a?= =?x-odd?b?a?=")

    assert read_report(raw).kind is InboundKind.BOUNCE


@pytest.mark.parametrize(
    "charset", ["unicode-escape", "idna", "hex", "utf-7", "x-unknown", "\\", "undefined", "zip"]
)
def test_any_charset_can_be_claimed(charset: str) -> None:
    raw = f"Content-Type: text/plain; charset={charset}\r\n\r\nsn\xf8 \\x".encode("latin-1")

    assert not read_report(raw).note
