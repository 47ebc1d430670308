"""The first message to somebody says that we have her data, from whom, and what she may do about
it; then she is informed, and no later one says it again. What was sent can be shown for ever.
"""

from email.message import EmailMessage
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from mailer.database import writing
from mailer.models import Journalist, LegalBasis
from tests.journeys.press_office import PressOffice

CLAIRE, DESK, GONE = "claire@phare.example", "desk@phare.example", "gone@phare.example"
SOURCE = 'the "Lighthouse" media directory <2026>'
HEADER = "email,given_name,family_name,desk,outlet,outlet_country,outlet_languages\n"
ROWS = (
    f"{CLAIRE},Claire,Martin,,Le Phare,FR,fr\n"
    f"{DESK},,,Rédaction,Le Phare,FR,fr\n"
    f"{GONE},Paul,Gone,,Le Phare,FR,fr\n"
)
RESPONSIBLE = "Responsable du traitement de vos données"


def part(message: EmailMessage, subtype: str) -> str:
    body = message.get_body((subtype,))
    assert body is not None
    content: str = body.get_content()
    return content


def informed(press: PressOffice, address: str) -> list[Any]:
    card = press.command("contacts", "show", address)
    return [one["informed_at"] for one in (*card["roles"], *card["desks"])]


def test_the_first_message_tells_it_and_the_second_does_not(press: PressOffice) -> None:
    (press.folder / "directory.csv").write_text(HEADER + ROWS, encoding="utf-8")
    press.command("contacts", "import", "directory.csv", "--source", SOURCE)
    press.relay.answer(GONE, "rcpt", "450 4.2.2 mailbox full", times=1)
    first = press.write("41a26")
    preview = press.mailer("releases", "preview", first, "--to", CLAIRE).out
    assert tells_source(preview)
    assert press.mailer("contacts", "show", CLAIRE).out.count("not yet") == 1

    number = press.send(first, "everyone")
    for address in (CLAIRE, DESK):
        (message,) = press.received(address)
        text, html = part(message, "plain"), part(message, "html")
        assert tells_source(text)
        assert '<bdi>the "Lighthouse" media directory &lt;2026&gt;</bdi>' in html
        assert RESPONSIBLE in text
        assert RESPONSIBLE in html
        assert "press.duty@example.org" in text
        assert all(informed(press, address))
    assert informed(press, GONE) == [None]
    record = press.command("privacy", "export", CLAIRE)
    assert record["records"][0]["provenance"]["informed_at"]
    assert record["deliveries"][0]["notice_source"] == SOURCE

    second = press.write("42a26")
    assert RESPONSIBLE not in press.mailer("releases", "preview", second, "--to", CLAIRE).out
    press.send(second, "everyone")
    for address in (CLAIRE, DESK):
        _, later = press.received(address)
        assert RESPONSIBLE not in part(later, "plain") + part(later, "html")
    (late,) = press.received(GONE)
    assert tells_source(part(late, "plain"))
    assert all(informed(press, GONE))

    delivery = str(press.deliveries(number)[CLAIRE]["id"])
    sent = next(one.data for one in press.relay.received if one.recipient == CLAIRE)
    shown = press.mailer("deliveries", "message", delivery)
    assert (shown.exit_code, "Responsable" in shown.out) == (0, True), shown.err
    assert SOURCE.encode() in sent.replace(b"=\r\n", b"")


def test_who_gave_us_her_data_herself_is_told_nothing(press: PressOffice) -> None:
    (press.folder / "signed-up.csv").write_text(HEADER + ROWS, encoding="utf-8")
    press.command("contacts", "import", "signed-up.csv", "--source", "sign-up")
    with writing(press.engine) as session:
        agrees = sa.update(Journalist).where(col(Journalist.family_name) == "Martin")
        session.exec(agrees.values(legal_basis=LegalBasis.CONSENT))
    press.send(press.write("43a26"), "everyone")
    (hers,), (other,) = press.received(CLAIRE), press.received(GONE)
    assert RESPONSIBLE not in part(hers, "plain") + part(hers, "html")
    # That a file says so is no agreement.
    assert RESPONSIBLE in part(other, "plain")


def tells_source(text: str) -> bool:
    return any(line.endswith(f": {SOURCE}") for line in text.splitlines())
