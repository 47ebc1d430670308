"""What the name of a tab says of the rows in it. List keepers have a tab for each list, and a last
one for those to whom nobody may write.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailer.contacts.importing.columns.header_words import key, synonyms
from mailer.contacts.importing.values.cleaning import clean
from mailer.contacts.importing.values.words import folded

#: What spreadsheets call a tab by themselves, in the languages of the covers; folded.
BY_ITSELF = re.compile(
    r"(?:sheet|worksheet|table|tabelle|tabellenblatt|feuil|feuille|hoja|full|foglio|planilha|folha"
    r"|plan|ark|blad|arkusz|list|harok|munka|foaie|taul|taulukko|leht|lapa|lapas|sayfa|tafla"
    r"|лист|аркуш|φυλλο) ?\d*"
)
#: Of these a row may say several.
SEVERAL = {"lists"}
#: What holds of everybody in a tab that is called like a column for it.
CLOSING = {
    "person.do_not_contact",
    "state.unsubscribed",
    "state.complained",
    "state.bounced",
}
#: Tabs of those who get no invitation, and perhaps everything else; folded.
NOT_INVITED = frozenset(
    folded(words)
    for words in (
        "Do not invite",
        "Don't invite",
        "Not invited",
        "Nicht einladen",
        "Nicht mehr einladen",
        "Ne pas inviter",
        "Ne plus inviter",
        "Non invitare",
        "No invitar",
        "No convidar",
        "Não convidar",
        "Niet uitnodigen",
        "Inviter ikke",
        "Må ikke inviteres",
        "Skal ikke inviteres",
        "Bjud inte in",
        "Ska inte bjudas in",
        "Nie zapraszać",
        "Nezvat",
        "Не приглашать",
        "Не запрошувати",
    )
)


@dataclass(frozen=True)
class Tab:
    """What holds of everybody in one tab."""

    #: By the target of a column, as if each row said so.
    says: Mapping[str, Any] = field(default_factory=dict)
    #: What the list keeper should know of it.
    notice: str = ""

    def say(self, said: dict[str, Any]) -> None:
        """Add it to what a row says: lists add up, and of yes and no it is the stricter."""
        for target, value in self.says.items():
            if target in SEVERAL:
                said[target] = tuple(dict.fromkeys((*said.get(target, ()), *value)))
            else:
                said[target] = value


NO_TAB = Tab()


def meaning_of(name: str, *, among: Sequence[str]) -> Tab:
    """What the tab says by its name, `among` all tabs of the workbook.

    Tabs are lists where several have a name of their own; one alone is just called so.
    """
    called = clean(name)
    if target := _closing(name):
        told = f"the tab {called!r} is read as {target}: that is so with everybody in it"
        return Tab({target: True}, told)
    is_refusal = _is_refusal(name)
    if not is_refusal and (not _is_own(name) or sum(map(_is_own, among)) < 2):
        return NO_TAB
    told = f"the tab {called!r} is a list, and everybody in it is put on it"
    if is_refusal:
        told += (
            f': that alone leaves nobody out. Write -list:"{called}" into the criteria of an'
            " invitation, or call the tab “Do not contact” when nothing may be sent to them"
        )
    return Tab({"lists": (called,)}, told)


def _closing(name: str) -> str:
    """The column by which the tab is called that closes whoever stands in it; empty for others."""
    target = synonyms().get(key(clean(name)), "")
    return target if target in CLOSING else ""


def _is_refusal(name: str) -> bool:
    return folded(clean(name)) in NOT_INVITED


def _is_own(name: str) -> bool:
    """Whether somebody has given the tab its name, as that of a list."""
    is_named = bool(clean(name)) and not BY_ITSELF.fullmatch(folded(name))
    return is_named and not _closing(name) and not _is_refusal(name)
