"""A guess at the encoding of lines that are not UTF-8.

Latin scripts are told apart by their letters: in the right encoding, the letters of a line belong
to one language. The other scripts are left to charset-normalizer, which knows them well.
"""

import re
from collections.abc import Sequence

from charset_normalizer import from_bytes

USUAL = "cp1252"
#: Letters beyond a-z by language, small only. Sources: CLDR exemplar characters.
ALPHABETS = (
    "æøåéäöü",  # Danish, Norwegian
    "åäöéü",  # Swedish, Finnish
    "äöüßé",  # German
    "àâæçéèêëîïôœùûüÿ",  # French
    "áéíñóúü¿¡ªº",  # Spanish
    "áâãàçéêíóôõúªº",  # Portuguese
    "àéèìíîòóùú",  # Italian
    "áäéèëíïóöúü",  # Dutch
    "áðéíóúýþæö",  # Icelandic
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Croatian, Bosnian, Slovenian
    "ăâîşţșț",  # Romanian
    "çğıiöşüâî",  # Turkish
    "äõöüšž",  # Estonian
    "āčēģīķļņšūž",  # Latvian
    "ąčęėįšųūž",  # Lithuanian
)
LETTERS = tuple(frozenset(alphabet) for alphabet in ALPHABETS)
SIGNS = frozenset("’‘“”„–—…€°«»·•§£‚›‹\u00a0")
#: The commonest first: it wins when two say the same.
LATIN = ("cp1252", "cp1250", "iso8859_2", "cp1254", "cp1257", "mac_roman", "mac_latin2")
# fmt: off
OTHER = (
    "cp1251", "koi8_r", "iso8859_5", "mac_cyrillic", "cp866", "cp1253", "iso8859_7", "cp1255",
    "cp1256", "cp932", "gb18030", "big5", "cp949", "euc_jp",
)
# fmt: on
WORDS = re.compile(rb"[A-Za-z\x80-\xff]*[\x80-\xff][A-Za-z\x80-\xff]*")
#: Fewer high bytes than this are accents in a Latin word.
FEW = 8
HIGH = bytes(range(0x80, 0x100))


def guess(samples: Sequence[bytes]) -> str:
    """The name of a codec. Windows-1252 where nothing speaks for another one."""
    if not _is_latin(samples):
        best = from_bytes(b"\n".join(samples), cp_isolation=list(OTHER)).best()
        if best is not None:
            return best.encoding
    return max(LATIN, key=lambda codec: _likeness(samples, codec))


def _is_latin(samples: Sequence[bytes]) -> bool:
    """Whether accents are strewn into words of a-z, rather than whole words being foreign."""
    words = [word for sample in samples for word in WORDS.findall(sample)]
    letters = sum(map(len, words))
    high = letters - sum(len(word.translate(None, HIGH)) for word in words)
    return high < FEW or high * 2 < letters


def _likeness(samples: Sequence[bytes], codec: str) -> int:
    return sum(_line_likeness(sample.decode(codec, errors="replace")) for sample in samples)


def _line_likeness(line: str) -> int:
    marks = [char for char in line if not char.isascii() and char not in SIGNS]
    small = [char.lower() for char in marks]
    best = max(sum(1 if char in letters else -1 for char in small) for letters in LETTERS)
    # A capital inside a word of small letters is the wrong letter.
    return best - sum(2 for at, char in enumerate(line) if _is_stray(line, at, char))


def _is_stray(line: str, at: int, char: str) -> bool:
    return not char.isascii() and char.isupper() and at > 0 and line[at - 1].islower()
