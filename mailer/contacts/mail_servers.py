"""Asks the DNS who receives mail for the domains of our contacts, and remembers it."""

from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import datetime, timedelta

import dns.exception
import dns.name
import dns.resolver
import sqlalchemy as sa
from sqlmodel import Session, col, select

from mailer.contacts.inserting import chunked
from mailer.contacts.providers import provider_of, registrable
from mailer.database import insert, reading, writing
from mailer.models import Address, ReceivingDomain
from mailer.settings.sections import ThrottleSettings

#: Mail servers move seldom; who could not be asked is asked again soon.
KEPT_FOR = timedelta(days=7)
SOON = timedelta(hours=1)
#: When fewer than a whole lot were due, it is early enough to look again after this time.
REST = timedelta(minutes=10)
LOT = 300
AT_ONCE = 16
ANSWER_SECONDS = 3.0


def make_resolver() -> dns.resolver.Resolver:
    """The machine's own resolver, which does not wait long."""
    resolver = dns.resolver.Resolver()
    resolver.lifetime = ANSWER_SECONDS
    return resolver


def look_up(
    engine: sa.Engine,
    resolver: dns.resolver.Resolver,
    settings: ThrottleSettings,
    *,
    now: datetime,
    limit: int = LOT,
    within_seconds: float = 10.0,
) -> int:
    """Find out who receives mail for domains of which we do not know it, or not any more.

    Returns how many are known now; as many as `limit` means that more are waiting. The DNS is
    asked between two transactions, and not for longer than about `within_seconds`. Raises
    Unreachable when the database does not answer.
    """
    with reading(engine) as session:
        domains = due_domains(session, now=now, limit=limit)
    groups = ask(resolver, domains, settings=settings, within_seconds=within_seconds)
    if groups:
        with writing(engine) as session:
            keep(session, groups, now=now)
    return len(groups)


def due_domains(session: Session, *, now: datetime, limit: int = LOT) -> Sequence[str]:
    """The domains of our addresses that are to be looked up, in their order."""
    is_fresh = sa.exists().where(
        col(ReceivingDomain.domain) == col(Address.domain),
        col(ReceivingDomain.looked_up_at) > now - KEPT_FOR,
    )
    query = select(Address.domain).where(col(Address.domain) != "", ~is_fresh)
    return session.exec(query.distinct().order_by(col(Address.domain)).limit(limit)).all()


def ask(
    resolver: dns.resolver.Resolver,
    domains: Iterable[str],
    *,
    settings: ThrottleSettings,
    within_seconds: float,
) -> dict[str, str | None]:
    """The provider of each domain; None where the DNS gave no answer either way.

    A domain is missing when its turn did not come in time.
    """
    groups: dict[str, str | None] = {}
    unknown = []
    for domain in domains:
        groups[domain] = provider_of(domain, settings)
        if groups[domain] is None:
            unknown.append(domain)
            del groups[domain]
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="mx")
    asked = {pool.submit(_group_of, domain, resolver, settings): domain for domain in unknown}
    done, _ = wait(asked, timeout=within_seconds)
    pool.shutdown(cancel_futures=True)
    return groups | {asked[answer]: answer.result() for answer in done}


def keep(session: Session, groups: Mapping[str, str | None], *, now: datetime) -> None:
    """Remember who receives mail for each domain. Where the DNS did not answer, what was known
    stays, and it is asked again soon.
    """
    soon = now - KEPT_FOR + SOON
    _save(session, {domain: group for domain, group in groups.items() if group}, at=now)
    silent = {domain: domain for domain, group in groups.items() if not group}
    _save(session, silent, at=soon, only_time=True)


def _save(
    session: Session, groups: Mapping[str, str], *, at: datetime, only_time: bool = False
) -> None:
    rows = [
        {"domain": domain, "provider": provider, "looked_up_at": at}
        for domain, provider in groups.items()
    ]
    changed = ("looked_up_at",) if only_time else ("provider", "looked_up_at")
    for chunk in chunked(rows):
        statement = insert(session, ReceivingDomain).values(chunk)
        values = {name: statement.excluded[name] for name in changed}
        statement = statement.on_conflict_do_update(index_elements=["domain"], set_=values)
        session.connection().execute(statement)


def _group_of(
    domain: str, resolver: dns.resolver.Resolver, settings: ThrottleSettings
) -> str | None:
    """The group of the most preferred mail server; equally preferred ones count by their names."""
    try:
        name = dns.name.from_text(f"{domain}.")
        answer = resolver.resolve(name, "MX", search=False)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        # The domain has no mail server, or is its own (RFC 5321, 5.1).
        return domain
    except dns.exception.DNSException:
        return None
    _, host = min((record.preference, str(record.exchange).lower()) for record in answer)
    host = host.rstrip(".")
    # A single dot means that the domain wants no mail at all (RFC 7505).
    return provider_of(host, settings) or registrable(host) or domain
