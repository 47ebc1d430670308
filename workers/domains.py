"""Finds out, beside everything else, who receives mail for the domains of our contacts: the DNS
may be slow, and nothing waits for it.
"""

import threading

import dns.resolver
import sqlalchemy as sa
import structlog

from mailer import clock
from mailer.contacts import mail_servers
from mailer.errors import MailerError
from mailer.settings import Settings

log = structlog.get_logger(__name__)

BETWEEN_LOTS_SECONDS = 1.0


def keep_looking_up(engine: sa.Engine, settings: Settings, *, stopping: threading.Event) -> None:
    """Look up what is not known or old, again and again until we are asked to stop."""
    try:
        resolver = mail_servers.make_resolver()
    except dns.resolver.NoResolverConfiguration as missing:
        log.warning("mail servers are not looked up: this machine names no DNS", cause=str(missing))
        return
    pause = BETWEEN_LOTS_SECONDS
    while not stopping.wait(pause):
        try:
            found = mail_servers.look_up(engine, resolver, settings.throttle, now=clock.now())
        except MailerError as cause:
            log.warning("look-up of mail servers waits", cause=str(cause))
            found = 0
        pause = (
            BETWEEN_LOTS_SECONDS if found >= mail_servers.LOT else mail_servers.REST.total_seconds()
        )
