import csv
import re
import tomllib
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import idna
import pytest
import yaml

SAMPLE = Path(__file__).parents[2] / "mailer" / "demo" / "sample"
HEADER = (
    "email,given_name,family_name,job_title,desk,outlet,media_type,outlet_languages,"
    "outlet_country,city,zone,languages,beats,lists,phone,mobile,do_not_contact,"
    "embargo_trusted,tracking,note"
)
COVERS = (
    "az bg bs ca cs da de el en es et fi fr ga hr hu hy is it ka lt lv mk mt nb nl pl pt ro ru sk "
    "sl sq sr sr-Latn sv tr uk ar he"
)
COVER_LANGUAGES = set(COVERS.split())
MEDIA_TYPES = {
    *("wire", "daily", "regional", "weekly", "magazine", "trade", "radio", "tv", "online"),
    *("blog", "podcast", "newsletter", "photo", "freelance"),
}
#: How each edition names a weekday (Monday first), a day and a month.
WEEKDAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "fr": ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"],
    "ar": ["الاثنين", "الثلاثاء", "الأربعاء", "الخميس", "الجمعة", "السبت", "الأحد"],
}
DECEMBER = {"en": "December", "fr": "décembre", "ar": "ديسمبر"}
RELEASES = sorted((SAMPLE / "releases").glob("*/*.md"))
each_release = pytest.mark.parametrize(
    "path", RELEASES, ids=["-".join(path.with_suffix("").parts[-2:]) for path in RELEASES]
)


def read_contacts() -> list[dict[str, str]]:
    with (SAMPLE / "contacts.csv").open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines)
    return [dict(zip(header, row, strict=True)) for row in rows]


CONTACTS = read_contacts()
OFFICE = tomllib.loads((SAMPLE / "office.toml").read_text(encoding="utf-8"))
STORY = tomllib.loads((SAMPLE / "story.toml").read_text(encoding="utf-8"))["story"]


def several(cell: str) -> list[str]:
    return [part for part in cell.split("|") if part]


def normalised(email: str) -> str:
    local, _, domain = email.rpartition("@")
    return f"{local.lower()}@{idna.encode(domain, uts46=True).decode()}"


def read_release(path: Path) -> tuple[dict[str, Any], str]:
    _, front, body = path.read_text(encoding="utf-8").split("---\n", maxsplit=2)
    return yaml.safe_load(front), body


def in_audience(contact: dict[str, str]) -> bool:
    beats = STORY["audience"].removeprefix("beat:").split(",")
    return not set(beats).isdisjoint(several(contact["beats"]))


# ---------------------------------------------------------------- contacts


def test_the_header_is_the_one_of_the_simple_import() -> None:
    first_line = (SAMPLE / "contacts.csv").read_text(encoding="utf-8").partition("\n")[0]
    assert first_line == HEADER


def test_every_address_is_in_a_domain_kept_for_examples() -> None:
    assert [c["email"] for c in CONTACTS if not c["email"].endswith(".example")] == []


def test_no_address_stands_there_twice() -> None:
    addresses = [normalised(contact["email"]) for contact in CONTACTS]
    assert len(set(addresses)) == len(addresses)


def test_one_domain_is_written_in_letters_beyond_ascii() -> None:
    assert [c["email"] for c in CONTACTS if not c["email"].isascii()] == ["nyheder@blåbær.example"]


def test_every_cover_language_is_somebodys_first() -> None:
    first = {
        (several(contact["languages"]) or several(contact["outlet_languages"]))[0]
        for contact in CONTACTS
        if in_audience(contact) and not contact["do_not_contact"]
    }
    assert len(first) >= 30
    # The Brazilian reads pt-BR, which the Portuguese cover serves.
    assert first - {"pt-BR"} == COVER_LANGUAGES


def test_a_row_is_a_desk_or_a_person() -> None:
    for contact in CONTACTS:
        assert bool(contact["desk"]) != bool(contact["given_name"] and contact["family_name"])
        assert contact["outlet"] or contact["media_type"] == "freelance"
        assert contact["outlet"] or not contact["desk"]


def test_an_outlet_is_described_alike_in_all_its_rows() -> None:
    described: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for contact in CONTACTS:
        outlet = (contact["outlet"], contact["outlet_country"])
        described.setdefault(outlet, set()).add(
            (
                contact["media_type"],
                contact["outlet_languages"],
            )
        )
    assert [outlet for outlet, seen in described.items() if len(seen) > 1] == []


def test_every_media_type_is_known_and_there() -> None:
    assert {contact["media_type"] for contact in CONTACTS} == MEDIA_TYPES


def test_denmark_has_three_outlets_and_more() -> None:
    assert len({c["outlet"] for c in CONTACTS if c["outlet_country"] == "DK"}) >= 3


def test_every_zone_exists() -> None:
    for contact in CONTACTS:
        assert ZoneInfo(contact["zone"]).key == contact["zone"]


def test_marks_are_yes_or_nothing() -> None:
    for contact in CONTACTS:
        assert {contact["do_not_contact"], contact["embargo_trusted"]} <= {"", "yes"}
        assert contact["tracking"] in {"", "individual"}


def test_nobody_may_write_to_one_contact_whom_the_audience_would_find() -> None:
    kept_out = [contact for contact in CONTACTS if contact["do_not_contact"]]
    assert len(kept_out) == 1
    assert in_audience(kept_out[0])


def test_one_person_reads_three_languages_and_stands_on_two_lists() -> None:
    on_two = [contact for contact in CONTACTS if len(several(contact["lists"])) > 1]
    assert [contact["languages"] for contact in on_two] == ["da|en|fr"]


# ---------------------------------------------------------------- the story


def test_everyone_in_the_story_gets_the_release() -> None:
    reached = {c["email"] for c in CONTACTS if in_audience(c) and not c["do_not_contact"]}
    told = {email for part in STORY.values() if isinstance(part, list) for email in part}
    assert told <= reached


def test_only_who_agreed_is_counted_one_by_one() -> None:
    agreed = {contact["email"] for contact in CONTACTS if contact["tracking"] == "individual"}
    assert set(STORY["clicks"]) < set(STORY["opens"]) < agreed


def test_each_failure_meets_another_address() -> None:
    failures = [
        email
        for part in ("greylisted", "refused", "bounces_later", "out_of_office", "unsubscribes")
        for email in STORY[part]
    ]
    assert len(failures) == len(set(failures)) == 5
    assert set(failures).isdisjoint(STORY["opens"])


def test_the_story_sends_a_release_that_is_there() -> None:
    assert (SAMPLE / "releases" / STORY["release"] / "en.md").is_file()


# ---------------------------------------------------------------- the office


def test_the_office_has_its_names_in_every_cover_language() -> None:
    # The names without a language are the English ones.
    assert set(OFFICE["names"]) | {"en"} == COVER_LANGUAGES
    assert set(OFFICE["list_names"]) | {"en"} == COVER_LANGUAGES


def test_the_office_writes_from_a_domain_kept_for_examples() -> None:
    for field in ("email", "from_address", "reply_to"):
        assert OFFICE[field].endswith(".example")
    assert OFFICE["privacy_url"].startswith("https://www.europeanstates.example/")
    assert ZoneInfo(OFFICE["zone"]).key == OFFICE["zone"]


# ---------------------------------------------------------------- the releases


@each_release
def test_a_release_says_where_it_belongs(path: Path) -> None:
    front, _ = read_release(path)
    assert (front["reference"], front["language"]) == (path.parent.name, path.stem)
    assert front["kind"] == "release"
    assert isinstance(front["date"], date)
    assert front["title"]
    assert front["place"]


@each_release
def test_a_link_leads_to_a_page_of_the_office(path: Path) -> None:
    _, body = read_release(path)
    targets = re.findall(r"\]\(([^)]*)\)", body) + re.findall(r"<([^>]*)>", body)
    assert targets
    assert [t for t in targets if not t.startswith("https://www.europeanstates.example/")] == []


@each_release
def test_no_text_speaks_of_an_embargo(path: Path) -> None:
    # Newsroom software holds a story in which it finds the word.
    text = path.read_text(encoding="utf-8").casefold()
    assert [word for word in ("embargo", "حظر") if word in text] == []


@pytest.mark.parametrize("language", sorted(WEEKDAYS))
def test_the_weekday_in_the_text_is_the_one_of_the_opening(language: str) -> None:
    front, _ = read_release(SAMPLE / "releases" / "365a09" / "en.md")
    opening = datetime.fromisoformat(front["occasions"][0]["starts"])
    _, body = read_release(SAMPLE / "releases" / "365a09" / f"{language}.md")
    weekday = WEEKDAYS[language][opening.weekday()]
    assert f"{weekday} {opening.day} {DECEMBER[language]}" in body.replace(
        "\N{NO-BREAK SPACE}", " "
    )
    assert [other for other in WEEKDAYS[language] if other != weekday and other in body] == []


def test_the_editions_of_the_release_agree() -> None:
    editions = [read_release(path) for path in (SAMPLE / "releases" / "365a09").glob("*.md")]
    assert {front["language"] for front, _ in editions} == {"en", "fr", "ar"}
    assert len({(front["date"], front["kind"], *front["beats"]) for front, _ in editions}) == 1
    for _, body in editions:
        figures = set(re.findall(r"\d+", re.sub(r"https://[^)>]*", "", body)))
        assert figures >= {"7", "8", "2019", "27", "14", "120", "9", "30"}
        assert (body.count("\n- "), body.count("](https://"), body.count("<https://")) == (4, 3, 2)


def test_the_press_contact_is_written_out_once_and_named_elsewhere() -> None:
    contacts = {
        path.stem: read_release(path)[0]["contacts"]
        for path in (SAMPLE / "releases" / "365a09").glob("*.md")
    }
    assert contacts["en"][0]["key"] == "anna.keller"
    assert contacts["fr"] == contacts["ar"] == ["anna.keller"]


def test_french_keeps_its_signs_beside_their_words() -> None:
    text = (SAMPLE / "releases" / "365a09" / "fr.md").read_text(encoding="utf-8")
    _, body = read_release(SAMPLE / "releases" / "365a09" / "fr.md")
    assert re.findall(r" [:;?!»]", body) == []
    assert "\N{NO-BREAK SPACE}:" in text
    assert "\N{NARROW NO-BREAK SPACE};" in text
