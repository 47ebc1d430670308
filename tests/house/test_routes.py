"""Every route declares its access: for anybody, or for press officers who are signed in."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute
from starlette.testclient import TestClient

from mailer.errors import BadInput
from mailer.releases.manuscripts.reading import read_manuscript
from mailer.settings import Settings
from mailer.web import public, public_files
from mailer.web.app import ROUTERS, create_app
from mailer.web.dependencies import anybody, signed_in

#: What everyone may see without a sign-in; a longer list wants a second thought.
OPEN_PAGES = {("GET", "/sign-in"), ("POST", "/sign-in")}
BEHIND_A_RELEASE = "/releases/{reference:path}/"
PAGES = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]


def depended_on(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    for inner in dependant.dependencies:
        yield inner.call
        yield from depended_on(inner)


def ways(route: APIRoute) -> set[tuple[str, str]]:
    return {(method, route.path) for method in route.methods}


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_a_page_declares_who_may_see_it(route: APIRoute) -> None:
    declared = {call for call in depended_on(route.dependant) if call in {anybody, signed_in}}
    assert len(declared) == 1
    assert (declared == {anybody}) == (ways(route) <= OPEN_PAGES)


def test_the_routers_hold_nothing_but_pages() -> None:
    assert all(isinstance(route, APIRoute) for router in ROUTERS for route in router.routes)


def test_all_other_routes_are_the_public_ones_and_the_files(settings: Settings) -> None:
    included = len(ROUTERS)
    others = create_app(settings).routes[included:]
    assert [*others[:-1]] == [*public.ROUTES, *public_files.ROUTES]
    assert getattr(others[-1], "path", "") == "/static"


@pytest.mark.parametrize("route", PAGES, ids=lambda route: f"{min(route.methods)} {route.path}")
def test_without_a_sign_in_a_page_leads_to_it(settings: Settings, route: APIRoute) -> None:
    """No table exists here: a page that looked anything up first would fail."""
    if ways(route) <= OPEN_PAGES:
        return
    path = route.path.replace("{reference:path}", "2026-001").replace("{", "").replace("}", "")
    path = path.replace("distribution_id", "1").replace("delivery_id", "1")
    path = path.replace("address_id", "1")
    with TestClient(create_app(settings), follow_redirects=False) as browser:
        answer = browser.request(min(route.methods), path)
    assert answer.status_code == 303
    assert answer.headers["Location"].startswith("/sign-in")


@pytest.mark.parametrize(
    "path", sorted({page.path for page in PAGES if page.path.startswith(BEHIND_A_RELEASE)})
)
def test_no_reference_hides_a_page_of_another_release(tmp_path: Path, path: str) -> None:
    behind = path.removeprefix(BEHIND_A_RELEASE)
    reference = f"a/{behind.replace('{address_id}', '1').replace('{language}', 'fr')}"
    head = f"---\nreference: {reference}\nlanguage: en\ntitle: Harbours\ndate: 2026-11-23\n---\n"
    (tmp_path / "en.md").write_text(f"{head}Text", encoding="utf-8")
    with pytest.raises(BadInput, match="reference must not end in"):
        read_manuscript(tmp_path / "en.md")
