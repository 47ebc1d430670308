"""Reads the forms of a page as a browser would send them."""

from html.parser import HTMLParser
from typing import Any


class _Forms(HTMLParser):
    """Every form of a page: its address, and what stands in its fields."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, dict[str, str]] = {}
        self._fields: dict[str, str] = {}
        self._text = ""
        self._select = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: dict[str, Any] = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._fields = self.found.setdefault(given.get("action", ""), {})
        elif tag == "input" and self._is_sent(given):
            self._fields[name] = given.get("value", "")
        elif tag == "textarea":
            self._text, self._fields[name] = name, ""
        elif tag == "select":
            self._select, self._fields[name] = name, ""
        elif tag == "option" and "selected" in given:
            self._fields[self._select] = given["value"]

    def handle_endtag(self, tag: str) -> None:
        if tag == "textarea":
            # The first line break belongs to the mark.
            self._fields[self._text] = self._fields[self._text].removeprefix("\n")
            self._text = ""

    def handle_data(self, data: str) -> None:
        if self._text:
            self._fields[self._text] += data

    def _is_sent(self, given: dict[str, Any]) -> bool:
        is_box = given.get("type") in {"checkbox", "radio"}
        return bool(given.get("name")) and (not is_box or "checked" in given)


def form(page: str, action: str) -> dict[str, str]:
    """What a browser sends when that form is submitted as it stands."""
    reader = _Forms()
    reader.feed(page)
    assert action in reader.found, sorted(reader.found)
    return reader.found[action]
