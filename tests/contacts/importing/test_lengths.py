"""One long cell keeps no file away: PostgreSQL indexes only so much of what is looked up."""

import pytest

from mailer.contacts.lengths import LONGEST
from tests.contacts.importing.importing import Importing, counts
from tests.contacts.texts import noise, wide

COLUMNS = {
    "given_name": "Karen",
    "family_name": "Holm",
    "outlet": "Sun",
    "outlet_country": "DK",
    "outlet.external_id": "7",
    "role.external_id": "8",
    "lists": "Ports",
}
DESK = {"desk": "News", "outlet": "Sun", "outlet_country": "DK"}
LOOKED_UP = ("family_name", "outlet", "outlet.external_id", "role.external_id", "lists", "desk")


def file(given: dict[str, str]) -> str:
    good = {**COLUMNS, "email": "ok@x.example", "desk": ""}
    rows = [",".join(one.get(name, "") for name in good) for one in (given, good)]
    return "\n".join((",".join(good), *rows, ""))


@pytest.mark.parametrize("column", LOOKED_UP)
def test_a_row_with_a_long_text_is_unusable_and_all_others_are_taken(
    take: Importing, column: str
) -> None:
    given = DESK if column == "desk" else COLUMNS
    report = take(file({**given, "email": "k@x.example", column: noise(6000)}))
    assert counts(report) == {"new": 1, "unusable": 1}
    (bad,) = report.unusable
    assert bad.reason.startswith(f"{column}: the text has 6,0")
    assert f"{LONGEST} at most" in bad.reason


def test_what_is_just_short_enough_is_kept(take: Importing) -> None:
    longest = {name: wide(LONGEST) for name in ("family_name", "outlet", "lists")}
    longest |= {"role.external_id": wide(LONGEST), "outlet.external_id": wide(LONGEST)}
    assert counts(take(file({**COLUMNS, "email": "k@x.example", **longest}))) == {"new": 2}
    desk = {**DESK, "email": "d@x.example", "desk": wide(LONGEST)}
    assert counts(take(file(desk))) == {"new": 1, "unchanged": 1}
