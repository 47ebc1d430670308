"""Whether somebody answers for the release when it goes out: it is never sent into silence."""

from mailer import clock
from mailer.releases.offices.press_contacts import is_callable
from mailer.releases.readiness.findings import Found, finding
from mailer.releases.readiness.reading import Subject

WHERE = "duty"


def check(subject: Subject) -> Found:
    """Those on duty at the moment of sending, where the release names the duty."""
    full = subject.full
    if not full.release.names_duty:
        return
    moment = clock.told(full.at or subject.at, zone_name=full.office.zone)
    if not full.duty:
        yield finding(
            "nobody-on-duty",
            "",
            WHERE,
            f"nobody is on duty at {moment}, when it goes out, and nobody stands in",
            "put somebody on duty with `mailer duty add`, or name a duty_fallback in the office's"
            " file",
        )
    elif not any(map(is_callable, full.duty)):
        names = ", ".join(one.name for one in full.duty)
        yield finding(
            "duty-unreachable",
            "",
            WHERE,
            f"{names}, on duty at {moment}, when it goes out, has no number that is printed",
            "add phone = … with `mailer office contacts save`, or `mailer office contacts mobile"
            f" {full.duty[0].key} on`",
        )
