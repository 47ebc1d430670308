"""More fictional journalists than the sample has, for a bigger run: the same ones every time."""

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

PEOPLE_PER_OUTLET = 6
MEDIA_TYPES = ("daily", "radio", "online", "wire", "regional", "weekly", "tv", "trade")
#: Where it is the Egeskov Posten, and not the Gazzetta Montebruno.
TITLE_LAST = {"da", "sv", "en", "de", "nl", "tr"}
#: Letters that are not a letter of ASCII with a mark on it.
UNDIVIDED = str.maketrans({"ø": "o", "æ": "ae", "ł": "l", "ı": "i", "ß": "ss"})
BEATS = ("crime", "technology", "crime|technology", "technology|society", "crime|politics")


@dataclass(frozen=True)
class Press:
    """What the press of one language is called; all of it invented."""

    language: str
    country: str
    city: str
    zone: str
    titles: tuple[str, ...]
    places: tuple[str, ...]
    given: tuple[str, ...]
    family: tuple[str, ...]


def _press(place: str, **lists: str) -> Press:
    language, country, city, zone = place.split()
    words = {name: tuple(line.split()) for name, line in lists.items()}
    return Press(language, country, city.replace("_", " "), zone, **words)


PRESSES = (
    _press(
        "da DK Odense Europe/Copenhagen",
        titles="Posten Bladet Tidende Radio",
        places="Egeskov Rørdrum Klitmøl Sandager Vindby",
        given="Kirsten Mads Signe Anders Birgitte Jeppe Lærke",
        family="Munkebo Hvidtfelt Rørbæk Skovmand Ladegaard",
    ),
    _press(
        "sv SE Uppsala Europe/Stockholm",
        titles="Kuriren Allehanda Nyheterna Radion",
        places="Granvik Lomsjö Älgmo Tallnäs Björkhaga",
        given="Elin Gustav Märta Oskar Tuva Henrik Åsa",
        family="Lindmalm Öberg Fjällström Hallgårda Rydvik",
    ),
    _press(
        "en IE Cork Europe/Dublin",
        titles="Courier Gazette Chronicle Herald",
        places="Ballyfern Oakmere Saltcombe Thornwick Heathbury",
        given="Aoife Martin Gráinne Colin Niamh Peter Orla",
        family="Fernsby Halloway Marchbank Tarrant Ashdown",
    ),
    _press(
        "de DE Leipzig Europe/Berlin",
        titles="Anzeiger Rundschau Bote Funk",
        places="Lindengrund Moorheide Kranichsee Tannbruck Wiesenau",
        given="Annegret Uwe Friederike Jörg Steffi Lothar Käthe",
        family="Brückmann Eichstedt Öhlschlägel Roßbach Taubert",
    ),
    _press(
        "fr FR Nantes Europe/Paris",
        titles="Dépêche Gazette Echo Radio",
        places="Valmorel Bréhaut Clairpré Montarcy Rochebise",
        given="Élodie Gaspard Maëlle Rémi Capucine Thibaut Noémie",
        family="Garnault Lépinay Thévenot Cormeray Boisrond",
    ),
    _press(
        "es ES Sevilla Europe/Madrid",
        titles="Diario Correo Heraldo Onda",
        places="Valdeolmo Peñarrubia Torrealba Fuentemora Robleda",
        given="Inés Rodrigo Lucía Álvaro Carmen Iñaki Nuria",
        family="Castañar Olmedilla Peñalba Rivascal Zumárraga",
    ),
    _press(
        "it IT Torino Europe/Rome",
        titles="Gazzetta Corriere Voce Onda",
        places="Montebruno Valdolce Roccafiume Pontelungo Sassoverde",
        given="Chiara Matteo Ludovica Niccolò Serena Dario Noemi",
        family="Bellandi Fontecchio Morabruna Tassinara Valperga",
    ),
    _press(
        "pt PT Braga Europe/Lisbon",
        titles="Jornal Diário Notícias Antena",
        places="Ribacova Serralva Montalvo Figueirinha Pedralta",
        given="Inês Tomás Leonor Simão Graça Vasco Joana",
        family="Falcato Moreirinha Quintãs Sobreda Valadim",
    ),
    _press(
        "nl NL Utrecht Europe/Amsterdam",
        titles="Courant Dagblad Bode Omroep",
        places="Wilgenoord Duinmeer Veenhuis Lisdonk Elzenrade",
        given="Sanne Joris Marijke Daan Liesbeth Koen Noor",
        family="Boterkoper Eikelboom Haverman Kwakkel Zandstra",
    ),
    _press(
        "pl PL Lublin Europe/Warsaw",
        titles="Kurier Gazeta Głos Radio",
        places="Brzezinka Dąbrowa Jeziorna Lipowo Wierzbiny",
        given="Małgorzata Paweł Zofia Łukasz Jadwiga Michał Kinga",
        family="Brzozowicz Gołębska Jesionek Świerczyna Żukowicz",
    ),
    _press(
        "el GR Patra Europe/Athens",
        titles="Νέα Βήμα Φωνή Ράδιο",
        places="Ελαιώνα Πλατάνια Κερασιά Αμυγδαλιά Πευκώνα",
        given="Δήμητρα Γιώργος Αθηνά Στέλιος Κατερίνα Νίκος",
        family="Αμυγδαλίδου Κερασιώτη Πλατανά Ροδίτη Φεγγάρη",
    ),
    _press(
        "uk UA Lviv Europe/Kyiv",
        titles="Вісник Голос Новини Радіо",
        places="Вербівка Калинове Липівка Соснове Явірне",
        given="Оксана Тарас Леся Богдан Марічка Остап",
        family="Вербицька Калиненко Липчук Соснюк Яворівська",
    ),
    _press(
        "ar JO Amman Asia/Amman",
        titles="صحيفة جريدة إذاعة وكالة",
        places="الزيتونة النخيل الرمان الياسمين السنابل",
        given="ليان سامر نهى زياد رغد مروان",
        family="الزيتوني الرماني النحاس السنبلي الورداني",
    ),
    _press(
        "tr TR Izmir Europe/Istanbul",
        titles="Postası Haber Sesi Radyosu",
        places="Çamlıdere Söğütlü Karaağaç Zeytinova Gümüşsu",
        given="Elif Murat Gülşen Barış Şule Ozan İpek",
        family="Çınardağ Söğütçü Karaağaçlı Zeytinoğlu Gümüşel",
    ),
)
COLUMNS = (
    "email",
    "given_name",
    "family_name",
    "outlet",
    "media_type",
    "outlet_languages",
    "outlet_country",
    "city",
    "zone",
    "languages",
    "beats",
    "lists",
)


def write_crowd(path: Path, *, number: int) -> Path:
    """Write so many journalists into a file that `mailer contacts import` reads; its path."""
    with path.open("w", encoding="utf-8", newline="") as lines:
        table = csv.DictWriter(lines, COLUMNS)
        table.writeheader()
        table.writerows(crowd(number))
    return path


def crowd(number: int) -> Iterator[dict[str, str]]:
    """The first `number` journalists of the crowd, as rows of that file."""
    for index in range(number):
        outlet, seat = divmod(index, PEOPLE_PER_OUTLET)
        yield _person(index, outlet=outlet, seat=seat)


def _person(index: int, *, outlet: int, seat: int) -> dict[str, str]:
    turn, which = divmod(outlet, len(PRESSES))
    press = PRESSES[which]
    name, domain = _outlet(press, turn)
    # Steps that share no factor with the lists, so that names repeat late.
    given = press.given[(turn + seat) % len(press.given)]
    family = press.family[(turn // len(press.given) + 2 * seat) % len(press.family)]
    return {
        "email": f"{_slug(given) or 'reporter'}.{index + 1}@{domain}",
        "given_name": given,
        "family_name": family,
        "outlet": name,
        "media_type": MEDIA_TYPES[outlet % len(MEDIA_TYPES)],
        "outlet_languages": press.language,
        "outlet_country": press.country,
        "city": press.city,
        "zone": press.zone,
        "languages": press.language if seat % 3 else f"{press.language}|en",
        "beats": BEATS[index % len(BEATS)],
        "lists": "Crowd",
    }


def _outlet(press: Press, turn: int) -> tuple[str, str]:
    """The name and the domain of the outlet of that turn; numbered once the words are used up."""
    lap, turn = divmod(turn, len(press.titles) * len(press.places))
    words = [press.places[turn % len(press.places)], press.titles[turn // len(press.places)]]
    if press.language not in TITLE_LAST:
        words.reverse()
    numbers = [str(lap + 1)] if lap else []
    slug = _slug("-".join(words)) or f"{press.language}-{turn + 1}"
    return " ".join([*words, *numbers]), f"{'-'.join([slug, *numbers])}.example"


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text.casefold().translate(UNDIVIDED))
    letters = plain.encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-")
