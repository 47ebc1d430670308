import codecs
from pathlib import Path

import pytest

from mailer.errors import BadInput
from tests.contacts.importing.opened import Opened, opened

DANISH = ["Ærø Avis;København;Søren Kjær", "Fyens Stiftstidende;Årslev;Bjørn Ågård"]
WESTERN = [*DANISH, "Märkische Zeitung;Köln;Jürgen Groß", "Le Progrès;Orléans;Hélène Lefèvre"]
SPANISH = ["El País;Málaga;Iñaki Peña"]
POLISH = ["Gazeta;Gdańsk;Łukasz Żak", "Dziennik;Poznań;Stanisław Śliwiński"]
CZECH = ["Právo;Plzeň;Jiří Dvořák", "Deník;Třebíč;Růžena Šťastná"]
HUNGARIAN = ["Népszava;Győr;Gyöngyi Szűcs", "Magyar Hang;Eger;Ödön Kőszegi"]
RUSSIAN = ["Коммерсантъ;Москва;Анна Петрова", "Известия;Казань;Пётр Иванов"]
GREEK = ["Καθημερινή;Αθήνα;Γιώργος Παπαδόπουλος"]
TURKISH = ["Hürriyet;İstanbul;Ayşe Yıldız", "Sabah;Muğla;Çağlar Işık"]
JAPANESE = ["朝日新聞;東京;山田太郎", "毎日新聞;大阪;佐藤花子"]
CHINESE = ["人民日报;北京;王小明", "新华社;上海;李丽"]
KOREAN = ["조선일보;서울;김철수", "한겨레;부산;이영희"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def read(path: Path, lines: list[str], codec: str, *, named: str = "") -> Opened:
    path.write_bytes("\n".join(["outlet;city;name", *lines, ""]).encode(codec))
    return opened(path, encoding=named)


def cells(lines: list[str]) -> list[tuple[str, ...]]:
    return [tuple(line.split(";")) for line in lines]


@pytest.mark.parametrize(
    "codec", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-be-bom", "utf-32-be-bom"]
)
def test_unicode_is_found_and_needs_no_notice(path: Path, codec: str) -> None:
    text = "outlet;city;name\n" + "\n".join([*WESTERN, *RUSSIAN, *JAPANESE])
    mark = "\ufeff" if codec.endswith("-bom") else ""
    path.write_bytes((mark + text).encode(codec.removesuffix("-bom")))
    file = opened(path)
    assert file.cells[0][0] == "outlet"
    assert file.cells[1:] == cells([*WESTERN, *RUSSIAN, *JAPANESE])
    assert file.notices == []


@pytest.mark.parametrize(
    ("lines", "codec", "label"),
    [
        (DANISH, "cp1252", "Windows-1252"),
        (WESTERN, "cp1252", "Windows-1252"),
        (SPANISH, "cp1252", "Windows-1252"),
        (POLISH, "cp1250", "Windows-1250"),
        (CZECH, "cp1250", "Windows-1250"),
        (HUNGARIAN, "cp1250", "Windows-1250"),
        ([*POLISH, *CZECH], "iso8859-2", "ISO8859-2"),
        (RUSSIAN, "cp1251", "Windows-1251"),
        (RUSSIAN, "koi8-r", "KOI8-R"),
        (GREEK, "cp1253", "Windows-1253"),
        (TURKISH, "cp1254", "Windows-1254"),
        (WESTERN, "mac-roman", "MAC-ROMAN"),
        (JAPANESE, "shift-jis", "CP932"),
        (CHINESE, "gb18030", "GB18030"),
        (KOREAN, "euc-kr", "CP949"),
    ],
)
def test_old_encodings_are_guessed_and_the_guess_is_told(
    path: Path, lines: list[str], codec: str, label: str
) -> None:
    file = read(path, lines, codec)
    assert file.cells[1:] == cells(lines)
    assert file.encoding == label
    [notice] = file.notices
    assert f"not UTF-8 and read as {label}, which is a guess" in notice


@pytest.mark.parametrize("codec", ["iso8859-1", "iso8859-15", "cp850", "cp1257", "utf-16-le"])
def test_an_encoding_that_is_named_wins(path: Path, codec: str) -> None:
    lines = ["Le Monde;Orléans;Léa", "Zeit;Köln;Jürgen"]
    file = read(path, lines, codec, named=codec)
    assert file.cells[1:] == cells(lines)
    assert file.notices == []


@pytest.mark.parametrize("named", ["unicode", "UTF-16", "utf-32"])
def test_unicode_that_is_named_needs_no_mark(path: Path, named: str) -> None:
    codec = "utf-32-le" if named == "utf-32" else "utf-16-le"
    assert read(path, DANISH, codec, named=named).cells[1:] == cells(DANISH)


def test_an_encoding_that_is_named_wins_over_utf_8(path: Path) -> None:
    assert read(path, ["é;b;c"], "utf-8", named="ANSI").cells[1][0] == "Ã©"


@pytest.mark.parametrize(
    "name", ["utf-9", "hex", "idna", "unicode_escape", "utf-7", "undefined", "a\0b", "x" * 999]
)
def test_an_encoding_nobody_knows_is_refused(path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="there is no encoding"):
        read(path, ["a;b;c"], "utf-8", named=name)


def test_files_glued_together_are_read_line_by_line(path: Path) -> None:
    path.write_bytes(
        "email,outlet\na@example.org,Ærø\n".encode() + "b@example.org,Über\n".encode("cp1252")
    )
    file = opened(path)
    assert [row[1] for row in file.cells[1:]] == ["Ærø", "Über"]
    assert file.notices[0].startswith("1 line is not UTF-8 and read as Windows-1252")


def test_the_mark_of_a_second_file_in_the_middle_is_no_text(path: Path) -> None:
    one = codecs.BOM_UTF8 + "email,outlet\na@example.org,Ærø\n".encode()
    path.write_bytes(one + one)
    assert opened(path).cells[2] == ("email", "outlet")


def test_a_guess_looks_at_the_whole_file(path: Path) -> None:
    # Thousands of plain rows, and the letters that tell at the very end.
    lines = ["Daily;London;Ann"] * 30_000 + CZECH
    assert read(path, lines, "cp1250").cells[-2:] == cells(CZECH)


def test_bytes_that_are_no_letters_are_told(path: Path) -> None:
    file = read(path, ["Café;b;c", "a;b;c"], "cp1252", named="utf-8")
    assert file.cells[1][0] == "Caf\ufffd"
    [notice] = file.notices
    assert notice.startswith("1 line holds bytes that are not UTF-8, shown as \ufffd: name the")
