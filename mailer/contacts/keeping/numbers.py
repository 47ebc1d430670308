"""A contact or an outlet that is said by the number of its row."""

#: No row ever has a number that long: the largest that a database keeps has nineteen digits.
MOST_DIGITS = 18
NEVER_GIVEN = 2**63 - 1


def row_number(text: str) -> int | None:
    """The number that the text is; None for what is none, such as ² or an address.

    One that is too long for any row is told as the number that no row has.
    """
    digits = text.strip()
    if not (digits.isascii() and digits.isdigit()):
        return None
    digits = digits.lstrip("0") or "0"
    return int(digits) if len(digits) <= MOST_DIGITS else NEVER_GIVEN
