"""Writes mail as it comes back: status notices, complaints, automatic answers, replies."""

from email.message import EmailMessage

#: The release as the other server returns it.
ORIGINAL = (
    "Return-Path: <{return_path}>\r\n"
    "From: Harbour Forum Press <press@harbour.example>\r\n"
    "To: {to}\r\n"
    "Subject: Harbours agree against spam and viruses\r\n"
    "Message-ID: <1.en.abc@press.example.org>\r\n"
    "\r\n"
    "A mailbox full of spam: no such user should suffer it.\r\n"
)


def notice(
    to: str = "karen@havnebladet.example",
    *,
    action: str = "failed",
    status: str = "5.1.1",
    diagnostic: str = "smtp; 550 5.1.1 User unknown",
    message_id: str = "<report-1@mx.havnebladet.example>",
    original_recipient: str = "",
    words: str = "I could not deliver your message.",
    return_path: str = "b+x@bounce.press.example.org",
) -> bytes:
    """A delivery status notice (RFC 3464) about one recipient."""
    fields = [
        f"Original-Recipient: rfc822; {original_recipient}" if original_recipient else "",
        f"Final-Recipient: rfc822; {to}",
        f"Action: {action}",
        f"Status: {status}",
        f"Diagnostic-Code: {diagnostic}" if diagnostic else "",
    ]
    block = "\r\n".join(field for field in fields if field)
    return multipart(
        report_type="delivery-status",
        message_id=message_id,
        parts=[
            ("text/plain; charset=utf-8", words),
            (
                "message/delivery-status",
                f"Reporting-MTA: dns; mx.havnebladet.example\r\n\r\n{block}\r\n",
            ),
            ("message/rfc822", ORIGINAL.format(to=to, return_path=return_path)),
        ],
    )


def complaint(
    *, feedback: str = "abuse", return_path: str, to: str = "redacted@x.example"
) -> bytes:
    """A feedback report (RFC 5965) whose recipient is blackened."""
    return multipart(
        report_type="feedback-report",
        message_id="<arf-1@feedback.example>",
        parts=[
            ("text/plain", "This is an abuse report."),
            (
                "message/feedback-report",
                f"Feedback-Type: {feedback}\r\nUser-Agent: Feedback/1.0\r\nVersion: 1\r\n",
            ),
            ("message/rfc822", ORIGINAL.format(to=to, return_path=return_path)),
        ],
    )


def multipart(*, report_type: str, message_id: str, parts: list[tuple[str, str]]) -> bytes:
    """A multipart/report of these parts, as a server writes it."""
    head = (
        "From: Mail Delivery System <MAILER-DAEMON@mx.havnebladet.example>\r\n"
        "Subject: Undelivered Mail\r\n"
        f"Message-ID: {message_id}\r\n"
        "Auto-Submitted: auto-replied\r\n"
        "MIME-Version: 1.0\r\n"
        f'Content-Type: multipart/report; report-type={report_type}; boundary="b"\r\n\r\n'
    )
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts)
    return f"{head}{body}--b--\r\n".encode()


def letter(text: str = "", *, sender: str = "karen@havnebladet.example", **headers: str) -> bytes:
    """A plain message; `auto_submitted="auto-replied"` becomes a header of that name."""
    message = EmailMessage()
    message["From"] = sender
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text)
    return message.as_bytes()
