"""Reads the head of a release file, key by key, and says in the officer's words what is wrong.

Every value is taken as it was typed: to YAML 365e09 is a number and `no` is false, to a press
office they are a reference and Norwegian.
"""

import difflib
import re
import unicodedata
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml

from mailer import clock
from mailer.errors import BadInput

#: A press release is a few pages; what is larger is some other file.
LARGEST_BYTES = 1_000_000
BEGINNING = "begin it with a line ---, then title:, language: and date:, then --- and the text"
NULL_TAG = "tag:yaml.org,2002:null"
DATE_LENGTH = len("2007-06-04")
WHITE_SPACE = re.compile("[ \t\r\n\u2028\u2029]+")
#: Letters, symbols and marks by name, and yet nothing is printed for them alone.
UNSEEN = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0\ufe00-\ufe0f]")
YES = ("yes", "true", "on")
NO = ("no", "false", "off")


class _AsTyped(yaml.SafeLoader):
    """Safe YAML in which every plain value is text, or nothing at all."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """Refuse a key that stands there twice: YAML would quietly keep the last."""
        seen: set[object] = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if key.value in seen:
                problem = f"{key.value} stands there twice"
                raise yaml.constructor.ConstructorError(
                    problem=problem, problem_mark=key.start_mark
                )
            seen.add(key.value)
        return super().construct_mapping(node, deep=deep)

    def construct_scalar(self, node: yaml.ScalarNode | yaml.MappingNode) -> Any:
        """Join what JSON writes as two escapes, such as an emoji, to the one sign that it is."""
        value = super().construct_scalar(node)
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


_AsTyped.yaml_implicit_resolvers = {
    first: [pair for pair in pairs if pair[0] == NULL_TAG]
    for first, pairs in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


@dataclass(frozen=True)
class Record:
    """One set of keys and values, and where it stands, so that an error can name the place."""

    values: dict[str, object]
    where: str

    def refuse_unknown(self, known: Collection[str]) -> None:
        """Raise BadInput for the first key that is not one of `known`, naming the nearest."""
        for key in self.values:
            if key not in known:
                raise BadInput(f"{self.where}: {unknown('key', key, known)}")

    def line(self, key: str) -> str:
        """The value as one clean line, empty when there is none."""
        value = self.values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(key, "must be one line of text")
        return one_line(value, where=f"{self.where}: {key}")

    def block(self, key: str) -> str:
        """The value as the Markdown that it is, line by line; empty when there is none."""
        value = self.values.get(key)
        if value is None:
            return ""
        if not isinstance(value, str):
            raise self.wrong(key, "must be text: write | behind the key and indent the lines below")
        lines = [line.rstrip() for line in unicodedata.normalize("NFC", value).split("\n")]
        for line in lines:
            one_line(line, where=f"{self.where}: {key}")
        text = "\n".join(lines).strip("\n")
        return "" if is_blank(text) else text

    def required(self, key: str) -> str:
        """The value as one clean line; BadInput when it is missing or nothing of it is seen."""
        if is_blank(value := self.line(key)):
            raise BadInput(f"{self.where}: {key} is missing: add a line {key}: …")
        return value

    def words(self, key: str) -> tuple[str, ...]:
        """A list of words, written as a list or with commas; none twice."""
        value = self.values.get(key)
        items = value.split(",") if isinstance(value, str) else value or []
        if not isinstance(items, list) or not all(isinstance(item, str) for item in items):
            raise self.wrong(key, "must be a list such as [crime, technology]")
        cleaned = (one_line(item, where=f"{self.where}: {key}") for item in items)
        return tuple(dict.fromkeys(word for word in cleaned if word))

    def items(self, key: str) -> Iterator["str | Record"]:
        """The entries of a list, each one a word or a record of its own."""
        value = self.values.get(key) or []
        for number, item in enumerate(value if isinstance(value, list) else [value], start=1):
            place = f"{self.where}: {key}, entry {number}"
            if isinstance(item, dict):
                yield Record({str(name): inner for name, inner in item.items()}, where=place)
            elif isinstance(item, str):
                yield one_line(item, where=place)
            else:
                raise BadInput(f"{place} must be a word or a record of keys and values")

    def claim(self, key: str, *, default: bool) -> bool:
        """A yes or no."""
        word = self.line(key).lower()
        if word and word not in YES + NO:
            raise self.wrong(key, "must be yes or no")
        return word in YES if word else default

    def day(self, key: str) -> date:
        """A calendar day; BadInput when it is missing, or in a year that no office means."""
        text = self.required(key)
        try:
            day = date.fromisoformat(text)
        except ValueError as unreadable:
            raise self.wrong(key, "must be written like 2007-06-04") from unreadable
        if not clock.EARLIEST_YEAR <= day.year <= clock.LATEST_YEAR:
            year = f"the year {day.year} cannot be meant"
            raise BadInput(f"{self.where}: {key}: {year}: check the date")
        return day

    def moment(self, key: str) -> date | datetime | None:
        """A day, or a day and time with or without a zone, or None."""
        if not (text := self.line(key)):
            return None
        try:
            if len(text) == DATE_LENGTH:
                return date.fromisoformat(text)
            return datetime.fromisoformat(re.sub(r"\s+(?=[+-]\d\d|Z$)", "", text))
        except ValueError as unreadable:
            example = "2007-06-11T09:30 or 2007-06-11T09:30+02:00"
            raise self.wrong(key, f"must be written like {example}") from unreadable

    def wrong(self, key: str, message: str) -> BadInput:
        """The error that the value of a key is not usable."""
        return BadInput(f"{self.where}: {key} {message}, not {self.values.get(key)!r}")


def read_parts(path: Path) -> tuple[Record, str]:
    """The front matter and the body of a release file.

    Raises BadInput, naming the file and what to do, for anything that is not such a file.
    """
    text = _decoded(path)
    lines = text.split("\n")
    fences = [number for number, line in enumerate(lines) if line.rstrip() in {"---", "..."}]
    if not fences or any(line.strip() for line in lines[: fences[0]]):
        raise BadInput(f"{path.name} has no front matter: {BEGINNING}")
    if len(fences) == 1:
        raise BadInput(f"{path.name}: the front matter has no end: close it with a line ---")
    head = "\n" * (fences[0] + 1) + "\n".join(lines[fences[0] + 1 : fences[1]])
    body = "\n".join(lines[fences[1] + 1 :])
    return Record(_mapping(head, name=path.name), where=path.name), body


def _decoded(path: Path) -> str:
    # A pipe or a device would never end.
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadInput(f"{path.name} is no file: save the manuscript as one")
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_BYTES + 1)
    except OSError as away:
        raise BadInput(f"cannot read {path}: {away.strerror}") from away
    if len(raw) > LARGEST_BYTES:
        raise BadInput(f"{path.name} is larger than 1 MB: a release is text; link to the pictures")
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise BadInput(f"{path.name} is UTF-16: save it as UTF-8")
    if b"\0" in raw:
        raise BadInput(f"{path.name} holds NUL bytes, so it is no text: save it as UTF-8 text")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = raw[: wrong.start].count(b"\n") + 1
        raise BadInput(f"{path.name}, line {line}: not UTF-8: save the file as UTF-8") from wrong
    text = unicodedata.normalize("NFC", re.sub(r"\r\n?", "\n", text))
    if not text.strip():
        raise BadInput(f"{path.name} is empty: {BEGINNING}")
    _refuse_control_characters(text, name=path.name)
    return text


def _refuse_control_characters(text: str, *, name: str) -> None:
    for number, line in enumerate(text.split("\n"), start=1):
        for sign in line:
            if sign != "\t" and unicodedata.category(sign) == "Cc":
                place = f"{name}, line {number}"
                raise BadInput(f"{place}: a control character (U+{ord(sign):04X}): delete it")


def _mapping(head: str, *, name: str) -> dict[str, object]:
    loader = _AsTyped(head)
    try:
        values = loader.get_single_data()
    except (yaml.YAMLError, RecursionError) as wrong:
        raise BadInput(_yaml_error(wrong, name=name)) from wrong
    finally:
        loader.dispose()
    if not isinstance(values, dict):
        raise BadInput(f"{name}: the front matter must be lines such as title: …")
    return {str(key): value for key, value in values.items()}


def _yaml_error(wrong: Exception, *, name: str) -> str:
    mark = getattr(wrong, "problem_mark", None)
    problem = getattr(wrong, "problem", None) or "it cannot be taken apart"
    place = f"{name}, line {mark.line + 1}" if mark else name
    hint = ": put a value that holds a colon or begins with a sign in quotes"
    misread = isinstance(wrong, yaml.scanner.ScannerError | yaml.parser.ParserError)
    return f"{place}: the front matter cannot be read, {problem}{hint if misread else ''}"


def one_line(text: str, *, where: str) -> str:
    """The text without line ends and doubled spaces; the no-break spaces of French stay.

    Raises BadInput for control characters: they would end up in a mail header.
    """
    line = WHITE_SPACE.sub(" ", unicodedata.normalize("NFC", text)).strip(" ")
    if any(unicodedata.category(sign) in {"Cc", "Cs"} for sign in line):
        raise BadInput(f"{where} holds a control character: type it anew")
    return line


def is_blank(text: str) -> bool:
    """Whether nothing of the text is seen: it is empty, or all spaces and signs without width."""
    return all(unicodedata.category(sign)[0] in "ZC" for sign in UNSEEN.sub("", text))


def unknown(what: str, word: str, known: Collection[str]) -> str:
    """Says that a word is unknown, and which one was probably meant."""
    near = difflib.get_close_matches(word.lower(), sorted(known), n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(known)}"
    return f"unknown {what} {word!r}: {hint}"
