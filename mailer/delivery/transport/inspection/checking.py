"""The relays checked, as an administrator asks for it: what the settings say, and what each relay
answers when it is really asked. Nothing is sent.
"""

import asyncio
import ssl
from collections.abc import Callable, Collection, Iterator
from datetime import timedelta

import uvloop

from mailer import clock
from mailer.delivery.smtp.certificate import Certificate
from mailer.delivery.smtp.probe import Answers, Probe, Step
from mailer.delivery.transport.inspection.findings import Finding, Severity, Status
from mailer.delivery.transport.inspection.review import relays_of, review, review_keys
from mailer.delivery.transport.relay import helo_name_of, section_of, token_of
from mailer.settings import Settings
from mailer.settings.sections import RelaySettings

#: A certificate is to be renewed before this much of it is left.
RENEW_BEFORE = timedelta(days=14)
#: What we make use of, or tell of, where it is offered.
TELLING = ("pipelining", "8bitmime", "smtputf8", "dsn", "size", "limits", "auth", "starttls")
WANTED = ("PIPELINING", "8BITMIME", "SMTPUTF8", "DSN", "SIZE")
#: What to do when a step goes wrong.
ADVICE: dict[Step, str] = {
    Step.CONNECT: "mend host, port and tls in {section}, or the network in between",
    Step.TLS: "let {host} have a certificate for its name by an authority that this machine trusts"
    " (SSL_CERT_FILE adds one), or mend host and tls in {section}",
    Step.EHLO: "let the relay talk with us under that helo_name, or set another in {section}",
    Step.LOGIN: "mend username, password, auth or token_command of {section}",
    Step.SENDER: "let the relay take mail with the envelope sender's domain (bounces.domain) from"
    " this machine or this login",
}


def check(settings: Settings, *, names: Collection[str], sender: str) -> list[Finding]:
    """The findings on these relays and on the keys that sign; without a sender none is offered."""
    of_settings = review(settings)
    blocked = {one.relay for one in of_settings if one.severity is Severity.BLOCK}
    probes = {name: _probe(settings, name, sender) for name in names if name not in blocked}
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        answers = dict(zip(probes, runner.run(_carried_out(probes.values())), strict=True))
    findings = review_keys(settings)
    for name in names:
        findings += [one for one in of_settings if one.relay == name]
        findings += _of_relay(name, relays_of(settings)[name], answers.get(name), sender=sender)
    return findings


def none_is_reached(findings: Collection[Finding]) -> bool:
    """Whether some relay was asked, and none answered."""
    asked = [one.status for one in findings if one.id.endswith(f".{Step.CONNECT}")]
    return Status.FAIL in asked and Status.PASS not in asked


def _probe(settings: Settings, name: str, sender: str) -> Probe:
    relay = relays_of(settings)[name]
    return Probe(
        relay,
        helo_name=helo_name_of(relay, settings, name=name),
        sender=sender,
        tls_context=None if relay.tls == "none" else ssl.create_default_context(),
        token=token_of(relay, name=name),
    )


async def _carried_out(probes: Collection[Probe]) -> list[Answers]:
    return await asyncio.gather(*(one.carry_out() for one in probes))


def _of_relay(
    name: str, relay: RelaySettings, answers: Answers | None, *, sender: str
) -> Iterator[Finding]:
    """A finding for each step, in their order."""
    section, is_over = section_of(name), answers is None
    for step in Step:
        number = f"{section[1:-1]}.{step}"
        severity = Severity.INFO if step is Step.EHLO else Severity.BLOCK
        if answers is None or is_over or (step is Step.SENDER and not sender):
            told = "not tried, because of what is told above"
            yield Finding(number, severity, Status.UNKNOWN, told, relay=name)
        elif answers.failed is step:
            is_over = True
            advice = ADVICE[step].format(section=section, host=relay.host)
            block = Severity.BLOCK
            yield Finding(number, block, Status.FAIL, answers.trouble, advice, relay=name)
        else:
            seconds = answers.seconds.get(step)
            told = TOLD[step](relay, answers, sender)
            if seconds is not None:
                told += f" ({_milliseconds(seconds)})"
            yield Finding(number, severity, Status.PASS, told, "", name, seconds)
    if answers is not None and answers.certificate is not None:
        yield from _of_renewal(f"{section[1:-1]}.certificate", name, answers.certificate)


def _of_renewal(number: str, name: str, certificate: Certificate) -> Iterator[Finding]:
    until = certificate.valid_until
    told = f"the certificate is valid until {until:%Y-%m-%d}"
    if until - clock.now() > RENEW_BEFORE:
        yield Finding(number, Severity.WARN, Status.PASS, told, relay=name)
    else:
        advice = "have it renewed: on that day nothing can be handed over any more"
        yield Finding(number, Severity.WARN, Status.FAIL, told, advice, relay=name)


# ---------------------------------------------------------------- what a good answer was


def _of_connection(relay: RelaySettings, answers: Answers, _sender: str) -> str:
    greeting = f": {answers.greeting}" if answers.greeting else ""
    return f"{relay.host}:{relay.port} answers{greeting}"


def _of_tls(relay: RelaySettings, answers: Answers, _sender: str) -> str:
    certificate = answers.certificate
    if certificate is None:
        return 'not encrypted, as tls = "none" says'
    names = ", ".join(certificate.names)
    return (
        f"{certificate.version}, {relay.tls}; certificate for {names}, issued by"
        f" {certificate.issuer}, verified"
    )


def _of_offers(_relay: RelaySettings, answers: Answers, _sender: str) -> str:
    offers = answers.offers
    told = [f"{word} {offers[word]}".strip().upper() for word in TELLING if word in offers]
    lacking = [word for word in WANTED if word.lower() not in offers]
    without = f"; without {', '.join(lacking)}" if lacking else ""
    return f"offers {', '.join(told) or 'nothing that we use'}{without}"


def _of_login(relay: RelaySettings, answers: Answers, _sender: str) -> str:
    if relay.username:
        return f"takes our login, {relay.auth}"
    wanted = " although it offers one" if "auth" in answers.offers else ""
    return f"no login, as no username is set{wanted}"


def _of_sender(_relay: RelaySettings, _answers: Answers, sender: str) -> str:
    return f"takes mail from <{sender}>; nothing was sent"


TOLD: dict[Step, Callable[[RelaySettings, Answers, str], str]] = {
    Step.CONNECT: _of_connection,
    Step.TLS: _of_tls,
    Step.EHLO: _of_offers,
    Step.LOGIN: _of_login,
    Step.SENDER: _of_sender,
}


def _milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"
