"""Where a name is left after an erasure, because to take it out would change what is somebody
else's, or published, or is found by it: each place is told, with what can be done about it.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from mailer.contacts.privacy.wording import Words
from mailer.models import (
    Desk,
    Distribution,
    Edition,
    Journalist,
    MediaList,
    Occasion,
    Office,
    Outlet,
    PressContact,
    PressOfficer,
    Release,
    Revision,
    Role,
    StillValid,
    Suppression,
    Waiver,
)

#: So many places of a kind are told one by one.
TOLD = 5
PUBLISHED = "what was sent stays as it was; a draft can be imported anew without it"
ACCOUNT = "it goes with the account"
SAVE = "`mailer office save` writes it anew"
EDIT = "`mailer contacts edit` sets it"


class Place(NamedTuple):
    """Columns that an erasure leaves as they are."""

    columns: tuple[Any, ...]
    #: What the row is called, beside its number or key.
    called: str
    by: Any
    advice: str


PLACES = (
    Place(
        (Outlet.name, Outlet.group_name, Outlet.website),
        "the outlet",
        Outlet.id,
        "others are there, or a rule would find it; `mailer outlets edit`, then erase again",
    ),
    Place((Desk.name, Desk.beats, Desk.topics), "the desk", Desk.id, EDIT),
    Place(
        (Journalist.title, Journalist.vocative, Journalist.topics),
        "the person",
        Journalist.id,
        EDIT,
    ),
    Place(
        (Journalist.salutations,),
        "the form of address of the person",
        Journalist.id,
        "import that contact with another one",
    ),
    Place((Role.beats,), "the beats of the person", Role.journalist_id, EDIT),
    Place(
        (MediaList.name,),
        "the name of the list",
        MediaList.id,
        "one word may be anybody's; if it is meant, `mailer lists rename` gives it another name",
    ),
    Place((Release.place, Release.beats), "the release", Release.reference, PUBLISHED),
    Place(
        (
            Revision.title,
            Revision.subtitle,
            Revision.place,
            Revision.body,
            Revision.change_note,
            Revision.notes,
        ),
        "the text of the release",
        Release.reference,
        PUBLISHED,
    ),
    Place(
        (Occasion.title, Occasion.place, Occasion.parts, Occasion.wordings),
        "an occasion of",
        Release.reference,
        PUBLISHED,
    ),
    Place(
        (Suppression.scope_value,),
        "the topic that was left, suppression",
        Suppression.id,
        "without it the leave would be lost",
    ),
    Place((PressContact.name, PressContact.email), "our press contact", PressContact.key, SAVE),
    Place(
        (Office.name, Office.names, Office.from_name, Office.email, Office.reply_to),
        "the office",
        Office.key,
        SAVE,
    ),
    Place((PressOfficer.name, PressOfficer.email), "the officer", PressOfficer.id, ACCOUNT),
    Place((Distribution.created_by,), "the decision of distribution", Distribution.id, ACCOUNT),
    Place((Waiver.waived_by,), "the waiver", Waiver.id, ACCOUNT),
    Place((StillValid.said_by,), "the word that a text holds, number", StillValid.id, ACCOUNT),
)
#: How a text leads to the release that it belongs to.
JOINED: dict[Any, tuple[tuple[Any, Any], ...]] = {
    Revision: (
        (Edition, col(Edition.id) == col(Revision.edition_id)),
        (Release, col(Release.id) == col(Edition.release_id)),
    ),
    Occasion: ((Release, col(Release.id) == col(Occasion.release_id)),),
}


def remaining(session: Session, words: Words) -> tuple[str, ...]:
    """Where one of the words stands still, and what to do about it; each place once."""
    return tuple(line for place in PLACES for line in _lines(session, place, words))


def _lines(session: Session, place: Place, words: Words) -> Iterator[str]:
    rows = session.execute(_holding(place, words))
    found = dict.fromkeys(by for by, *values in rows if words.out_of(values) != values)
    for by in list(found)[:TOLD]:
        yield f"{place.called} {by}: {place.advice}"
    if len(found) > TOLD:
        yield f"{len(found) - TOLD} more like {place.called} {next(iter(found))}"


def _holding(place: Place, words: Words) -> sa.Select[Any]:
    """The rows of that place that may hold one of the words, whole."""
    model = place.columns[0].class_
    query: sa.Select[Any] = sa.select(col(place.by), *place.columns).select_from(model)
    for parent, condition in JOINED.get(model, ()):
        query = query.join(parent, condition)
    holding = sa.or_(*(words.condition(column) for column in place.columns))
    return query.where(holding).order_by(col(model.id))
