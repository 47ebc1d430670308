"""What the spellings of one name have in common, and how alike two names are.

Order, case, accents, particles and the ways to write ü and å without their marks do not count; an
initial fits the name that begins with it; one letter may be wrong.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz

from mailer.contacts.letters import unmarked

#: Letters of other alphabets, as passports have them.
CYRILLIC = zip(
    "абвгдезийклмнопрстуфыэіїєґћјљњџђѕѓќў", "abvgdeziiklmnoprstufyeiiegcjlndddgku", strict=True
)
GREEK = zip("αβγδεζηικλμνξοπρσςτυφω", "avgdeziiklmnxoprsstyfo", strict=True)
ALPHABETS = str.maketrans(
    dict(CYRILLIC)
    | {"ё": "e", "ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch"}
    | {"ъ": "", "ь": "", "ю": "iu", "я": "ia"}
    | dict(GREEK)
    | {"θ": "th", "χ": "ch", "ψ": "ps"}
)
#: ü is written ue by some and u by others: all become u, in every name alike.
DOUBLED = re.compile(r"(?<=[aou])e|(?<=a)a")
PARTICLES = frozenset(
    """
    af al am auf av bin da das de degli dei del della den der des di do dos du el la las le los mac
    of och og san st te ten ter und van vom von zu zum zur
    """.split()  # noqa: SIM905 – a list of words reads best as words
)
APOSTROPHES = re.compile(r"['’`´]")
WORD = re.compile(r"[^\W\d_]+")
#: From here on two words of a name may be one, with a letter wrong.
NEARLY = 90.0
#: An initial says less than the name.
INITIAL = 85.0
#: What each word costs that only one of the two names has.
EXTRA = 4.0


@lru_cache(maxsize=4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a name in one spelling for all, without particles."""
    plain = unicodedata.normalize("NFC", APOSTROPHES.sub("", name)).casefold()
    # Twice: some of their letters have marks of their own, others are read without them.
    bare = unmarked(plain.translate(ALPHABETS)).translate(ALPHABETS)
    found = WORD.findall(bare)
    kept = [word for word in found if word not in PARTICLES or len(found) < 2] or found
    return tuple(DOUBLED.sub("", word) for word in kept)


@lru_cache(maxsize=65536)
def skeleton(word: str) -> str:
    """What stays of a word when it is mistyped: its first letter and its consonants, once each."""
    consonants = re.sub(r"[aeiouy]", "", word[1:])
    return re.sub(r"(.)\1+", r"\1", word[0] + consonants.replace("h", ""))


@dataclass(frozen=True)
class Likeness:
    """How alike two names are, of 100, and in which way."""

    score: float
    how: str


UNLIKE = Likeness(0.0, "")


def likeness(one: Sequence[str], other: Sequence[str], *, nearly: float = NEARLY) -> Likeness:
    """How alike two names are, given as their words.

    Every word of the shorter name must be found in the longer one, and one of them in full.
    """
    shorter, longer = sorted((one, other), key=len)
    if len(shorter) < 2 or all(len(word) == 1 for word in shorter):
        return UNLIKE
    if one == other:
        return Likeness(100.0, "same name")
    left = list(longer)
    points: list[float] = []
    for word in sorted(shorter, key=len, reverse=True):
        best = max(left, key=lambda candidate: _alike(word, candidate))
        points.append(_alike(word, best))
        if points[-1] < nearly and points[-1] != INITIAL:
            return UNLIKE
        left.remove(best)
    if INITIAL in points and max(points) < 100.0:
        return UNLIKE
    score = sum(points) / len(points) - EXTRA * len(left)
    return Likeness(score, _way(points, has_more=bool(left)))


def _way(points: Sequence[float], *, has_more: bool) -> str:
    if INITIAL in points:
        return "name fits with an initial"
    if min(points) < 100.0:
        return "name nearly the same"
    return "same name, one with more words" if has_more else "same name in another order"


def _alike(word: str, other: str) -> float:
    if word == other:
        return 100.0
    if 1 in (len(word), len(other)):
        return INITIAL if word[0] == other[0] and len(word) != len(other) else 0.0
    return fuzz.ratio(word, other)
