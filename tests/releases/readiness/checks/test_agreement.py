"""Editions side by side: what differs is told of, what each language writes its own way is not."""

import pytest

from tests.releases.readiness.texts import found_on, full, ids

#: A source, a translation, and what must be said to differ.
DIFFER = [
    ("en", "It cost 1,250.5 euros.", "de", "Es kostete 1.520,5 Euro.", "numbers-differ"),
    ("en", "Some 1,300 guests came.", "fr", "Quelque 1 200 invités sont venus.", "numbers-differ"),
    ("en", "In all 21 countries signed.", "ja", "計23か国が署名した。", "numbers-differ"),
    ("en", "In all 21 countries signed.", "ar", "وقّع ٢٢ بلدًا.", "numbers-differ"),
    ("en", "Only 3 of 9 came.", "da", "Kun 4 af 9 kom.", "numbers-differ"),
    ("en", "It opens on 7 December.", "fr", "Ouverture le 8 décembre.", "dates-differ"),
    ("en", "From 7 to 9 December.", "el", "Από 7 έως 9 Νοεμβρίου.", "dates-differ"),
    ("fr", "Ouverture le 7 décembre.", "ru", "Открытие 7 ноября.", "dates-differ"),
    ("en", "It opens at 9:30 am.", "fr", "Ouverture à 10h30.", "hours-differ"),
    ("en", "It opens at 2 pm.", "sv", "Öppnar 15:00.", "hours-differ"),
    (
        "en",
        "See [the plan](https://harbour.example/plan).",
        "de",
        "Siehe [Plan](https://hafen.example/plan).",
        "links-differ",
    ),
    (
        "en",
        "See [the plan](https://harbour.example/plan).",
        "de",
        "Es gibt einen Plan.",
        "links-differ",
    ),
    (
        "en",
        "Write to [us](mailto:desk@harbour.example).",
        "de",
        "Schreiben Sie [uns](mailto:desc@harbour.example).",
        "links-differ",
    ),
    ("en", "Said Maud de Boer-Buquicchio.", "fr", "Selon Maud de Boer-Buqicchio.", "names-differ"),
    ("en", "The mayor, Anna Kellermann.", "pl", "Burmistrzyni Anna Kelermann.", "names-differ"),
    ("en", "The mayor, Ivan Petrović.", "hr", "Gradonačelnik Ivan Pertović.", "names-differ"),
]
SAME = [
    ("en", "It cost 1,234.5 euros.", "de", "Es kostete 1.234,5 Euro."),
    ("en", "It cost 1,234.5 euros.", "fr", "Cela a coûté 1 234,5 euros."),
    ("en", "It cost 1,234.5 euros.", "de-CH", "Es kostete 1’234.5 Franken."),
    ("en", "It cost 12,500 euros.", "ar", "كلفت ١٢٬٥٠٠ يورو."),
    ("en", "It cost 2.5 billion.", "es", "Costó 2.500 millones."),
    ("en", "It cost 120 million.", "ja", "費用は1.2億円。"),
    ("en", "Only three of 9 came.", "da", "Kun tre af ni kom."),
    ("en", "On 7 and 8 December.", "en-US", "On December 7 and 8."),
    ("en", "From 2017-18 on.", "fr", "À partir de 2017-2018."),
    ("en", "In 2020 it was built.", "th", "สร้างในปี 2563"),
    ("en", "Call +352 99 00 00 12.", "fr", "Appelez le 99 00 00 12."),
    ("en", "The G7 and COVID-19.", "fr", "Le G7 et la COVID-19."),
    ("en", "On 7 and 8 December, from 9.30 am.", "fr", "Les 7 et 8 décembre, à 9 h 30."),
    ("en", "On 11-12 June 2027.", "ru", "11 и 12 июня 2027 г."),
    ("en", "On 7 December.", "hu", "December 7-én."),
    ("en", "On 7 December.", "ar", "يوم ٧ ديسمبر."),
    ("en", "On December 7.", "zh", "12月7日。"),
    ("en", "It opens at 2 pm.", "de", "Beginn um 14:00 Uhr."),
    ("en", "It opens at 9:30 am.", "de", "Beginn am Morgen."),
    (
        "en",
        "See [the plan](https://harbour.example/en/plan).",
        "de",
        "Siehe [den Plan](https://www.harbour.example/de/plan).",
    ),
    (
        "en",
        "See [the port](https://en.wikipedia.org/wiki/Port).",
        "de",
        "Siehe [Hafen](https://de.wikipedia.org/wiki/Hafen).",
    ),
    ("en", "Write to [us](mailto:desk@harbour.example).", "de", "Schreiben Sie uns."),
    ("en", "The mayor, Anna Keller.", "pl", "Za zgodą Anny Kellerowej."),
    ("en", "The mayor, Jan Novák.", "cs", "Podle starosty, s ním Jan Nováka."),
    ("en", "The Council of Europe in Strasbourg.", "de", "Der Europarat in Straßburg."),
    ("en", "Said Mr Zelensky.", "fr", "Selon M. Zelenski."),
]


@pytest.mark.parametrize(("language", "ours", "other", "theirs", "check"), DIFFER)
def test_what_differs_is_told_of(
    language: str, ours: str, other: str, theirs: str, check: str
) -> None:
    found = found_on(full({language: ours, other: theirs}))
    assert [(one.id, one.edition) for one in found if one.id.endswith("-differ")] == [
        (check, other)
    ]


@pytest.mark.parametrize(("language", "ours", "other", "theirs"), SAME)
def test_what_is_the_same_in_another_form_is_left_alone(
    language: str, ours: str, other: str, theirs: str
) -> None:
    found = found_on(full({language: ours, other: theirs}))
    assert [one for one in found if one.id.endswith("-differ")] == []


TABLE = "\n\n| Year | Boats |\n|---|---|\n| 2024 | 1,310 |\n| 2025 | 1,420 |\n"


def test_a_table_that_one_text_lacks_is_told_once() -> None:
    there, not_there = "Some 90 boats sailed." + TABLE, "Etwa 90 Boote fuhren."
    for texts, words in (
        ({"en": there, "de": not_there}, "of the English text is missing in the German"),
        ({"de": not_there, "en": there}, "of the English text is missing in the German"),
    ):
        (found,) = (one for one in found_on(full(texts)) if one.id != "other-language")
        assert (found.id, found.edition) == ("table-missing", list(texts)[1])
        assert found.message == f"table “Year, Boats” {words}"


def test_what_differs_beside_a_missing_table_is_told_as_well() -> None:
    found = found_on(full({"en": "Some 90 boats." + TABLE, "de": "Etwa 80 Boote."}))
    assert [one.id for one in found] == ["table-missing", "numbers-differ"]
    assert "the English has 90 and the German has 80 alone" in found[1].message


def test_a_table_turned_into_sentences_is_not_missing() -> None:
    said = "Im Jahr 2024 waren es 1.310 Boote, im Jahr 2025 dann 1.420, etwa 90 mehr."
    assert ids(found_on(full({"en": "Some 90 boats." + TABLE, "de": said}))) == []


def test_a_figure_that_differs_in_a_table_of_both_is_a_number() -> None:
    german = TABLE.replace("1,420", "1.500").replace("1,310", "1.310")
    both = full({"en": "Some 90 boats." + TABLE, "de": "Etwa 90 Boote." + german})
    assert ids(found_on(both)) == ["numbers-differ"]


def test_a_new_difference_has_another_name() -> None:
    one, two = (
        found_on(full({"en": f"Some {number} guests.", "de": "Etwa 90 Gäste."}))
        for number in ("1,300", "1,400")
    )
    assert one[0].where != two[0].where
    assert "the English has 1300 and the German has 90 alone" in one[0].message


def test_without_the_source_nothing_is_compared() -> None:
    whole = full({"de": "Etwa 90 Gäste.", "da": "Cirka 80 gæster."}, source_language="en")
    assert ids(found_on(whole)) == []
