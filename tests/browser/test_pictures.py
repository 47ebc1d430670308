"""Pictures of a text in the preview: a press officer sees what a mail program would show."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import expect

from mailer import database
from tests import factories
from tests.browser.conftest import Visit
from tests.web.samples import Sample

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="60"/>'
BODY = 'The lamps.\n\n![A lamp](https://pictures.example/lamp.svg "On the quay")\n'


def test_a_picture_from_elsewhere_is_shown_in_the_preview(
    visit: Callable[..., Visit], sqlite_engine: sa.Engine, sample: Sample
) -> None:
    with database.writing(sqlite_engine) as session:
        texts: Any = {"en": ("Lamps go out at ten", BODY)}
        row = factories.release(session, sample.office, reference="IP/26/78", texts=texts)
        reference = row.reference
    window = visit()
    window.page.route(
        "https://pictures.example/**",
        lambda route: route.fulfill(body=PICTURE, content_type="image/svg+xml"),
    )
    window.sign_in()
    page = window.go(f"/releases/{reference}?to={sample.danish.address_id}")
    message = page.frame_locator("iframe")
    image = message.get_by_role("img", name="A lamp")
    expect(image).to_be_visible()
    expect(message.get_by_text("On the quay")).to_be_visible()
    assert image.evaluate("e => e.naturalWidth") == 90
