"""Words that the row of a delivery says of itself, and that decisions are taken by."""

#: Of a message that may have been taken although nobody told us (RFC 1047).
IN_DOUBT = "no answer after the whole message was sent"
#: Of one in doubt, about which a person decided.
DECIDED = "decided by an officer"
