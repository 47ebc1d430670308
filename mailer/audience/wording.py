"""Criteria in English words, for whoever has to approve them."""

from collections.abc import Iterable, Sequence

from mailer import languages
from mailer.audience.terms import EVERYONE, Key, Term, by_key
from mailer.contacts.places import country_name
from mailer.models import MediaType

CLAUSES = {
    Key.LANGUAGE: "who read {}",
    Key.OUTLET: "whose outlet is {}",
    Key.COUNTRY: "whose market is {}",
    Key.BEAT: "who cover {}",
    Key.LIST: "on the list {}",
    Key.ADDRESS: "at {}",
}
OF_ONE = {Key.LANGUAGE: "who reads {}", Key.BEAT: "who covers {}"}
KINDS = {
    MediaType.WIRE: "a news agency",
    MediaType.DAILY: "a daily",
    MediaType.REGIONAL: "a regional paper",
    MediaType.WEEKLY: "a weekly",
    MediaType.MAGAZINE: "a magazine",
    MediaType.TRADE: "a trade title",
    MediaType.RADIO: "a radio station",
    MediaType.TV: "a television station",
    MediaType.ONLINE: "an online title",
    MediaType.BLOG: "a blog",
    MediaType.PODCAST: "a podcast",
    MediaType.NEWSLETTER: "a newsletter",
    MediaType.PHOTO: "a photo agency",
    MediaType.FREELANCE: "none (freelance)",
    MediaType.UNKNOWN: "of a kind that nobody knows",
}


def sentence(wanted: Sequence[Term], unwanted: Sequence[Term]) -> str:
    """Who is wanted and who is not, as a sentence."""
    clauses = _clauses(wanted)
    told = f"journalists and desks {', '.join(clauses)}" if clauses else EVERYONE
    refused = _clauses(unwanted, of_one=True)
    return f"{told}; but nobody {', nobody '.join(refused)}" if refused else told


def _clauses(terms: Iterable[Term], *, of_one: bool = False) -> list[str]:
    """One clause for each key: "who read Danish or English"; of nobody, "who reads Danish"."""
    clauses = CLAUSES | (OF_ONE if of_one else {})
    return [
        clauses[key].format(_or([_word(term) for term in group]))
        for key, group in by_key(terms).items()
    ]


def _word(term: Term) -> str:
    if term.key == Key.LANGUAGE:
        return languages.name(term.value, written_in="en")
    if term.key == Key.OUTLET:
        return KINDS[MediaType(term.value)]
    if term.key == Key.COUNTRY:
        return country_name(term.value, written_in="en")
    return f"“{term.value}”" if term.key == Key.LIST else term.value


def _or(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
