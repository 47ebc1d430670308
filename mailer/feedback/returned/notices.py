"""Reads the fields of delivery status notices (RFC 3464) and of feedback reports (RFC 5965)."""

import re
from dataclasses import dataclass

from mailer.delivery.refusal import BounceClass, Reason
from mailer.feedback.classification import Finding, judge, status_in

Fields = dict[str, str]

FIELD = re.compile(r"^([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)$")
ADDRESS = re.compile(r"[^\s<>;,\"']+@[^\s<>;,\"']+")
DIAGNOSTIC_TYPE = re.compile(r"^[\w.-]+\s*;\s*")
XTEXT = re.compile(r"\+([0-9A-F]{2})")
RECIPIENT_FIELDS = ("final-recipient", "original-recipient")
#: What is kept of a server's words.
DIAGNOSTIC_CHARACTERS = 1000
#: A field longer than this holds nothing that we want.
FIELD_CHARACTERS = 4000


@dataclass(frozen=True)
class ReportedRecipient:
    """What a report says of one recipient; class and reason only where the message failed."""

    address: str
    action: str
    status: str | None
    bounce_class: BounceClass | None
    reason: Reason | None
    diagnostic: str
    #: One such report is enough to stop writing to the address.
    is_clear: bool = False
    #: For whom it was sent at first, where a server on the way changed the address.
    original_address: str = ""

    @property
    def finding(self) -> Finding | None:
        """What the failure means; None where nothing failed."""
        if self.reason is None or self.bounce_class is None:
            return None
        return Finding(self.reason, self.bounce_class, is_clear=self.is_clear)


def reported(
    address: str,
    *,
    action: str,
    status: str | None,
    diagnostic: str,
    finding: Finding | None = None,
    original_address: str = "",
) -> ReportedRecipient:
    """What a report says of that recipient, with what we find in it."""
    return ReportedRecipient(
        address=address,
        action=action,
        status=status,
        bounce_class=finding.bounce_class if finding else None,
        reason=finding.reason if finding else None,
        diagnostic=diagnostic[:DIAGNOSTIC_CHARACTERS],
        is_clear=bool(finding and finding.is_clear),
        original_address=original_address,
    )


def blocks_in(text: str) -> list[Fields]:
    """The groups of fields in `text`, in any order; a folded field is put together.

    A blank line parts two groups, and so does a second Final-Recipient without one.
    """
    groups: list[Fields] = [{}]
    name = ""
    for line in text.splitlines():
        if not line.strip():
            groups.append({})
            name = ""
        elif line[0] in " \t" and name:
            groups[-1][name] = f"{groups[-1][name]} {line.strip()}"[:FIELD_CHARACTERS]
        elif field := FIELD.match(line):
            name = field.group(1).lower()
            if name == "final-recipient" and name in groups[-1]:
                groups.append({})
            groups[-1].setdefault(name, field.group(2).strip()[:FIELD_CHARACTERS])
    return [group for group in groups if group]


def recipients_in(text: str, *, words: str) -> list[ReportedRecipient]:
    """The recipients of a delivery status block; `words` is what the report says to people."""
    groups = (group for group in blocks_in(text) if any(name in group for name in RECIPIENT_FIELDS))
    return [_recipient(group, words=words) for group in groups]


def address_in(field: str, *, is_xtext: bool = False) -> str:
    """The address of a field such as `rfc822; karen@paper.example`, or nothing."""
    found = ADDRESS.search(field.rpartition(";")[2])
    address = found.group() if found else ""
    # RFC 3461 writes a plus as +2B in ORCPT, which comes back in Original-Recipient.
    return XTEXT.sub(lambda code: chr(int(code.group(1), 16)), address) if is_xtext else address


def _recipient(group: Fields, *, words: str) -> ReportedRecipient:
    original = address_in(group.get("original-recipient", ""), is_xtext=True)
    diagnostic = DIAGNOSTIC_TYPE.sub("", group.get("diagnostic-code", ""))
    status = status_in(group.get("status", ""), diagnostic, words)
    action = group.get("action", "").lower().partition(" ")[0] or _action(status)
    return reported(
        address_in(group.get("final-recipient", "")) or original,
        action=action,
        status=status,
        diagnostic=diagnostic,
        original_address=original,
        finding=judge(diagnostic or words, status=status) if action == "failed" else None,
    )


def _action(status: str | None) -> str:
    return {"5": "failed", "4": "delayed", "2": "delivered"}.get((status or " ")[0], "")
