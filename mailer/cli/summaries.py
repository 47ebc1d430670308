"""An audience in figures: how many, where, in which language, of which media, and left out why."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from mailer.audience.candidates import Candidate
from mailer.audience.selection import LeftOut
from mailer.distribution.planning import Plan


def summary(recipients: Sequence[Candidate], left_out: Sequence[LeftOut]) -> dict[str, Any]:
    """The figures of an audience; the largest first. Languages are the first that each reads."""
    return {
        "count": len(recipients),
        "by_country": _counted(one.country or "not known" for one in recipients),
        "by_language": _counted(map(_language, recipients)),
        "by_media_type": _counted(one.media_type.value for one in recipients),
        "left_out": len(left_out),
        "left_out_by_cause": _counted(one.cause.value for one in left_out),
    }


def summary_of_plan(plan: Plan) -> dict[str, Any]:
    """The same for the recipients of a release, with the languages of their texts."""
    found = summary([one.recipient for one in plan.planned], plan.left_out)
    return found | {"by_edition": _counted(one.language for one in plan.planned)}


def recipient_document(one: Candidate) -> dict[str, Any]:
    """One recipient with all the reasons, for --json."""
    own = one._asdict()
    for name in ("place", "profile", "has_other_roles", "ended_on", "domain"):
        del own[name]
    return own | {
        "media_type": one.media_type,
        "country": one.country,
        "zone": one.zone,
        "languages": one.languages,
        "outlet_languages": one.outlet_languages,
        "tracking": one.tracking,
        "plain_text_only": one.plain_text_only,
        "embargo_trusted": one.embargo_trusted,
        "topics": one.profile.topics,
        "kinds": one.profile.kinds,
        "urgent_only": one.profile.urgent_only,
        "reasons": one.reasons,
    }


def in_words(figures: dict[str, Any]) -> Iterable[str]:
    """The figures, a line for each kind that has any."""
    for name, of in (
        ("by_country", "countries"),
        ("by_language", "languages"),
        ("by_edition", "texts in"),
        ("by_media_type", "media"),
        ("left_out_by_cause", "left out"),
    ):
        if numbers := figures.get(name):
            yield f"{of}: {', '.join(f'{value} {number}' for value, number in numbers.items())}"


def _language(one: Candidate) -> str:
    return next(iter(one.languages or one.outlet_languages), "not known")


def _counted(values: Iterable[str]) -> dict[str, int]:
    return dict(Counter(values).most_common())
