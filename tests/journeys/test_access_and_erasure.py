"""F8: she asks what we hold of her, and gets all of it and nothing of others; then she asks to be
forgotten, and nothing is left but a keyed hash, by which she is refused when a file brings her
again.
"""

import json
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import redis

from tests import returned_mail
from tests.journeys.press_office import PressOffice
from tests.privacy.conftest import everything

KIRSTINE, LARS = "Kirstine.Zwergholt@havnebladet.example", "lars.quistberg@havnebladet.example"
DESK, OLGA = "redaktion@havnebladet.example", "olga.wunderlich@phare.example"
HEADER = (
    "email,given_name,family_name,job_title,desk,outlet,outlet_country,outlet_languages,city,phone,"
    "mobile,lists,note\n"
)
HERS = (
    f"{KIRSTINE},Kirstine,Zwergholt,Reporter on quays,,Havnebladet,DK,en,Ebeltoft,+45 33 12 77 01,"
    "+45 20 77 11 02,Ports,Prefers calls at seven\n"
)
OTHERS = (
    f"{LARS},Lars,Quistberg,Head of quays,,Havnebladet,DK,en,Nyborg,+45 33 12 88 03,,"
    "Ports|Wine tasting,Canary of Lars\n"
    f"{OLGA},Olga,Wunderlich,,,Le Phare,FR,en,Brest,+33 1 44 55 66 04,,Wine tasting,"
    "Canary of Olga\n"
    f"{DESK},,,,Nyhedsdesken,Havnebladet,DK,en,,+45 33 12 99 05,,,Canary of the desk\n"
)
NOTES = f"private_note=Met in Ribe. Deputy is Lars Quistberg, {LARS}"
LETTER = f"Call me after noon. My deputy is Lars Quistberg, {LARS}."
#: What she must be told, in whatever form she reads it.
TOLD = (
    "Kirstine",
    "Zwergholt",
    KIRSTINE,
    "Reporter on quays",
    "Havnebladet",
    "Ebeltoft",
    "+45 33 12 77 01",
    "+45 20 77 11 02",
    "Ports",
    "Prefers calls at seven",
    "Met in Ribe. Deputy is [somebody else], [somebody else]",
    "a card at the harbour fair",
    "Twelve harbours agree on code one",
    "2.0.0 Ok: queued as",
    "Call me after noon. My deputy is [somebody else], [somebody else].",
)
#: What is others', and a canary: a word that only their rows have.
CANARIES = (
    *("lars", "quistberg", "head of quays", "nyborg", "88 03", "wine tasting", "canary"),
    *("olga", "wunderlich", "phare", "brest", "66 04", DESK, "nyhedsdesken", "99 05", "marie"),
)
#: What may be left nowhere.
GONE = ("kirstine", "zwergholt", "33 12 77 01", "4533127701", "20 77 11 02", "4520771102")


@pytest.fixture
def office(press: PressOffice, tmp_path: Path) -> PressOffice:
    """She got a release and answered it; of two more one was put off, and one waits."""
    press.take(HEADER + OTHERS, name="others.csv")
    (press.folder / "hers.csv").write_text(HEADER + HERS, encoding="utf-8")
    press.command("contacts", "import", "hers.csv", "--source", "a card at the harbour fair")
    press.command("contacts", "edit", KIRSTINE, "--set", NOTES)
    press.send(press.write("one", title="Twelve harbours agree on code one"), "everyone")
    (got,) = [one for one in press.relay.received if one.recipient == KIRSTINE]
    reply = returned_mail.letter(LETTER, sender=KIRSTINE, subject="Re: code one")
    (tmp_path / "reply.eml").write_bytes(reply)
    press.command("inbound", "read", "reply.eml", "--recipient", got.sender)
    return press


@pytest.fixture
def in_mid_send(office: PressOffice) -> dict[str, int]:
    """The distributions that are under way when she asks to be forgotten."""
    office.relay.greylist(KIRSTINE)
    deferred = office.send(office.write("two"), "everyone")
    assert office.deliveries(deferred)[KIRSTINE]["status"] == "deferred"
    pending = office.schedule(office.write("three"), "everyone")
    office.scheduler.start()
    assert office.deliveries(pending)[KIRSTINE]["status"] == "pending"
    return {"deferred": deferred, "pending": pending}


def forget(press: PressOffice) -> Any:
    words = ("privacy", "erase", KIRSTINE, "--note", "asked on the phone, called back")
    return press.command(*words)


def test_she_is_told_all_of_it_and_nothing_of_others(
    office: PressOffice, in_mid_send: dict[str, int]
) -> None:
    files = office.command("privacy", "export", KIRSTINE.upper(), "--to", "record")["files"]
    as_json, as_page = (Path(name).read_text(encoding="utf-8") for name in files)
    document = json.loads(as_json)
    for text in (as_json, as_page):
        assert [word for word in TOLD if word not in text] == []
        assert [word for word in CANARIES if word in text.lower()] == []
    assert [(one["release"], one["status"]) for one in document["deliveries"]] == [
        ("one", "sent"),
        ("two", "deferred"),
        ("three", "pending"),
    ]
    assert [one["kind"] for one in document["history"]] == ["edit", "import"]
    assert [one["list"] for one in document["lists"]] == ["Ports"]
    assert [one["is_from_you"] for one in document["inbound"]] == [True]


def test_nothing_is_left_of_her_but_a_hash(
    office: PressOffice, in_mid_send: dict[str, int], redis_client: redis.Redis
) -> None:
    report = office.command("reports", "release", "one")
    before = len(office.relay.received)
    assert len(left(office)) > 3

    erased = forget(office)
    assert (erased["hashes"], erased["shared"], erased["withheld"]) == (1, [], 2)
    assert left(office) == []
    assert list(in_queue(redis_client)) == []
    assert office.command("reports", "release", "one") == report

    # The copies that were on their way are not sent; the others are.
    office.work()
    taken = [one.recipient for one in office.relay.received[before:]]
    assert sorted(taken) == sorted([DESK, LARS, OLGA])
    for number in in_mid_send.values():
        withheld = office.deliveries(number)[""]
        assert (withheld["status"], withheld["next_attempt_at"]) == ("withheld", None)
        state = office.command("distributions", "status", str(number))
        assert state["status"] == "sent"
    assert left(office) == []

    # A file brings her again, as she was and written otherwise.
    for row in (HERS.upper(), HERS.replace("Kirstine,Zwergholt", "Kirsten,Holm")):
        again = office.take(HEADER + row, name="again.csv")
        assert (again["counts"]["suppressed"], again["suppressed"]) == (1, [2])
        assert office.mailer("contacts", "show", KIRSTINE).exit_code == 2
        assert left(office) == []
    assert office.command("suppressions", "check", KIRSTINE)["reason"] == "erased"
    before = len(office.relay.received)
    office.send(office.write("four"), "everyone")
    taken = [one.recipient for one in office.relay.received[before:]]
    assert sorted(taken) == sorted([DESK, LARS, OLGA])
    assert office.command("reports", "release", "one") == report


def left(press: PressOffice) -> list[str]:
    """Where a word of hers stands: in which column, and in which file of the database or of the
    home, freed pages and the write-ahead log among them.
    """
    told = {place for place, text in everything(press.engine) if any(one in text for one in GONE)}
    if press.engine.dialect.name == "sqlite":
        told |= {
            str(path)
            for path in files_of(press)
            if any(form in path.read_bytes().lower() for form in forms())
        }
    return sorted(told)


def files_of(press: PressOffice) -> Iterator[Path]:
    base = Path(press.engine.url.database or "")
    yield from base.parent.glob(f"{base.name}*")
    yield from (path for path in press.settings.home.rglob("*") if path.is_file())


def forms() -> Iterator[bytes]:
    """Each word as it stands in a text, and within a body that is written in base64."""
    for word in GONE:
        yield word.encode()
        for written in (word, word.title()):
            for shift in range(3):
                whole = b64encode(b"\0" * shift + written.encode())
                # The first and the last letters also hold bits of what stands beside.
                yield whole[4 if shift else 0 : -4].lower()


def in_queue(client: redis.Redis) -> Iterator[str]:
    """The keys of the broker that name her, in themselves or in what they hold."""
    for key in client.scan_iter():
        kept = (key + (client.dump(key) or b"")).lower()
        if any(word.encode() in kept for word in GONE):
            yield key.decode()
