"""A job that ends, and the one that begins: the form, and which of its fields is wrong."""

from datetime import date
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlmodel import Session

from mailer import addresses, clock
from mailer.contacts.keeping import leaving, moving
from mailer.contacts.keeping.leaving import Moved
from mailer.contacts.keeping.moving import NewJob, SeveralOutlets, UnknownOutlet
from mailer.contacts.keeping.people import FREELANCE, Job, jobs_of
from mailer.errors import BadInput, NotFound, Refused
from mailer.models import Desk, Journalist, Outlet
from mailer.tokens import Keyring
from mailer.web.forms import Bound
from mailer.web.keeping.whose import SOURCE


class WrongField(BadInput):
    """One field of a form cannot be; the message stands beside it."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class MoveForm(BaseModel):
    """What the list keeper fills in."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    becomes: Literal["moves", "ends"] = "moves"
    to: str = ""
    country: str = ""
    new_outlet: Literal["", "yes"] = ""
    email: str = ""
    job_title: str = ""
    keep_lists: Literal["", "yes"] = ""
    on: str = ""


class CloseForm(BaseModel):
    """The last day of a desk."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    on: str = ""


def filled_in(form: Bound[MoveForm]) -> MoveForm:
    """What was filled in. Raises WrongField when it is not said what becomes of the job."""
    if form.model is None:
        raise WrongField("becomes", "say whether she goes elsewhere or the job only ends")
    return form.model


def job_of(session: Session, person: Journalist, role_id: int, *, on: date | None = None) -> Job:
    """That job of hers, which lasts.

    Raises NotFound when it is not hers any more, Refused when it has ended before that day.
    """
    job = next((one for one in jobs_of(session, person) if one.role.id == role_id), None)
    if job is None:
        raise NotFound(f"{person.full_name} has no such job: it may have been merged or taken back")
    if not job.is_current(on or clock.now().date()):
        raise Refused(f"the job at {job.at} has ended on {job.role.ended_on} already")
    return job


def go(
    session: Session,
    person: Journalist,
    role_id: int,
    form: MoveForm,
    *,
    keyring: Keyring,
    officer_id: int,
) -> Moved:
    """End that job, and begin the new one unless it only ends. The caller commits.

    Raises WrongField, and what `job_of` raises.
    """
    day = day_of(form.on)
    job = job_of(session, person, role_id, on=day)
    if form.becomes == "ends":
        return leaving.end_job(
            session, person, leaving=job, on=day, source=SOURCE, officer_id=officer_id
        )
    new = NewJob(
        outlet=_outlet(session, form),
        email=_email(form.email),
        job_title=form.job_title,
        keeps_lists=bool(form.keep_lists),
    )
    try:
        return moving.move(
            session,
            person,
            new,
            leaving=job,
            on=day,
            keyring=keyring,
            source=SOURCE,
            officer_id=officer_id,
        )
    except Refused as wrong:
        raise WrongField("email", str(wrong)) from wrong


def close(session: Session, desk: Desk, form: CloseForm, *, officer_id: int) -> Moved:
    """Close the desk on that day. The caller commits. Raises WrongField."""
    day = day_of(form.on)
    try:
        return leaving.close_desk(session, desk, on=day, source=SOURCE, officer_id=officer_id)
    except BadInput as wrong:
        raise WrongField("on", str(wrong)) from wrong


def day_of(text: str) -> date:
    """The day that is typed; today when none is."""
    try:
        return date.fromisoformat(text) if text else clock.now().date()
    except ValueError as wrong:
        raise WrongField("on", f"cannot read the day {text!r}: write 2026-12-01") from wrong


def _outlet(session: Session, form: MoveForm) -> Outlet | None:
    """The outlet; None for a freelance."""
    if not form.to:
        raise WrongField("to", f"say where she goes: the name of an outlet, or {FREELANCE}")
    if form.to.casefold() == FREELANCE:
        return None
    try:
        return moving.find_outlet(
            session, form.to, country=form.country, is_new=bool(form.new_outlet)
        )
    except SeveralOutlets as wrong:
        markets = ", ".join(market or "none" for market in wrong.markets)
        told = f"there are several of that name: say in which market, of {markets}"
        raise WrongField("country", told) from wrong
    except UnknownOutlet as wrong:
        told = f"there is no outlet {form.to!r}: {wrong.nearest} If it is new, tick the box below"
        raise WrongField("to", told) from wrong
    except BadInput as wrong:
        raise WrongField("country", str(wrong)) from wrong


def _email(text: str) -> str:
    if not text:
        return ""
    try:
        return addresses.parse(text).typed
    except BadInput as wrong:
        raise WrongField("email", str(wrong)) from wrong
