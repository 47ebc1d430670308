import json
import re
import string
import unicodedata
from functools import cache
from pathlib import Path

import pytest
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from mailer import languages

LANGUAGES = languages.cover_languages()
TEMPLATE = languages.TRANSLATIONS / "messages.pot"
#: The scripts whose letters look alike and are mixed up by keyboards.
SCRIPTS = {"LATIN", "CYRILLIC", "GREEK"}
#: Babel's plain Portuguese is Brazilian; our catalog is European.
PLURAL_LOCALES = {"pt": "pt-PT"}


@cache
def read(path: Path) -> Catalog:
    with path.open("rb") as lines:
        return read_po(lines)


def catalog_file(tag: str) -> Path:
    return languages.TRANSLATIONS / tag / "LC_MESSAGES" / "messages.po"


def entries(path: Path) -> dict[tuple[str, str], str]:
    """(context, msgid) → msgstr, in the order of the file, without the header."""
    return {(entry.context, entry.id): entry.string for entry in read(path) if entry.id}


def words(tag: str) -> dict[tuple[str, str], str]:
    return entries(catalog_file(tag))


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


def scripts(word: str) -> set[str]:
    return {unicodedata.name(letter).split()[0] for letter in word} & SCRIPTS


def test_there_are_forty_cover_languages() -> None:
    assert len(LANGUAGES) == 40
    assert {"ar", "da", "en", "he", "sr", "sr-Latn"} <= set(LANGUAGES)


def test_every_folder_is_named_by_the_canonical_tag() -> None:
    assert [languages.parse(tag) for tag in LANGUAGES] == list(LANGUAGES)


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_catalog_has_every_string_of_the_template_in_its_order(tag: str) -> None:
    assert list(words(tag)) == list(entries(TEMPLATE))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_a_catalog_leaves_nothing_untranslated(tag: str) -> None:
    assert [key for key, text in words(tag).items() if not text or text != text.strip()] == []


@pytest.mark.parametrize("path", [TEMPLATE, *map(catalog_file, LANGUAGES)], ids=str)
def test_nothing_is_fuzzy(path: Path) -> None:
    assert not read(path).fuzzy
    assert [entry.id for entry in read(path) if entry.fuzzy and entry.id] == []
    assert not read(path).obsolete


@pytest.mark.parametrize("path", [TEMPLATE, *map(catalog_file, LANGUAGES)], ids=str)
def test_every_string_says_where_it_stands(path: Path) -> None:
    for entry in read(path):
        if entry.id:
            assert entry.auto_comments, entry.id
            assert entry.context in {"cover", "page"}
            assert ("python-brace-format" in entry.flags) == bool(placeholders(entry.id))


@pytest.mark.parametrize("path", [TEMPLATE, *map(catalog_file, LANGUAGES)], ids=str)
def test_no_string_stands_there_twice(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\nmsgctxt ") == len(entries(path))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_placeholders_survive_translation(tag: str) -> None:
    for (_, english), text in words(tag).items():
        assert placeholders(text) == placeholders(english), text


@pytest.mark.parametrize("path", [TEMPLATE, *map(catalog_file, LANGUAGES)], ids=str)
def test_a_catalog_is_composed_unicode(path: Path) -> None:
    assert unicodedata.is_normalized("NFC", path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_word_mixes_scripts(tag: str) -> None:
    for text in words(tag).values():
        plain = re.sub(r"\{\w+\}", " ", text)
        assert [word for word in re.findall(r"[^\W\d_]+", plain) if len(scripts(word)) > 1] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_apostrophes_and_quotation_marks_are_typographic(tag: str) -> None:
    assert [text for text in words(tag).values() if re.search(r"['\"]", text)] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_list_name_stands_in_quotation_marks(tag: str) -> None:
    (reason,) = (text for (_, english), text in words(tag).items() if "{list}" in english)
    before, after = re.search(r"(.)\u00a0?\{list\}\u00a0?(.)", reason).groups()
    assert unicodedata.category(before) in {"Pi", "Pf", "Ps"}, reason
    assert unicodedata.category(after) in {"Pi", "Pf"}, reason


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_header_names_its_language_and_no_person_or_program(tag: str) -> None:
    header = catalog_file(tag).read_text(encoding="utf-8").split("\n\n")[0]
    assert f'"Language: {tag.replace("-", "_")}\\n"' in header
    assert "charset=UTF-8" in header
    for noise in ("X-Generator", "Creation-Date", "Revision-Date", "Translator", "Bugs-To"):
        assert noise not in header


@pytest.mark.parametrize("tag", LANGUAGES)
def test_plural_forms_divide_the_numbers_as_cldr_does(tag: str) -> None:
    cldr = Locale.parse(PLURAL_LOCALES.get(tag, tag), sep="-").plural_form
    ours = languages.catalog(tag).plural
    pairs = {(ours(number), cldr(number)) for number in range(1000)}
    assert len(pairs) == len({form for form, _ in pairs}) == len({name for _, name in pairs})
    assert {form for form, _ in pairs} == set(range(read(catalog_file(tag)).num_plurals))


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_product_finds_each_string_under_its_context(tag: str) -> None:
    catalog = languages.catalog(tag)
    for (context, english), text in words(tag).items():
        assert catalog.pgettext(context, english) == text


def test_english_says_what_the_template_says() -> None:
    assert all(english == text for (_, english), text in words("en").items())


def test_romanian_letters_have_commas_not_cedillas() -> None:
    assert [text for text in words("ro").values() if re.search("[ŞşŢţ]", text)] == []


def test_french_signs_keep_their_space_on_the_line() -> None:
    for text in words("fr").values():
        assert not re.search(r"(?<!\u00a0):", text), text
        assert not re.search(r"(?<!\u202f)[;!?]", text), text
        assert not re.search(r"«(?!\u00a0)|(?<!\u00a0)»", text), text


def test_each_serbian_catalog_keeps_to_one_script() -> None:
    latin = "".join(re.sub(r"\{\w+\}", "", text) for text in words("sr-Latn").values())
    cyrillic = "".join(re.sub(r"\{\w+\}", "", text) for text in words("sr").values())
    assert scripts("".join(filter(str.isalpha, latin))) == {"LATIN"}
    assert scripts("".join(filter(str.isalpha, cyrillic))) == {"CYRILLIC"}


def test_the_catalogs_hold_the_seed_strings_unchanged(shared: Path) -> None:
    seeds = json.loads((shared / "data" / "cover_strings.json").read_text(encoding="utf-8"))
    for tag, seed in seeds.items():
        ours = words(tag)
        assert {key: ours["cover", seeds["en"][key]] for key in seed} == seed, tag
