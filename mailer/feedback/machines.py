"""Who opened or clicked: a person, a proxy on a person's behalf, or a scanner at the gate.

Rules after standards.md 5.3, in their numbers; every verdict keeps its reasons and the version
of the rules, so that old figures can be read rightly. A person is always "probably".
"""

import re
from dataclasses import dataclass

from mailer.models import Agent

RULES_VERSION = 1
#: A click or an image so soon after the relay's 250 comes from a machine at the gate.
MINIMUM_AGE_SECONDS = 10.0
#: What a proxy sends as its whole user agent (Apple Mail Privacy Protection does).
BARE_USER_AGENT = "mozilla/5.0"
PROXIES = ("googleimageproxy", "yahoomailproxy")
GATEWAYS = (
    "barracuda",
    "proofpoint",
    "ciscosecureemail",
    "mimecast",
    "tmes",
    "msoffice",
    "safelinks",
    "python",
    "curl",
    "wget",
    "headless",
    "crawler",
    "spider",
    "scanner",
)
#: Cubot makes telephones, on which people read.
ROBOT = re.compile(r"(?<!cu)bot")
#: What is kept of a user agent: a family, the first word found.
FAMILIES = ("thunderbird", "outlook", "edg", "opr", "firefox", "chrome", "safari")


@dataclass(frozen=True)
class Verdict:
    """Who it was, by which rules, and the family of the program."""

    agent: Agent
    reasons: tuple[str, ...]
    family: str


def verdict(
    user_agent: str,
    *,
    method: str = "GET",
    seconds_since_sent: float | None,
    minimum_age_seconds: float = MINIMUM_AGE_SECONDS,
) -> Verdict | None:
    """Who fetched it; None for a method that shows nothing to anyone and is never counted.

    `seconds_since_sent` is None for a link that all recipients share: the rule of time is silent.
    """
    if method != "GET":
        return None
    agent = user_agent.strip().lower()
    is_early = seconds_since_sent is not None and seconds_since_sent < minimum_age_seconds
    rules = (
        ("M-2", Agent.PROXY, any(name in agent for name in PROXIES)),
        ("M-3", Agent.PROXY, agent == BARE_USER_AGENT),
        ("M-5", Agent.SCANNER, _is_gateway(agent)),
        ("M-7", Agent.SCANNER, is_early),
    )
    fitting = [(number, who) for number, who, fits in rules if fits]
    return Verdict(
        agent=fitting[0][1] if fitting else Agent.PERSON,
        reasons=tuple(number for number, _ in fitting),
        family=_family(agent),
    )


def _is_gateway(agent: str) -> bool:
    return not agent or bool(ROBOT.search(agent)) or any(name in agent for name in GATEWAYS)


def _family(agent: str) -> str:
    return next((name for name in (*PROXIES, *GATEWAYS, *FAMILIES) if name in agent), "other")
