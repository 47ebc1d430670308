"""What the world sends back by mail: a report that a message could not be delivered, and the
note of someone who is away.

Both go to the envelope sender with an empty one of their own, so that nothing answers them.
"""

from datetime import timedelta
from email.message import EmailMessage, Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from mailer import clock
from mailer.demo.world.mailroom import Received

#: The host that plays the world.
HOST = "mx.world.example"
DAEMON = f"MAILER-DAEMON@{HOST} (Mail Delivery System)"
AWAY_DAYS = 12


def nobody_there(recipient: str) -> str:
    """How a server says that it knows no such mailbox (RFC 3463: 5.1.1)."""
    return f"550 5.1.1 <{recipient}>: Recipient address rejected: User unknown"


def delivery_report(received: Received) -> bytes:
    """The report that `received` reached nobody (RFC 3464), laid out as Postfix does it."""
    reply = nobody_there(received.recipient)
    report = MIMEMultipart("report", report_type="delivery-status")
    report["From"] = DAEMON
    report["To"] = received.envelope_sender
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report["Date"] = format_datetime(clock.now())
    report["Message-ID"] = make_msgid(idstring=received.queue_id.lower(), domain=HOST)
    # What Postfix writes, and the reason why reports are looked for before automatic answers.
    report["Auto-Submitted"] = "auto-replied"
    report.attach(MIMEText(_notice(received, reply), "plain", "us-ascii"))
    report.attach(_status(received, reply))
    report.attach(_returned_headers(received))
    return report.as_bytes(policy=SMTP)


def _notice(received: Received, reply: str) -> str:
    return (
        f"This is the mail system at host {HOST}.\n\n"
        "Your message was taken, but one of its recipients could not be reached.\n"
        "The report below is for programs; the headers of your message follow it.\n\n"
        f"<{received.recipient}>: host mail.{received.recipient.rpartition('@')[2]} said:\n"
        f"    {reply} (in reply to RCPT TO command)\n"
    )


def _status(received: Received, reply: str) -> Message:
    of_message, of_recipient = Message(), Message()
    of_message["Reporting-MTA"] = f"dns; {HOST}"
    of_message["X-Postfix-Queue-ID"] = received.queue_id
    of_message["X-Postfix-Sender"] = f"rfc822; {received.envelope_sender}"
    of_message["Arrival-Date"] = format_datetime(received.received_at)
    of_recipient["Final-Recipient"] = f"rfc822; {received.recipient}"
    of_recipient["Original-Recipient"] = f"rfc822;{received.recipient}"
    of_recipient["Action"] = "failed"
    of_recipient["Status"] = "5.1.1"
    of_recipient["Remote-MTA"] = f"dns; mail.{received.recipient.rpartition('@')[2]}"
    of_recipient["Diagnostic-Code"] = f"smtp; {reply}"
    status = MIMENonMultipart("message", "delivery-status")
    status.set_payload([of_message, of_recipient])
    return status


def _returned_headers(received: Received) -> Message:
    part = MIMENonMultipart("text", "rfc822-headers")
    head = received.raw.partition(b"\r\n\r\n")[0]
    part.set_payload(head.decode("ascii", "replace").replace("\r\n", "\n") + "\n")
    return part


def absence_note(received: Received) -> bytes:
    """The automatic answer of a person who is away (RFC 3834)."""
    back_on = clock.now().date() + timedelta(days=AWAY_DAYS)
    note = EmailMessage()
    note["From"] = received.recipient
    note["To"] = received.envelope_sender
    note["Subject"] = f"Automatic reply: {received.subject}"
    note["Date"] = format_datetime(clock.now())
    note["Message-ID"] = make_msgid(idstring="away", domain=received.recipient.rpartition("@")[2])
    note["In-Reply-To"] = note["References"] = received.message_id
    note["Auto-Submitted"] = "auto-replied"
    note["X-Auto-Response-Suppress"] = "All"
    note.set_content(
        f"I am out of the office and back on {back_on.isoformat()}.\n"
        "In urgent cases please write to the news desk.\n"
    )
    return note.as_bytes(policy=SMTP)
