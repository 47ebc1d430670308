"""An access request: everything about one person and nothing of others."""

import json
from html.parser import HTMLParser
from itertools import pairwise

import pytest
import sqlalchemy as sa

from mailer.cli.context import jsonable
from mailer.contacts.history import operation
from mailer.contacts.keeping.merging import merge
from mailer.database import reading, writing
from mailer.errors import BadInput, NotFound
from mailer.models import Delivery, Journalist, OperationKind
from mailer.privacy.exporting import Document, export
from mailer.privacy.page import write_page
from mailer.tokens import Keyring
from tests import factories
from tests.factories import NOW
from tests.privacy.conftest import DESK, EARLIER, KAREN, LARS, OTHERS, Story


@pytest.fixture
def record(engine: sa.Engine, story: Story, keyring: Keyring) -> Document:
    with reading(engine) as session:
        return export(session, KAREN.upper(), keyring=keyring, now=NOW)


def test_it_holds_who_she_is_and_whence_we_know(record: Document) -> None:
    (person,) = record["records"]
    assert (person["given_name"], person["city"], person["phone"]) == (
        "Karen",
        "Aarhus",
        "+45 99 00 00 20",
    )
    provenance, preferences = person["provenance"], person["preferences"]
    assert provenance["basis_source"] == "a business card"
    assert provenance["legal_basis"] == "legitimate_interest"
    assert (preferences["tracking"], preferences["tracking_consented_at"]) == ("individual", NOW)
    assert person["private_note"].startswith("Deputy is [somebody else]")


def test_it_holds_jobs_addresses_lists_and_suppressions(record: Document) -> None:
    assert {one["address"] for one in record["roles"]} == {KAREN, DESK}
    shared = {one["email"]: one["is_read_by_others_too"] for one in record["addresses"]}
    assert shared == {KAREN: False, DESK: True, EARLIER: False}
    assert record["lists"] == [
        {
            "list": "Crime desk",
            "purpose": "press",
            "reason": "put on it by hand as Reporter at Havnebladet",
        }
    ]
    (kept,) = record["suppressions"]
    assert (kept["address"], kept["scope"], kept["scope_value"], kept["reason"]) == (
        KAREN.lower(),
        "topic",
        "sports",
        "unsubscribed",
    )


def test_it_holds_each_delivery_with_its_answer_and_events(record: Document, story: Story) -> None:
    sent, waiting = record["deliveries"]
    assert (sent["number"], waiting["number"]) == (story.sent, story.waiting)
    assert sent["title"] == "Harbours agree on a code of conduct"
    assert (sent["status"], sent["reply_text"]) == ("bounced", f"2.0.0 <{KAREN}> queued as 4711")
    (event,) = sent["events"]
    assert (event["kind"], event["details"]["reason"]) == ("bounced", "unknown_user")


def test_the_number_of_a_message_to_her_is_no_address_of_others(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with writing(engine) as session:
        session.get_one(Delivery, story.sent).message_id = "<1.abc@harbour.example>"
    with reading(engine) as session:
        record = export(session, KAREN, keyring=keyring, now=NOW)
    assert record["deliveries"][0]["message_id"] == "<1.abc@harbour.example>"


def test_it_holds_what_she_wrote_as_far_as_it_is_kept(record: Document) -> None:
    dsn, written = record["inbound"]
    assert (dsn["kind"], dsn["is_from_you"], dsn["text"]) == ("bounce", False, "")
    assert written["text"].strip() == "Call me. Karen Holm. My deputy is [somebody else]."


def test_the_history_tells_what_and_when_and_no_officer_by_name(record: Document) -> None:
    (edit,) = record["history"]
    assert (edit["kind"], edit["note"]) == ("edit", "Karen Holm has a new address")
    assert edit["who"].startswith("press officer ")
    fields = {
        line["field"]: (line["before"], line["after"])
        for change in edit["changes"]
        for line in change["fields"]
    }
    assert fields["city"] == ("nothing", "Aarhus")
    assert fields["address"] == (EARLIER, KAREN)


def test_nobody_else_is_in_it(record: Document) -> None:
    for text in (json.dumps(jsonable(record), ensure_ascii=False), write_page(record)):
        assert [other for other in OTHERS if other.lower() in text.lower()] == []
        assert "Karen Holm" in text


def test_a_merged_record_brings_its_number_and_its_deliveries(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with writing(engine) as session:
        double = factories.journalist(session, "kh@freelance.example", given_name="Karin")
        distribution = factories.distribution(
            session, factories.release(session, factories.office(session, key="two"))
        )
        row = factories.delivery(
            session, distribution, "kh@freelance.example", journalist_id=double.id
        )
        number, delivery_id = double.id, row.id
        with operation(session, OperationKind.MERGE):
            session.flush()
    with writing(engine) as session:
        staying, going = (session.get_one(Journalist, n) for n in (story.karen, number))
        merge(session, staying, going, keyring=keyring, source="test")
    with reading(engine) as session:
        told = export(session, str(story.karen), keyring=keyring, now=NOW)
        assert told["former_numbers"] == [number]
        assert delivery_id in [one["number"] for one in told["deliveries"]]
        assert "Karin" in json.dumps(jsonable(told["history"]))


def test_deliveries_to_a_shared_address_are_its_readers_each(
    engine: sa.Engine, story: Story, keyring: Keyring
) -> None:
    with reading(engine) as session:
        told = export(session, LARS, keyring=keyring, now=NOW)
        numbers = [one["number"] for one in told["deliveries"]]
        assert numbers == [story.of_lars, story.at_desk]
        assert session.get_one(Delivery, story.at_desk).email == DESK
        assert KAREN.lower() not in json.dumps(jsonable(told)).lower()


def test_who_is_not_known_is_told(engine: sa.Engine, story: Story, keyring: Keyring) -> None:
    with reading(engine) as session:
        with pytest.raises(NotFound, match="nothing is kept of"):
            export(session, "nobody@nowhere.example", keyring=keyring, now=NOW)
        with pytest.raises(BadInput, match="say which by number"):
            export(session, DESK, keyring=keyring, now=NOW)


class _Page(HTMLParser):
    """What a reader of the page, and a screen reader, hold on to."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.misplaced: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.open.pop() != tag:
            self.misplaced.append(tag)


def test_the_page_is_one_plain_file_that_everybody_can_read(record: Document) -> None:
    page = _Page()
    page.feed(write_page(record))
    assert (page.open, page.misplaced) == ([], [])
    names = [tag for tag, _ in page.tags]
    assert not {"script", "link", "img", "iframe"} & set(names)
    assert dict(page.tags)["html"] == {"lang": "en"}
    assert (names.count("h1"), names.count("main"), names.count("title")) == (1, 1, 1)
    headings = [int(name[1]) for name in names if name[0] == "h" and name[1:].isdigit()]
    assert all(later - level <= 1 for level, later in pairwise(headings))
    ids = {attributes["id"] for _, attributes in page.tags if "id" in attributes}
    links = [attributes["href"] or "" for tag, attributes in page.tags if tag == "a"]
    assert {link.removeprefix("#") for link in links} <= ids
    cells = [attributes for tag, attributes in page.tags if tag == "th"]
    assert all("scope" in attributes for attributes in cells)
    assert "prefers-color-scheme: dark" in write_page(record)


def test_the_page_speaks_to_the_person_and_not_to_us(record: Document) -> None:
    page = write_page(record)
    for ours in ("journalist", "media list entry", "Is primary", "External id", "named"):
        assert f">{ours}" not in page
    for hers in (
        "Your main job",
        "Trusted to keep an embargo",
        "Your record: ",
        "Corrected by hand",
    ):
        assert hers in page


def test_a_file_that_named_her_again_and_changed_nothing_is_no_line_of_the_page(
    record: Document,
) -> None:
    (edit,) = record["history"]
    again = {"what": "journalist", "action": "named", "file_row": 7, "fields": []}
    named = {**edit, "kind": "import", "source": "again.csv", "note": "", "changes": [again]}
    both = {**edit, "changes": [again, *edit["changes"]]}
    assert write_page({**record, "history": [named, both]}) == write_page(record)
    alone = write_page({**record, "history": [named]})
    assert "again.csv" not in alone
    assert "<p>Nothing.</p>" in alone.partition('id="history"')[2]


def test_times_in_the_history_of_the_page_are_for_people(record: Document) -> None:
    (edit,) = record["history"]
    line = {"field": "paused until", "before": "nothing", "after": "2027-01-14T23:00:00+00:00"}
    change = {"what": "journalist", "action": "changed", "file_row": None, "fields": [line]}
    page = write_page({**record, "history": [{**edit, "changes": [change]}]})
    told = "Paused until <bdi>nothing</bdi> → <bdi>14 January 2027, 23:00 UTC</bdi>"
    assert f"Your record: {told}" in page
