"""J7: a personal note for six of 400 stands in those six only, and nothing that is noted about
anybody for ourselves stands in any message.
"""

import re
from email.message import EmailMessage

import pytest

from tests.journeys.press_office import PressOffice

TOTAL, SIX = 400, (3, 77, 140, 266, 267, 399)
HEADER = "email,given_name,family_name,outlet,outlet_country,languages,person.notes_private,lists\n"
LANGUAGES = ("da", "en", "fr", "de", "ar", "fi")


def address(number: int) -> str:
    return f"reader.{number}@outlet{number % 40}.example"


def row(number: int) -> str:
    language = LANGUAGES[number % len(LANGUAGES)]
    who = f"{address(number)},Anna{number},Holm{number},Outlet {number % 40},DK,{language}"
    return f"{who},canary-{number}-kanariefugl,Everybody\n"


def words(number: int) -> str:
    return f"Dear Anna,\n\nas promised & for you first: tip-{number}-kolibri."


def parts(message: EmailMessage) -> str:
    """All that a reader, or a program, can see of it."""
    decoded = [str(part.get_content()) for part in message.walk() if not part.is_multipart()]
    return "\n".join([message.as_string(), *map(str, message.values()), *decoded])


@pytest.fixture
def office(press: PressOffice) -> PressOffice:
    """400 readers, each with a note of ours, and a note to six of them."""
    (press.folder / "greets.toml").write_text('key = "press"\ngreets = true\n', encoding="utf-8")
    assert press.mailer("office", "save", "greets.toml").exit_code == 0
    press.take(HEADER + "".join(map(row, range(TOTAL))))
    press.write("J7", title="Twelve harbours agree")
    for number in SIX:
        note = ("--to", address(number), "--text", words(number))
        press.command("releases", "note", "J7", *note)
    return press


def test_it_appears_in_those_six_only_and_no_private_note_anywhere(office: PressOffice) -> None:
    listed = office.command("releases", "note", "J7")
    assert {line["address"] for line in listed} == set(map(address, SIX))
    planned = office.command("distributions", "plan", "J7", "--audience", "list:Everybody")
    noted = {one["address"]: one["personal_note"] for one in planned["planned"]}
    assert len(noted) == TOTAL
    assert {email for email, note in noted.items() if note} == set(map(address, SIX))
    assert (
        "personal notes: 6"
        in office.mailer("distributions", "plan", "J7", "--audience", "list:Everybody").out
    )
    shown = ("releases", "preview", "J7", "--to", address(SIX[0]), "--as", "text")
    assert f"tip-{SIX[0]}-kolibri" in office.mailer(*shown).out

    distribution = office.send("J7", "list:Everybody")
    assert len({one.recipient for one in office.relay.received}) == TOTAL
    for number in range(TOTAL):
        (message,) = office.received(address(number))
        told = parts(message)
        tips = set(re.findall(r"tip-(\d+)-kolibri", told))
        assert tips == ({str(number)} if number in SIX else set())
        assert "kanariefugl" not in told
        assert f"Anna{number}" in told
        # The octets as they came, in whatever coding.
        assert b"kanariefugl" not in message.as_bytes().replace(b"=\n", b"")
    assert not any(b"canary" in one.data for one in office.relay.received)

    row = office.deliveries(distribution)[address(SIX[0])]
    proof = office.command("deliveries", "message", str(row["id"]))
    assert proof["matches"]
    assert f"tip-{SIX[0]}-kolibri" in office.mailer("deliveries", "message", str(row["id"])).out
    assert f"tip-{SIX[0]}-kolibri" in office.mailer("deliveries", "show", str(row["id"])).out


def test_a_note_is_read_from_a_file_and_taken_away(press: PressOffice) -> None:
    press.take(HEADER + row(5) + row(6))
    press.write("J7")
    (press.folder / "note.txt").write_text("\ufeffFrom a file.\n", encoding="utf-8")
    press.command("releases", "note", "J7", "--to", address(6), "--text", words(6))
    written = press.command("releases", "note", "J7", "--to", address(5), "--file", "note.txt")
    assert [line["text"] for line in written] == ["From a file.", words(6)]
    left = press.command("releases", "note", "J7", "--to", address(5), "--remove")
    assert [line["address"] for line in left] == [address(6)]
    told = press.mailer("releases", "note", "J7").out
    assert f"{address(6)} (by " in told
    assert "  Dear Anna," in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--to", "x@y.example", "--text", "a", "--remove"), "give one of"),
        (("--text", "a"), "Name the address with --to"),
        (("--to", "reader.1@outlet1.example"), "give the words with --text or --file"),
        (("--to", "reader.1@outlet1.example", "--file", "none.txt"), "cannot read none.txt"),
        (("--to", "nobody@y.example", "--text", "a"), "no contact has the address"),
        (("--to", "reader.1@outlet1.example", "--remove"), "has no note for"),
    ],
)
def test_what_cannot_be_meant_is_told(
    press: PressOffice, options: tuple[str, ...], told: str
) -> None:
    press.take(HEADER + row(1))
    press.write("J7")
    answer = press.mailer("releases", "note", "J7", *options)
    assert answer.exit_code == 2
    assert told in answer.err
