from collections.abc import Callable

from mailer.demo.world.mailroom import Mailroom, Received


def test_a_message_is_kept_to_the_byte(mailroom: Mailroom) -> None:
    raw = b"Subject: =?utf-8?q?R=C3=B8dgr=C3=B8d?=\r\nMessage-ID: <1@x.example>\r\n\r\n..\r\n"
    kept = mailroom.keep(envelope_sender="b@x.example", recipient="Karen@X.example", raw=raw)
    assert (kept.raw, kept.path.read_bytes()) == (raw, raw)
    assert (kept.subject, kept.message_id) == ("Rødgrød", "<1@x.example>")


def test_messages_are_numbered_in_the_order_of_arrival(
    mailroom: Mailroom, write: Callable[..., Received]
) -> None:
    first, second = write(to="a@x.example"), write(to="b@x.example")
    assert [one.number for one in mailroom.all()] == [1, 2]
    assert (mailroom.get(1), mailroom.get(2), mailroom.get(3)) == (first, second, None)
    assert mailroom.get(0) is None


def test_a_recipient_finds_her_own_whatever_the_case(
    mailroom: Mailroom, write: Callable[..., Received]
) -> None:
    kept = write(to="Karen@havnebladet.example")
    write(to="other@havnebladet.example")
    assert mailroom.of("karen@HAVNEBLADET.example") == (kept,)
    assert mailroom.of("nobody@havnebladet.example") == ()


def test_a_message_without_headers_is_kept_too(mailroom: Mailroom) -> None:
    kept = mailroom.keep(envelope_sender="", recipient="a@x.example", raw=b"\r\nnothing\r\n")
    assert (kept.subject, kept.message_id) == ("", "")
