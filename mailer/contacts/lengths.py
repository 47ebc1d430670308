"""How long a text may be by which contacts are looked up: names, the numbers of other databases,
the names of lists, topics. All the ways in ask here.

PostgreSQL indexes no entry of more than a third of a page, some 2,700 octets, and would refuse the
whole file for one long cell; what is longer is no name, but a column that was mapped wrongly.
"""

from mailer.errors import BadInput

#: Characters; in UTF-8 none of them has more than four octets.
LONGEST = 500
#: Octets of a rule on a list: it is indexed whole, and an erasure may make it somewhat longer.
LONGEST_RULE = 2500


def refuse_long(text: str, *, called: str = "") -> None:
    """Raise BadInput for a text that is too long to be looked up; `called` is what it is."""
    if len(text) > LONGEST:
        what = f"{called}: the text" if called else "the text"
        raise BadInput(
            f"{what} has {len(text):,} characters, and {LONGEST} at most are kept here: shorten it"
        )


def refuse_long_rule(line: str) -> None:
    """Raise BadInput for criteria that are too long to stand on a list."""
    octets = len(line.encode())
    if octets > LONGEST_RULE:
        raise BadInput(
            f"the rule has {octets:,} octets, and a list keeps {LONGEST_RULE:,} at most: split it"
            " into several rules, or put the contacts on the list by their addresses"
        )
