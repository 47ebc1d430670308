"""A document and a picture go out: in the message of who takes files, as links to who does not."""

from tests.journeys.press_office import PressOffice
from tests.releases.files import samples

CONTACTS = """\
email,given_name,family_name,outlet,media_type,outlet_languages,outlet_country,beats
karen@dag.example,Karen,Holm,Dag,daily,da,DK,crime
lars@uge.example,Lars,Berg,Uge,daily,da,DK,crime
"""


def test_files_go_out_as_each_reader_takes_them(press: PressOffice) -> None:
    office = press
    office.take(CONTACTS)
    office.command("contacts", "edit", "lars@uge.example", "--set", "wants_attachments=no")
    office.write("2026-101")
    (office.folder / "annex.pdf").write_bytes(samples.pdf())
    office.command("releases", "attach", "2026-101", str(office.folder / "annex.pdf"))

    number = office.send("2026-101", "beat:crime")

    (to_karen,) = office.received("karen@dag.example")
    (attached,) = to_karen.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("annex.pdf", samples.pdf())

    (to_lars,) = office.received("lars@uge.example")
    assert list(to_lars.iter_attachments()) == []
    text = to_lars.get_body(("plain",)).get_content()  # type: ignore[union-attr]
    link = next(line for line in text.split("\n") if "/f/" in line)
    path = link[link.index("/f/") :].strip()
    assert office.reader.get(path).content == samples.pdf()

    for delivery in office.deliveries(number).values():
        shown = office.command("deliveries", "message", str(delivery["id"]))
        assert shown["matches"], delivery["email"]
