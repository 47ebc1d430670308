"""What the list keeper is told of a file beside its numbers."""

from sqlmodel import Session, select

from mailer.models import MediaType, Outlet
from tests import factories
from tests.contacts.importing.importing import Importing, counts, only

HEADER = "email,given_name,family_name,outlet,media_type,outlet_country,languages,beats"


def _rows(number: int, rest: str) -> str:
    return HEADER + "\n" + "".join(f"p{n}@a.example,P{n},Lund,{rest}\n" for n in range(number))


def test_what_holds_for_many_rows_is_told_once(take: Importing) -> None:
    report = take(_rows(58, "Ads,daily,Atlantis,da,sport"))
    (notice,) = report.notices
    assert notice.startswith("58 rows (2, 3, 4 …): outlet_country is left out: 'Atlantis' is")


def test_what_holds_for_two_rows_names_both_and_for_one_that_one(take: Importing) -> None:
    assert take(_rows(2, "Ads,daily,Atlantis,da,sport")).notices[0].startswith("2 rows (2, 3): ")
    assert take(_rows(1, "Ads,daily,Atlantis,da,sport")).notices[0].startswith("row 2: ")


def test_a_new_outlet_without_a_kind_stays_unknown_and_is_told(
    session: Session, take: Importing
) -> None:
    report = take(_rows(2, "Zeitung Z,,DE,de,sport"))
    assert only(session, Outlet).media_type == MediaType.UNKNOWN
    assert report.notices == ("row 2: a new outlet without a media type: it stays unknown",)
    assert take(_rows(2, "Zeitung Z,,DE,de,sport")).notices == ()


def test_an_outlet_whose_kind_a_later_row_tells_is_nothing_to_tell(take: Importing) -> None:
    report = take(_rows(1, "Zeitung Z,,DE,de,sport") + "q@a.example,Q,Holm,Zeitung Z,daily,DE,,\n")
    assert report.notices == ()


def test_kinds_of_outlets_that_nobody_knows_are_told_once_and_guessed_never(
    session: Session, take: Importing
) -> None:
    rows = _rows(2, "Ads,Schaukasten,DK,da,sport") + "q@a.example,Q,Holm,Bla,Wandzeitung,DK,,\n"
    told, *without = take(rows).notices
    assert told.startswith(
        "2 media types are unknown: Schaukasten (2 rows), Wandzeitung (1 row): an outlet keeps"
    )
    assert "write one of wire, daily, " in told
    assert without == ["2 rows (2, 4): a new outlet without a media type: it stays unknown"]
    assert set(session.exec(select(Outlet.media_type))) == {MediaType.UNKNOWN}


def test_an_unknown_kind_takes_nothing_from_an_outlet_that_has_one(
    session: Session, take: Importing
) -> None:
    take(_rows(1, "Ads,daily,DK,da,sport"))
    (told,) = take(_rows(1, "Ads,Schaukasten,DK,da,sport")).notices
    assert told.startswith("1 media type is unknown: Schaukasten (1 row)")
    assert only(session, Outlet).media_type == MediaType.DAILY


def test_beats_that_nobody_had_are_told_once_and_never_again(
    session: Session, take: Importing
) -> None:
    factories.journalist(session, "x@press.example", beats=["Ports"])
    text = _rows(3, "Ads,daily,DK,da,Fischerei|ports|Wirtschaft")
    (notice,) = take(text).notices
    assert notice.startswith("new beats: fischerei (3 rows): a release with other words")
    assert take(text).notices == ()


def test_a_language_without_a_cover_is_told_once(take: Importing) -> None:
    report = take(_rows(2, "Ads,daily,DK,Klingon,sport") + "q@a.example,Q,Holm,,,,pt-BR,\n")
    (notice,) = report.notices
    assert notice.startswith("no cover exists in: tlh (2 rows): ")


def test_headings_between_blocks_are_left_out_and_told_once(take: Importing) -> None:
    line = "Frau,{0}@a.example,{0},Lund\n"
    text = "Salutation,E-mail,First name,Last name\nListe Bayern 0,,,\n" + line.format("eva")
    report = take(text + "Liste Bayern 1,,,\n" + line.format("ida"))
    assert counts(report) == {"new": 2}
    assert report.notices == ("2 rows (2, 4): a heading between blocks is left out",)
