"""What a user would write: a loop over rows, Jinja2 and EmailMessage for each of them, smtplib on
one kept connection, and a commit after every message. The yardstick from the other side.
"""

import smtplib
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from jinja2 import Environment, Template
from sqlmodel import Field, Session, SQLModel, select

from benchmarks import limit, sinks, stage
from mailer import clock, database

RECIPIENTS, REPETITIONS = 1_000, 5
TEXT = Environment(autoescape=False).from_string(  # noqa: S701 – this one is plain text
    "Dear {{ name }},\n\n{% for line in lines %}{{ line }}\n\n{% endfor %}Leave: {{ link }}\n"
)
HTML = Environment(autoescape=True).from_string(
    "<html><body><p>Dear {{ name }},</p>{% for line in lines %}<p>{{ line }}</p>{% endfor %}"
    '<p><a href="{{ link }}">Leave</a></p></body></html>'
)
LANGUAGES = tuple(stage.SENTENCES)
TABLES = sa.MetaData()


class Recipient(SQLModel, table=True):
    """A row as a user would have it."""

    metadata = TABLES

    id: int | None = Field(default=None, primary_key=True)
    email: str
    name: str
    language: str
    is_sent: bool = False


def run(*, repetitions: int = REPETITIONS, recipients: int = RECIPIENTS) -> dict[str, Any]:
    """Medians, with the limit measured in between; on SQLite, which such a loop would take."""
    rates: list[float] = []
    limits: list[float] = []
    with sinks.smtp_sink() as port:
        for _ in range(repetitions):
            limits.append(limit.once(port, number=20_000))
            with _table(recipients) as engine:
                rates.append(recipients / send_all(engine, port=port))
    rate, top = statistics.median(rates), statistics.median(limits)
    return {
        "limit": round(top, 1),
        "messages_per_second": round(rate, 1),
        "ratio": round(rate / top, 4),
        "runs": [round(one, 1) for one in rates],
    }


@contextmanager
def _table(recipients: int) -> Iterator[sa.Engine]:
    with ExitStack() as ending:
        folder = ending.enter_context(tempfile.TemporaryDirectory())
        engine = database.connect(f"sqlite:///{Path(folder) / 'plain.db'}")
        ending.callback(engine.dispose)
        TABLES.create_all(engine)
        with Session(engine) as session:
            session.add_all(
                Recipient(
                    email=f"reporter{number}@paper{number // 20}.example",
                    name=f"Karen Holm {number}",
                    language=LANGUAGES[number % len(LANGUAGES)],
                )
                for number in range(recipients)
            )
            session.commit()
        yield engine


def send_all(engine: sa.Engine, *, port: int) -> float:
    """The loop; how many seconds it took."""
    began = time.perf_counter()
    with smtplib.SMTP(sinks.LOOPBACK, port) as relay, Session(engine) as session:
        numbers = session.exec(select(Recipient.id).where(Recipient.is_sent == sa.false())).all()
        for number in numbers:
            recipient = session.get_one(Recipient, number)
            relay.send_message(_message(recipient))
            recipient.is_sent = True
            session.add(recipient)
            session.commit()
    return time.perf_counter() - began


def _message(recipient: Recipient) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Harbour Forum Press <press@harbour.example>"
    message["To"] = f"{recipient.name} <{recipient.email}>"
    message["Subject"] = "Harbours agree on a code of conduct"
    message["Date"] = format_datetime(clock.now())
    message["Message-ID"] = make_msgid(domain="press.example.org")
    message.set_content(_rendered(TEXT, recipient))
    message.add_alternative(_rendered(HTML, recipient), subtype="html")
    return message


def _rendered(template: Template, recipient: Recipient) -> str:
    # Text and HTML together weigh about as much as a message of the engine.
    lines = [stage.SENTENCES[recipient.language]] * (22 if recipient.language == "el" else 45)
    link = f"https://press.example.org/leave/{recipient.id}"
    return template.render(name=recipient.name, lines=lines, link=link)
