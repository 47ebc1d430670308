"""What can be said of the relays from the settings alone: those that cannot be, and those that
hardly mean what they say. Whoever sends refuses the first; `mailer relays check` tells both.
"""

import ipaddress
import re
from collections.abc import Iterator
from typing import NamedTuple

from mailer.addresses import a_label
from mailer.compose.signing import load_signers
from mailer.delivery.smtp.secrets import said
from mailer.delivery.transport.inspection.findings import Finding, Severity, Status
from mailer.delivery.transport.relay import USUAL_NAME, SMTPTransport, section_of
from mailer.errors import BadInput, SettingsError
from mailer.settings import Settings
from mailer.settings.sections import RelaySettings

#: The usual ports of the other way to encrypt.
ODD_PORTS: dict[str, tuple[int, ...]] = {
    "implicit": (25, 587),
    "starttls": (465,),
    "none": (465,),
}
#: What can be written as [relays.NAME], and as an environment variable.
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
NOT_IN_A_HOST = re.compile(r"[\s/@:,;]")
LOCAL = "localhost"


class Fault(NamedTuple):
    """What is wrong with the settings of one relay, and what to do."""

    setting: str
    what: str
    how_to_fix: str


def relays_of(settings: Settings) -> dict[str, RelaySettings]:
    """All relays by their names, that in [relay] first."""
    return {USUAL_NAME: settings.relay, **settings.relays}


def refuse_unusable(settings: Settings) -> None:
    """Raises SettingsError for the first relay with which nothing could be sent."""
    for finding in review(settings):
        if finding.severity is Severity.BLOCK:
            raise SettingsError(f"{finding.evidence}: {finding.how_to_fix}")


def refuse_what_cannot_send(settings: Settings) -> None:
    """The same for the keys too: what every worker needs. Raises SettingsError."""
    refuse_unusable(settings)
    load_signers(settings.dkim)


def review(settings: Settings) -> list[Finding]:
    """What is wrong with the relays in the settings; nothing is connected."""
    relays = relays_of(settings)
    findings = [one for name in relays for one in _of_one(settings, name)]
    if not any(relay.weight for relay in relays.values()):
        what = "every relay has weight 0, so each is a spare for the others"
        fault = Fault("weight", what, "give those a weight that are to be used at all times")
        findings.append(_finding(USUAL_NAME, fault, Severity.WARN))
    return findings


def review_keys(settings: Settings) -> list[Finding]:
    """Each key that signs: whether it can be used."""
    return [_of_key(settings, selector) for selector in settings.dkim.keys]


def _of_key(settings: Settings, selector: str) -> Finding:
    one = settings.dkim.model_copy(update={"keys": {selector: settings.dkim.keys[selector]}})
    number = f"dkim.keys.{selector}"
    try:
        (signer,) = load_signers(one)
    except SettingsError as wrong:
        what, _, advice = str(wrong).rpartition(": ")
        return Finding(number, Severity.BLOCK, Status.FAIL, what, advice)
    told = f"{one.keys[selector]} signs with {signer.algorithm}"
    return Finding(number, Severity.BLOCK, Status.PASS, told)


def _of_one(settings: Settings, name: str) -> Iterator[Finding]:
    relay = settings.relay if name == USUAL_NAME else settings.relays[name]
    blocks = [*_name_faults(settings, name), *_place_faults(settings, name, relay)]
    blocks += _login_faults(name, relay)
    if not blocks:
        blocks += _other_faults(settings, name)
    yield from (_finding(name, fault, Severity.BLOCK) for fault in blocks)
    doubts = (*_doubts_of_login(name, relay), *_doubts_of_place(settings, name, relay))
    yield from (_finding(name, fault, Severity.WARN) for fault in doubts)


def _finding(name: str, fault: Fault, severity: Severity) -> Finding:
    place = section_of(name)[1:-1]
    number = f"{place}.{fault.setting}"
    return Finding(number, severity, Status.FAIL, fault.what, fault.how_to_fix, relay=name)


# ---------------------------------------------------------------- what cannot be


def _name_faults(settings: Settings, name: str) -> Iterator[Fault]:
    if USUAL_NAME in settings.relays and name == USUAL_NAME:
        what = f"[relays.{USUAL_NAME}] has the name of [relay]"
        yield Fault("name", what, "give it a name of its own")
    elif NAME.fullmatch(name) is None:
        what = f"{name!r} is no name for a relay"
        yield Fault("name", what, "write it in letters, digits and hyphens, such as [relays.spare]")


def _place_faults(settings: Settings, name: str, relay: RelaySettings) -> Iterator[Fault]:
    section = section_of(name)
    if not relay.host.strip():
        others = ", ".join(one for one in relays_of(settings) if one != name)
        advice = 'write it there, such as host = "smtp.example.org"'
        if name != USUAL_NAME:
            advice += f"; or, if the name is misspelt, take one of those that there are ({others})"
        yield Fault("host", f"{section} names no host", advice)
    elif not _is_host(relay.host):
        what = f"host in {section} is no name of a server: {shown(relay.host)!r}"
        yield Fault("host", what, "write only the name, such as smtp.example.org; ports go to port")
    if relay.port == 0:
        advice = 'write 25, 587 for tls = "starttls", or 465 for tls = "implicit"'
        yield Fault("port", f"port in {section} is 0, which no server has", advice)


def shown(host: str) -> str:
    """The host for a terminal, without a login that somebody wrote into it."""
    return said(host.rpartition("@")[2])


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return NOT_IN_A_HOST.search(host) is None and (host.isascii() or _has_a_label(host))
    return True


def _has_a_label(host: str) -> bool:
    try:
        a_label(host)
    except BadInput:
        return False
    return True


def _login_faults(name: str, relay: RelaySettings) -> Iterator[Fault]:
    section = section_of(name)
    if relay.auth == "xoauth2":
        lacking = [one for one in ("username", "token_command") if not getattr(relay, one)]
        if lacking:
            what = f'auth = "xoauth2" in {section} has no {" and no ".join(lacking)}'
            advice = "name the account, and the program that prints an access token for it"
            yield Fault(lacking[-1], what, advice)
    elif relay.username and not relay.password.get_secret_value():
        variable = "MAILER_" + section[1:-1].replace(".", "__").upper() + "__PASSWORD"
        what = f"{section} has a username and no password"
        yield Fault("password", what, f"put it into {variable} or into secrets.toml")


def _other_faults(settings: Settings, name: str) -> Iterator[Fault]:
    """What shows only when the connection is made ready, such as a name that no EHLO can hold."""
    try:
        SMTPTransport.from_settings(settings, name=name)
    except SettingsError as wrong:
        yield Fault("settings", str(wrong), "config/default.toml explains what may stand there")


# ---------------------------------------------------------------- what is hardly meant


def _doubts_of_login(name: str, relay: RelaySettings) -> Iterator[Fault]:
    section, password = section_of(name), bool(relay.password.get_secret_value())
    if relay.auth == "xoauth2" and password:
        what = f'{section} has a password, which auth = "xoauth2" never uses'
        yield Fault("password", what, 'take it out, or set auth = "password"')
    elif relay.auth == "password" and password and not relay.username:
        what = f"{section} has a password and no username, so nobody logs in"
        yield Fault("username", what, "write the username, or take the password out")
    if relay.auth == "password" and relay.token_command:
        what = f'{section} has a token_command, which auth = "password" never runs'
        yield Fault("token_command", what, 'set auth = "xoauth2", or take it out')


def _doubts_of_place(settings: Settings, name: str, relay: RelaySettings) -> Iterator[Fault]:
    section = section_of(name)
    if relay.port in ODD_PORTS[relay.tls]:
        what = f'port {relay.port} in {section} hardly goes with tls = "{relay.tls}"'
        yield Fault("port", what, 'the usual pairs are 465 "implicit", 587 "starttls", 25 "none"')
    if relay.tls == "none" and relay.username and not is_local(relay.host):
        what = f"{section} sends the login to {shown(relay.host)} in clear text"
        yield Fault("tls", what, 'set tls = "starttls" or "implicit"')
    if twin := _twin(settings, name, relay):
        what = f"{section} leads to the same server as {section_of(twin)}"
        yield Fault("host", what, "name another server, or take it out: give one more connections")


def is_local(host: str) -> bool:
    """Whether that is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.lower() == LOCAL


def _twin(settings: Settings, name: str, relay: RelaySettings) -> str:
    """An earlier relay that is the same server under the same login."""
    for other, earlier in relays_of(settings).items():
        if other == name:
            break
        if relay.host and _login_at(earlier) == _login_at(relay):
            return other
    return ""


def _login_at(relay: RelaySettings) -> tuple[str, int, str]:
    return relay.host.lower(), relay.port, relay.username
