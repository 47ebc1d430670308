"""A contact whose pages the tests open, and what they do there."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session
from starlette.testclient import TestClient

from mailer.models import Journalist
from tests.web.filled_in import form


@dataclass(frozen=True)
class Known:
    """A person with a job at a paper, on a list; and where her page is."""

    number: int
    role_id: int
    path: str


def row_of(engine: sa.Engine, karen: Known) -> Journalist:
    """Her record as it stands."""
    with Session(engine) as session:
        return session.get_one(Journalist, karen.number)


def save(desk: TestClient, karen: Known, **typed: str) -> Any:
    """Open her form, type, and save."""
    path = f"{karen.path}/edit"
    return desk.post(path, data=form(desk.get(path).text, path) | typed)
