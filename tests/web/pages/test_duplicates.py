"""Who may be there twice: proposals, the two side by side, the decision and its way back."""

import threading
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from sqlmodel import Session, col, select
from starlette.testclient import TestClient

from mailer import database
from mailer.contacts import suppressions
from mailer.contacts.keeping.merging import merge
from mailer.errors import Unreachable
from mailer.models import ContactOperation, DifferentPeople, Journalist, Role, SuppressionReason
from mailer.tokens import Keyring
from mailer.web.keeping.proposals import Proposals, Search, search_book
from tests import factories
from tests.web.filled_in import form
from tests.web.samples import Sample

PAGE = "/contacts/duplicates"


@dataclass(frozen=True)
class Twice:
    """Two records of one person at one paper."""

    first: int
    second: int

    @property
    def path(self) -> str:
        return f"{PAGE}/{self.first}/{self.second}"


@pytest.fixture
def twice(engine: sa.Engine, sample: Sample) -> Twice:
    with database.writing(engine) as session:
        paper = factories.outlet(session, "Dagens Nyt")
        first = factories.journalist(
            session, "karen@dagens.example", family_name="Holm", outlet=paper, city="Aarhus"
        )
        second = factories.journalist(
            session, "kh@dagens.example", family_name="Holm", outlet=paper, urgent_only=True
        )
        return Twice(first.id or 0, second.id or 0)


def people(engine: sa.Engine) -> list[int | None]:
    with Session(engine) as session:
        return list(session.exec(select(Journalist.id).order_by(col(Journalist.id))))


def test_a_pair_is_proposed_with_score_and_reasons(desk: TestClient, twice: Twice) -> None:
    page = desk.get(PAGE).text
    assert "same outlet: Dagens Nyt" in page
    assert f'href="{twice.path}"' in page
    assert "kh@dagens.example" in page
    assert "1 pair to decide" in page


def test_nobody_twice_is_said(desk: TestClient, sample: Sample) -> None:
    assert "Nobody looks as if they were there twice" in desk.get(PAGE).text


def test_the_two_stand_side_by_side_with_what_they_would_be_together(
    desk: TestClient, twice: Twice
) -> None:
    page = desk.get(twice.path).text
    assert "karen@dagens.example" in page
    assert "kh@dagens.example" in page
    assert "urgent only" in page
    assert f"merge no. {twice.second} into no. {twice.first}" in page
    turned = desk.get(twice.path, params={"stays": twice.second}).text
    assert f"merge no. {twice.first} into no. {twice.second}" in turned


def test_the_chosen_one_stays_and_the_stricter_wish_holds(
    desk: TestClient, engine: sa.Engine, twice: Twice
) -> None:
    page = desk.get(twice.path, params={"stays": twice.second}).text
    answer = desk.post(f"{twice.path}/merge", data=form(page, f"{twice.path}/merge"))
    assert answer.status_code == 303
    with Session(engine) as session:
        assert session.get(Journalist, twice.first) is None
        stays = session.get_one(Journalist, twice.second)
        assert (stays.city, stays.urgent_only) == ("Aarhus", True)
        jobs = session.exec(select(Role).where(Role.journalist_id == twice.second)).all()
        operation = session.exec(select(ContactOperation)).one()
    assert len(jobs) == 2
    assert operation.officer_id is not None
    told = desk.get(answer.headers["Location"]).text
    assert "Merged: Karen Holm" in told
    assert "Nobody looks as if they were there twice" in told


def test_the_old_number_leads_to_the_one_who_stays(desk: TestClient, twice: Twice) -> None:
    desk.post(f"{twice.path}/merge", data={"stays": twice.first})
    answer = desk.get(f"/contacts/people/{twice.second}")
    assert answer.headers["Location"] == f"/contacts/people/{twice.first}"


def test_a_merge_is_taken_back_and_proposed_again(
    desk: TestClient, engine: sa.Engine, twice: Twice
) -> None:
    before = people(engine)
    location = desk.post(f"{twice.path}/merge", data={"stays": twice.first}).headers["Location"]
    answer = desk.post(f"{PAGE}/undo/{location.partition('done=')[2]}")
    assert answer.status_code == 303
    assert people(engine) == before
    assert "1 pair to decide" in desk.get(answer.headers["Location"]).text


def test_two_people_are_never_proposed_again_until_that_is_taken_back(
    desk: TestClient, twice: Twice
) -> None:
    location = desk.post(f"{twice.path}/different").headers["Location"]
    page = desk.get(location).text
    assert "are different people" in page
    assert "Nobody looks as if they were there twice" in page
    assert "were marked as different people" in desk.get(twice.path).text
    desk.post(f"{PAGE}/undo/{location.partition('done=')[2]}")
    assert "1 pair to decide" in desk.get(PAGE).text


def test_what_a_leave_means_is_told_before_the_merge(
    desk: TestClient, engine: sa.Engine, twice: Twice, keyring: Keyring
) -> None:
    with database.writing(engine) as session:
        suppressions.suppress(
            session,
            "kh@dagens.example",
            keyring=keyring,
            reason=SuppressionReason.UNSUBSCRIBED,
            source="link",
        )
    page = desk.get(twice.path).text
    assert "Left at kh@dagens.example: marked as do not contact" in page


@pytest.mark.parametrize("stays", ["", "0", "1", "x", "-1"])
def test_only_one_of_the_two_can_stay(
    desk: TestClient, engine: sa.Engine, twice: Twice, stays: str
) -> None:
    before = people(engine)
    answer = desk.post(f"{twice.path}/merge", data={"stays": stays})
    assert answer.status_code == 400
    assert "which of the two stays" in answer.text
    assert people(engine) == before


def test_of_two_officers_the_second_finds_it_decided(
    desk: TestClient, engine: sa.Engine, twice: Twice, keyring: Keyring
) -> None:
    with database.writing(engine) as session:
        two = [session.get_one(Journalist, one) for one in (twice.first, twice.second)]
        merge(session, *two, keyring=keyring, source="test")
    for path in ("merge", "different"):
        answer = desk.post(f"{twice.path}/{path}", data={"stays": twice.second})
        assert answer.status_code == 404
        assert "merged or erased" in answer.text
    assert desk.get(twice.path).status_code == 404


def test_two_officers_say_that_they_are_two_people_once(
    desk: TestClient, engine: sa.Engine, twice: Twice
) -> None:
    assert "done=" in desk.post(f"{twice.path}/different").headers["Location"]
    assert desk.post(f"{PAGE}/{twice.second}/{twice.first}/different").headers["Location"] == PAGE
    with Session(engine) as session:
        assert len(session.exec(select(DifferentPeople)).all()) == 1
    refused = desk.post(f"{twice.path}/merge", data={"stays": twice.first})
    assert refused.status_code == 400
    assert "were marked as different people" in refused.text


def test_one_is_compared_with_another_by_address_or_number(desk: TestClient, twice: Twice) -> None:
    for other in ("kh@dagens.example", str(twice.second)):
        answer = desk.get(f"{PAGE}/of/{twice.first}", params={"other": other})
        assert answer.headers["Location"] == twice.path
    same = desk.get(f"{PAGE}/of/{twice.first}", params={"other": str(twice.first)})
    assert same.status_code == 400
    unknown = desk.get(f"{PAGE}/of/{twice.first}", params={"other": "x@nowhere.example"})
    assert unknown.status_code == 404


def test_names_from_right_to_left_stand_isolated(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        paper = factories.outlet(session, "النهار")
        for email in ("a@nahar.example", "b@nahar.example"):
            factories.journalist(
                session, email, given_name="ليلى", family_name="<i>حداد", outlet=paper
            )
    page = desk.get(PAGE).text
    assert "<bdi>ليلى &lt;i&gt;حداد</bdi>" in page
    assert "<i>" not in page


def test_a_long_list_of_pairs_comes_page_by_page(
    desk: TestClient, engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(engine) as session:
        for number in range(30):
            paper = factories.outlet(session, f"Paper {number}")
            for copy in "ab":
                name = {"given_name": f"Robin{number}", "family_name": "Same"}
                factories.journalist(session, f"{copy}{number}@x.example", outlet=paper, **name)
    first = desk.get(PAGE).text
    assert "30 pairs to decide" in first
    assert first.count('<td class="end num">') == 25
    assert desk.get(PAGE, params={"start": 25}).text.count('<td class="end num">') == 5


def test_the_book_is_not_searched_anew_while_it_stands_as_it_was(
    desk: TestClient, engine: sa.Engine, twice: Twice
) -> None:
    desk.get(PAGE)
    kept = desk.app.state.proposals  # type: ignore[attr-defined]
    with database.reading(engine) as session:
        first, _ = kept.look(session)
        again, _ = kept.look(session)
    assert again is first
    desk.post(f"{twice.path}/different")
    with database.reading(engine) as session:
        assert kept.look(session)[0] is not first


def test_a_long_search_does_not_hold_the_page(
    desk: TestClient, engine: sa.Engine, twice: Twice
) -> None:
    may_go_on = threading.Event()

    def slow(of: sa.Engine) -> Search:
        may_go_on.wait()
        return search_book(of)

    kept = Proposals(engine, slow)
    desk.app.state.proposals = kept  # type: ignore[attr-defined]
    assert "is being searched" in desk.get(PAGE).text
    assert desk.post(f"{PAGE}/search").status_code == 303
    may_go_on.set()
    kept.wait()
    assert "1 pair to decide" in desk.get(PAGE).text


def test_a_search_that_fails_is_told_once_and_done_anew(
    desk: TestClient, engine: sa.Engine, twice: Twice
) -> None:
    failures = [Unreachable("the database does not answer")]

    def fails_once(of: sa.Engine) -> Search:
        if failures:
            raise failures.pop()
        return search_book(of)

    desk.app.state.proposals = Proposals(engine, fails_once)  # type: ignore[attr-defined]
    assert desk.get(PAGE).status_code == 503
    assert "1 pair to decide" in desk.get(PAGE).text


@pytest.mark.parametrize("path", ["/merge", "/different"])
def test_a_form_of_another_site_decides_nothing(
    desk: TestClient, twice: Twice, all_rows: Any, path: str
) -> None:
    before = all_rows()
    answer = desk.post(
        twice.path + path, data={"stays": twice.first}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert all_rows() == before


def test_looking_decides_nothing(desk: TestClient, twice: Twice, all_rows: Any) -> None:
    before = all_rows()
    for path in (PAGE, twice.path, f"{twice.path}?stays={twice.second}", f"{PAGE}/9/9"):
        desk.get(path)
    assert all_rows() == before
