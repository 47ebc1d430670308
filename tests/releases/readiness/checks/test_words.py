"""Each check on words finds what it is for, and leaves alone what only looks like it."""

import pytest

from tests.releases.readiness.texts import LEAD, found_in, full, ids, office, revision
from tests.releases.readiness.texts import found_on as found

#: By check: texts that have it, and texts near to it that have not; each with its language.
HAS: dict[str, list[tuple[str, str]]] = {
    "dead-link": [("en", "See [the plan](#)."), ("ar", "انظر [الخطة](/plan).")],
    "placeholder-host": [
        ("en", "See [the plan](https://example.com/plan)."),
        ("en", "See https://localhost:8000/plan for more."),
        ("de", "Siehe [Plan](https://192.168.1.7/plan)."),
        ("el", "Δείτε [το σχέδιο](https://cms.intranet/plan)."),
    ],
    "staging-host": [
        ("en", "See [the plan](https://staging.harbour.example/plan)."),
        ("fr", "Voir [le plan](https://www-preprod.port.example.fr/plan)."),
        ("en", "See [the plan](https://harbour.example/?p=7&preview=true)."),
        ("en", "See [the plan](https://harbour.netlify.app/plan)."),
        ("en", "See [the plan](https://docs.google.com/document/d/1a/edit)."),
    ],
    "short-link": [
        ("en", "See [the plan](https://bit.ly/3xY)."),
        ("ru", "См. [план](https://clck.ru/3xY)."),
        ("en", "[Plan](https://eur02.safelinks.protection.outlook.com/?url=x) is online."),
    ],
    "insecure-link": [("en", "See [the plan](http://harbour.example/plan).")],
    "vague-link": [
        ("en", "For the plan [click here](https://harbour.example/plan)."),
        ("de", "Den Plan gibt es [hier](https://harbour.example/plan)."),
        ("el", "Το σχέδιο [εδώ](https://harbour.example/plan)."),
        ("ja", "計画は[こちら](https://harbour.example/plan)。"),
        ("he", "התוכנית [כאן](https://harbour.example/plan)."),
        ("en", "The plan [](https://harbour.example/plan) is online."),
    ],
    "other-host": [("en", "See [https://bank.example](https://evil.example).")],
    "unread-link": [("en", "See [the plan](https://harbour.example/the plan).")],
    "placeholder": [
        ("en", "It opens at {place} today."),
        ("pl", "Otwarcie: [do uzupełnienia]."),
        ("sv", "Invigs av [bekräftas]."),
        ("ar", "المكان: [لم يحدد بعد]."),
    ],
    "open-point": [
        ("en", "Venue: TBC"),
        ("en", "Press line 000 0000 0000."),
        ("en", "Some ??? guests are expected."),
        ("da", "Sted: ____."),
    ],
    "draft-mark": [
        ("en", "DRAFT – Twelve harbours agreed."),
        ("en", "Twelve harbours agreed (draft 3)."),
        ("de", "ENTWURF"),
        ("fr", "[BROUILLON]"),
        ("ru", "Черновик"),
        ("el", "ΠΡΟΣΧΕΔΙΟ: Δώδεκα λιμάνια συμφώνησαν."),
        ("ar", "مسودة"),
        ("en", "Not for use: draft v2 of the text."),
    ],
    "tracked-changes": [
        ("en", "Twelve {++new++} harbours agreed."),
        ("en", "Twelve ~~eleven~~ harbours agreed."),
        ("en", "Twelve harbours agreed. Comment [AK2] check this"),
        ("fr", "Douze ports {--anciens--} ont signé."),
    ],
    "broken-text": [
        ("en", "The harboursâ€™ code."),
        ("fr", "Les ports ont adoptÃ© un code."),
        ("de", "Siehe Fehler! Textmarke nicht definiert."),
        ("en", "The code\ufffd is new."),
    ],
    "other-language": [
        ("da", "The harbours have agreed that the night shifts of all of them will be the same."),
        ("en", "Les ports ont décidé que les équipes de nuit ne se suivent pas dans une semaine."),
        ("fr", "Los puertos han decidido que las guardias de noche no se sigan en una semana."),
        ("ru", "The harbours have agreed that the night shifts of all of them will be the same."),
        ("en", "Δώδεκα λιμάνια συμφώνησαν σε έναν κώδικα δεοντολογίας για τις νυχτερινές βάρδιες."),
        (
            "uk",
            "Порты решили, что ночные смены не идут одна за другой, как это и было до сих пор.",
        ),
    ],
    "embargo-word": [
        ("en", "EMBARGOED until Monday."),
        ("de", "Sperrfrist: Montag, 8 Uhr."),
        ("da", "Klausuleret til mandag."),
        ("fi", "Julkaisuvapaa: maanantaina."),
        ("ru", "Эмбарго до понедельника."),
        ("ar", "محظور النشر حتى الاثنين."),
        ("he", "אמברגו עד יום שני."),
        ("hu", "Embargó hétfőig."),
        ("ko", "엠바고: 월요일까지"),
        ("es", "Embargado hasta el lunes."),
    ],
    "digit-date": [
        ("en", "It opens on 04/06/2027."),
        ("en", "It opens on 04/06."),
        ("en", "It opens on 4.6.2027."),
        ("fr", "Ouverture le 04/06/2027."),
        ("de", "Eröffnung am 04.06.27."),
        ("en", "It opens on 13/6/27."),
    ],
    "no-such-day": [
        ("en", "It opens on 31 June 2027."),
        ("en", "It opens on February 30, 2027."),
        ("de", "Eröffnung am 31. April."),
        ("cs", "Otevře 31. listopadu 2027."),
        ("ar", "يفتتح في 31 أبريل."),
    ],
    "wrong-weekday": [
        ("en", "It opens on Tuesday 11 June 2007."),
        ("en", "It opens on Wednesday 1 December."),
        ("pl", "Otwarcie w środę, 1 grudnia 2026 r."),
        ("cs", "Otevře se ve středu 2. prosince 2027."),
        ("hu", "Nyitás: 2026. december 1., szerda."),
        ("ja", "2026年12月1日(水曜日)に開く。"),
    ],
    "typed-dateline": [
        ("en", "Luxembourg, 24 November 2026 – Twelve harbours agreed."),
        ("en", "Luxembourg, 4 June 2026 – Twelve harbours agreed."),
        ("fr", "Luxembourg, le 24 novembre 2026 – Douze ports ont signé."),
    ],
    "wrong-zone": [
        ("en", "It opens on 11 July 2027 at 9.30 CET."),
        ("en", "It opens on 11 January 2027 at 09:30 (CEST)."),
        ("de", "Eröffnung am 11. Juli 2027 um 9.30 Uhr, dann 10:30 MEZ."),
        ("en", "The line opens at 10:00 BST on 11 January 2027."),
    ],
    "no-such-hour": [
        ("en", "The bridge closes at 2:30 am on 28 March 2027."),
        ("fr", "Le pont ferme le 28 mars 2027 à 2h30."),
    ],
    "no-lead": [("en", "- night shifts\n- rescue\n\nThat is all.")],
}
HAS_NOT: dict[str, list[tuple[str, str]]] = {
    "placeholder-host": [
        (
            "en",
            "See [the plan](https://harbour.example/plan) and [more](https://localhost.ports.eu).",
        ),
        ("en", "See [the plan](https://93.184.216.34/plan)."),
    ],
    "staging-host": [
        ("de", "Siehe [den Bericht](https://www.test.de/hafen)."),
        ("en", "See [the contest](https://contest.harbour.example/stages)."),
        ("en", "See [the plan](https://docs.google.com/document/d/1a/view)."),
    ],
    "short-link": [
        ("en", "See [the film](https://youtu.be/3xY) and [the habit](https://habit.ly/x)."),
    ],
    "insecure-link": [("en", "See www.harbour.example and [mail](mailto:a@harbour.example).")],
    "vague-link": [
        ("en", "See [the plan of all harbours](https://harbour.example/plan)."),
        ("de", "Siehe [hier angekommene Schiffe](https://harbour.example/plan)."),
    ],
    "open-point": [
        ("en", "TBCs and 1 000 000 euros, 100 000 000 of them; really??"),
        ("en", "At 00:00:00 on the dot."),
    ],
    "draft-mark": [
        ("en", "The draft treaty was adopted as drafted; a draft of 1990 was not."),
        ("ru", "ПРОЕКТ ДОГОВОРА ПРИНЯТ – так решили двенадцать портов."),
        ("fr", "Le projet de code – un projet de dix ans – est adopté."),
        ("cs", "Návrh smlouvy byl přijat."),
    ],
    "tracked-changes": [
        ("en", "The set {a+b} and 1 << 2 were [noted] in [Comment 2]."),
    ],
    "broken-text": [
        ("pt", "À Âncora não faltam marinheiros: «Ã» é uma letra."),
        ("en", "R&D, AT&T and 3 < 4 > 2, as <https://harbour.example> says."),
    ],
    "other-language": [
        (
            "da",
            "Blandt deltagerne er Bank of England, University of the West of Scotland.",
        ),
        ("en", "Twelve harbours sail on."),
        ("nb", "Havnene har og vil ha en avtale om det som er på vei for alle i byen og på havet."),
        (
            "fr",
            "Ont signé : Porto de Lisboa, Autoridad de Vigo, Port de Barcelona et Sète.",
        ),
        ("sr", "Дванаест лука се договорило да ноћне смене не иду једна за другом у недељи."),
        ("li", "The harbours have agreed that the night shifts of all of them will be the same."),
    ],
    "embargo-word": [
        ("es", "Sin embargo, los puertos firmaron."),
        ("fi", "Julkaisuvapaa heti."),
        ("en", "The embarkation of the guests."),
        ("de", "Die Straße bleibt gesperrt, die Frist läuft."),
    ],
    "digit-date": [
        ("en", "Contact points work 24/7; it takes 3/4 of a day and 2017/18 was better."),
        ("de", "Eröffnung am 4.6.2027, Version 1.2.3."),
        ("fi", "Avajaiset 4.6.2027."),
        ("en", "It opens on 13/06/2027 or 2027-06-04, see 000/000-0000 and 04/06/99/12."),
        ("en", "Call +33 (0)3 88 41 33 35 or 01.02.03.04.05."),
    ],
    "no-such-day": [
        ("en", "In February 30 countries signed, on 29 February too."),
        ("en", "In June 31 people came."),
        ("de", "Am 30. April, 31. Mai und 29. Februar 2028."),
    ],
    "wrong-weekday": [
        ("en", "It opened on Monday 11 June 2007, and opens on Tuesday 1 December."),
        ("pl", "Otwarcie we wtorek, 1 grudnia 2026 r."),
        ("en", "From Monday to 1 December."),
    ],
    "typed-dateline": [
        ("en", "On 24 November 2026 – a Tuesday – twelve harbours agreed."),
        ("en", "Twelve harbours agreed, 24 November 2026 – and all signed."),
    ],
    "wrong-zone": [
        ("en", "It opens on 11 July 2027 at 9.30 CEST."),
        ("en", "It opens on 11 July 2027 at 09:30 GMT."),
        ("en", "The CET ends; it opens on 11 January 2027 at 09:30 CET."),
    ],
    "no-such-hour": [
        ("en", "The bridge closes at 3:30 am on 28 March 2027, at 2:30 am on 29 March."),
        ("en", "It takes 2:30 hours."),
    ],
    "no-lead": [("en", "# The code\n\nTwelve harbours agreed.\n\n- night\n- day")],
}


@pytest.mark.parametrize(
    ("check", "language", "text"),
    [(check, *one) for check, texts in HAS.items() for one in texts],
)
def test_what_has_it_is_found(check: str, language: str, text: str) -> None:
    findings = found_in(text, language)
    assert check in ids(findings)
    (first, *_) = [finding for finding in findings if finding.id == check]
    assert first.edition == language
    assert first.where
    assert first.message
    assert first.fix


@pytest.mark.parametrize(
    ("check", "language", "text"),
    [(check, *one) for check, texts in HAS_NOT.items() for one in texts],
)
def test_what_only_looks_like_it_is_left_alone(check: str, language: str, text: str) -> None:
    assert check not in ids(found_in(text, language))


def test_a_text_with_nothing_wrong_has_no_finding_at_any_severity() -> None:
    assert found_in(LEAD) == []


@pytest.mark.parametrize(
    ("check", "title"),
    [
        ("no-title", " "),
        ("long-title", "Harbours " * 30),
        ("capitals", "HARBOURS AGREE ON A CODE"),
        ("capitals", "ΔΩΔΕΚΑ ΛΙΜΑΝΙΑ ΣΥΜΦΩΝΗΣΑΝ"),
        ("reply-prefix", "Re: Harbours agree"),
        ("reply-prefix", "AW: Häfen einig"),
        ("reply-prefix", "转发：港口"),
        ("draft-mark", "Copy of Harbours agree"),
        ("placeholder", "Harbours agree in [city]"),
        ("embargo-word", "Embargo: harbours agree"),
    ],
)
def test_a_title_is_checked(check: str, title: str) -> None:
    assert check in ids(found(full({"en": revision(LEAD, title=title)})))


@pytest.mark.parametrize(
    "title",
    [
        "NATO, UNESCO and the EU agree",
        "UNESCO",
        "H" + "a" * 199,
        "Renewal of the code: harbours agree",
        "Report: harbours agree",
        "港口就行为守则达成一致",
    ],
)
def test_an_ordinary_title_is_left_alone(title: str) -> None:
    assert found(full({"en": revision(LEAD, title=title)})) == []


@pytest.mark.parametrize("field", ["subtitle", "change_note", "notes"])
def test_what_stands_around_the_text_is_checked(field: str) -> None:
    whole = full({"en": revision(LEAD, **{field: "Embargoed: [TBC]"})})
    assert {"embargo-word", "placeholder"} <= set(ids(found(whole)))


def test_the_boilerplate_is_checked_where_it_is_carried() -> None:
    about = office(boilerplates={"en": "The Forum is under embargo. See [more](#)."})
    assert {"embargo-word", "dead-link"} <= set(ids(found(full({"en": LEAD}, sender=about))))
    assert found(full({"en": LEAD}, sender=about, carries_boilerplate=False)) == []


def test_a_place_with_a_date_in_it_is_told_of() -> None:
    whole = full({"en": revision(LEAD, place="Luxembourg, 4 June 2025")})
    assert "typed-dateline" in ids(found(whole))


def test_a_subtitle_is_a_lead() -> None:
    assert found(full({"en": revision("- night\n- day", subtitle="The code covers two")})) == []
