"""One contact that a line of a file speaks of, typed. A line may speak of two: a person, and the
desk of the same outlet.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from mailer.addresses import MailAddress
from mailer.contacts.lengths import refuse_long
from mailer.contacts.suggesting import spelling
from mailer.models import SuppressionReason

#: By the attribute that will hold it; one that begins with `details.` goes into the details.
Values = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class ContactRow:
    """What a line says of one contact; what is not here, or blank, it does not say."""

    #: The line, counted through all sheets of the file.
    row: int
    email: MailAddress | None = None
    given_name: str = ""
    family_name: str = ""
    #: The desk's name, when the line speaks of a desk and not of a person.
    desk: str = ""
    is_desk: bool = False
    #: Whether the line speaks of an outlet alone, and of nobody there.
    is_outlet: bool = False
    #: Whether the line speaks of somebody else in the first place, and of this one beside.
    is_beside: bool = False
    outlet: str = ""
    outlet_country: str = ""
    #: Its number where the file comes from.
    outlet_external_id: str = ""
    role_external_id: str = ""
    #: Which of the outlets in the file is meant, once that is decided.
    outlet_ref: str = ""
    person: Values = field(default_factory=dict)
    job: Values = field(default_factory=dict)
    outlet_facts: Values = field(default_factory=dict)
    lists: tuple[str, ...] = ()
    is_freelance: bool = False
    #: Rows with the same word speak of one person.
    link: str = ""
    #: Why the file says that nobody may write to the address.
    closed_because: SuppressionReason | None = None

    @property
    def is_person(self) -> bool:
        """Whether the row names somebody; a desk has no name of a person."""
        return not self.is_desk and bool(self.given_name or self.family_name)

    def refuse_long(self) -> None:
        """Raise BadInput for a text that is too long to look anything up by it."""
        looked_up = (
            ("family_name", self.family_name),
            ("outlet", self.outlet),
            ("desk", self.desk),
            ("outlet.external_id", self.outlet_external_id),
            ("role.external_id", self.role_external_id),
            *(("lists", name) for name in self.lists),
        )
        for column, text in looked_up:
            refuse_long(text, called=column)

    @property
    def mailbox(self) -> str:
        """The normalised address; empty for somebody who cannot be e-mailed."""
        return self.email.normalised if self.email else ""

    @property
    def called(self) -> str:
        """By what a report names the contact: its address, else its name."""
        if self.email:
            return self.email.typed
        return f"{self.given_name} {self.family_name}".strip() or self.desk or self.outlet

    @property
    def name_key(self) -> str:
        """What two spellings of the name have in common, in whichever order it is written."""
        return " ".join(sorted(spelling(f"{self.given_name} {self.family_name}").split()))
