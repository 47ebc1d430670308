"""Rows that may hold a name or an address: the database finds them by what it surely folds as
Python does, which is ASCII alone, and Python then decides.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import GenericFunction

from mailer.contacts.privacy.spelling import units, writings

#: So many sure letters of a word are in few enough texts by themselves.
ENOUGH = 3
#: A double s may be one letter, and the others are written with a sign before them in documents.
UNSURE = frozenset("iI'\"\\")
#: What LIKE reads as something else.
SPECIAL = re.compile(r"([/%_])")


class ascii_lower(GenericFunction[str]):  # noqa: N801 – the name of a function of the database
    """Small letters for A to Z and nothing else, whatever the locale of the server is."""

    type = sa.Text()
    inherit_cache = True


@compiles(ascii_lower)
def _by_sqlite(element: ascii_lower, compiler: SQLCompiler, **given: Any) -> str:
    # It knows no other letters.
    return f"lower({compiler.process(element.clauses, **given)})"


@compiles(ascii_lower, "postgresql")
def _by_postgresql(element: ascii_lower, compiler: SQLCompiler, **given: Any) -> str:
    return f'lower(({compiler.process(element.clauses, **given)}) COLLATE "C")'


def may_hold(column: Any, words: Iterable[str]) -> sa.ColumnElement[bool]:
    """Whether a column, be it text or a document, may hold all of these words, in any spelling."""
    text = sa.cast(column, sa.Text())
    tests = [_test(text, word) for word in sorted(words)]
    # The quick ones first: the others are asked only for what these let through.
    return sa.and_(sa.true(), *(test for _, test in sorted(tests, key=lambda one: one[0])))


def _test(text: Any, word: str) -> tuple[int, sa.ColumnElement[bool]]:
    """How long it takes, and whether the text holds the word."""
    letters = units(word)
    sure = [one for one in letters if _is_sure(one)]
    if len(sure) >= ENOUGH or len(sure) == len(letters):
        line = "".join(_quoted(one.lower()) if _is_sure(one) else "%" for one in letters)
        return 0, ascii_lower(text).like(f"%{line}%", escape="/")
    if all(len(writings(one)) == 1 for one in letters):
        both = {word, _escaped(word)}
        return 1, sa.or_(*(text.like(f"%{_quoted(one)}%", escape="/") for one in sorted(both)))
    return 2, sa.and_(text != "", text.regexp_match("".join(map(_in_document, letters))))


def _is_sure(letter: str) -> bool:
    return letter.isascii() and len(letter) == 1 and letter not in UNSURE


def _quoted(text: str) -> str:
    return SPECIAL.sub(r"/\1", text)


def _in_document(letter: str) -> str:
    """The letter in any writing; SQLite keeps documents with escapes."""
    both = {spelt for one in writings(letter) for spelt in (one, _escaped(one))}
    either = "|".join(map(re.escape, sorted(both, key=lambda one: (-len(one), one))))
    return f"(?:{either})"


def _escaped(text: str) -> str:
    return json.dumps(text)[1:-1]
