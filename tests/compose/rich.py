"""A letter with everything that a text may hold, in a language of each direction."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from mailer.compose.letter import Letter
from mailer.compose.text.figures import Picture
from mailer.models import Occasion

PICTURES = {
    "quay.jpg": Picture(
        name="quay.jpg",
        href="https://press.example.org/files/quay.jpg",
        alt="Four people sign a document on a quay",
        caption="The signing in Luxembourg on 23 November.",
        credit="Photo: Harbour Forum",
        rights="Free for editorial use until 2027.",
        width=2400,
        height=1600,
    )
}
ENGLISH = """The code of conduct[^code] will be the focus of a meeting on 25 and 26 November.

![](quay.jpg)

## What is decided

Some 120 participants will be looking at:

- the **rules** of _twelve_ harbours;
- [the text of the code](https://harbour.example/code) (workshop closed to the press).

> “A port is a promise”, said Maud de Boer.[^said]
>
> > And a promise is kept.

### Figures

| Harbour | Ships | |
|---|--:|:-:|
| Rotterdam | 29,646 | up |
| [Antwerp](https://antwerp.example/figures) | 14,262 | |
| | 900 | down |

1. first
2. second

   more on the second

![A crane](https://pictures.example/crane.jpg "A crane at work")

More on www.harbour.example/code_of_conduct, by telephone +352 99 00 00 10 and in `code`.

---

```
a  b
```

[^code]: Adopted in 2025, see [the minutes](https://harbour.example/minutes).

    It has twelve articles.
[^said]: At the opening[^code].
[^lost]: Nobody refers to this one.
"""
ARABIC = """ستناقش مدونة السلوك[^1] في اجتماع يومي 25 و26 نوفمبر، بمشاركة شركات منها Hansa Lines.

![أربعة أشخاص يوقعون وثيقة](quay.jpg "التوقيع في لوكسمبورغ")

## ما تقرر

- القواعد **الجديدة**؛
- [نص المدونة](https://harbour.example/code).

> قال أحدهم: الميناء وعد.

| الميناء | السفن |
|---|--:|
| روتردام | 29646 |
| أنتويرب | 14262 |

للاستفسار: +352 99 00 00 10 أو www.harbour.example.

[^1]: اعتمدت في 2025.
"""
HEBREW = """קוד ההתנהגות[^1] יעמוד במרכז פגישה ב-25 וב-26 בנובמבר, בהשתתפות Hansa Lines.

![ארבעה אנשים חותמים על מסמך](quay.jpg "החתימה בלוקסמבורג")

- הכללים **החדשים**;
- [נוסח הקוד](https://harbour.example/code).

| נמל | ספינות |
|---|--:|
| רוטרדם | 29646 |

טלפון +352 99 00 00 10.

[^1]: אומץ ב-2025.
"""
TEXTS = {
    "en": ("Twelve harbours agree on a code of conduct", "Luxembourg", ENGLISH),
    "ar": ("اثنا عشر ميناء تعتمد مدونة سلوك مع Hansa Lines", "لوكسمبورغ", ARABIC),
    "he": ("שנים עשר נמלים מאמצים קוד התנהגות", "לוקסמבורג", HEBREW),
}
CHANGES = {
    "en": "The second paragraph now gives the **right** number of ships, see www.harbour.example.",
    "ar": "صحح عدد السفن في الفقرة الثانية.",
    "he": "תוקן מספר הספינות.",
}
NOTES = {
    "en": "### For pictures\n\nPictures are free for editorial use.[^p]\n\n[^p]: With credit.",
    "ar": "الصور متاحة للنشر.",
    "he": "התמונות חופשיות לשימוש.",
}
OFFICE = {
    "boilerplates": {
        "en": "**The Harbour Forum** brings together twelve harbours.[^a]\n\n[^a]: Since 1951.",
        "ar": "يجمع منتدى الموانئ اثني عشر ميناء.",
    },
    "end_marks": {"en": "ENDS", "ar": "انتهى"},
}


STARTS = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def _occasion(number: int, cancelled_at: datetime | None) -> Occasion:
    part = {"starts_at": STARTS.isoformat(), "ends_at": None, "is_open_to_press": False}
    return Occasion(
        id=number,
        release_id=42,
        uid=f"occasion-{number}",
        title="Signing of the code",
        place="Quayside Hall, 3 Harbour Road",
        starts_at=STARTS,
        zone="Europe/Luxembourg",
        cancelled_at=cancelled_at,
        parts=[part | {"title": "Lunch & talks"}],
        accreditation={"photographers": STARTS.isoformat()},
    )


def rich_letter(make_letter: Any, cover: str = "da", edition: str = "en", **given: Any) -> Letter:
    """The letter of a later revision that has all of it."""
    occasions = (_occasion(1, None), _occasion(2, STARTS))
    more = {"zone": "Europe/London", "occasions": occasions} | given
    letter: Letter = make_letter(cover, edition, texts=TEXTS, office=OFFICE, **more)
    letter.revision.change_note = CHANGES[edition]
    letter.revision.notes = NOTES[edition]
    return replace(letter, enclosures=replace(letter.enclosures, pictures=PICTURES))
