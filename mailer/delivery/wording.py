"""What receiving servers say when they refuse, and what they mean by it (standards 2, 3.2, 4.1).

The patterns meet replies in lower case, without addresses, behind their codes. The first that
fits wins, so the order matters: who slows us down speaks of spam and of reputation too, and who
refuses our domain may well mention the mailbox.
"""

from mailer.delivery.reasons import Reason

#: Words that settle it whatever the code says.
TELLING_WORDS: tuple[tuple[Reason, str], ...] = (
    # Not so fast: to the provider, to one mailbox, or through our own relay.
    (
        Reason.RATE_LIMITED,
        (
            r"rate ?-?limit|rate control|throttl|slow(ing)? down|frequency limited"
            r"|unusual (rate|volume|traffic|sending)|unexpected volume|temporarily deferred"
            r"|too many (messages|connections|recipients|errors|sessions|emails)"
            r"|too much (e-?)?mail|receiving (e-?)?mail (too quickly|at a rate)"
            r"|limits? for how many messages|number of messages (they|it) can receive"
            r"|(sending|send|relay|hourly|daily)( rate| message| user)* (limit|quota)"
            r"|sending (rate|quota|limit).{0,20}(exceed|reach)|thread limit exceeded"
            r"|(connection|message|send) rate.{0,30}(exceed|limit|too high)"
            r"|server busy|maximum number of (connections|messages)"
        ),
    ),
    (
        Reason.MAILBOX_FULL,
        (
            r"(mail ?box|inbox|folder)( is| was)? full|over ?quota|quota.{0,30}(exceed|full)"
            r"|exceed\w*.{0,30}(quota|storage)|out of storage|not enough (disk |storage )?space"
            r"|insufficient (mailbox|user) (space|storage)"
        ),
    ),
    (
        Reason.TOO_LARGE,
        (
            r"(message|mail|size).{0,40}(too (large|big)|exceed\w*.{0,40}(size|limit|maximum))"
            r"|size limit exceeded"
        ),
    ),
    (Reason.NO_SMTPUTF8, r"smtputf8"),
    # A group or a mailbox that only colleagues may write to (Exchange 5.7.124, 5.7.133 …).
    (
        Reason.POLICY,
        (
            r"sendernotauthenticatedfor(group|mailbox)|resolver\.rst|delivery restriction"
            r"|not in (the )?(group's |list of )?allowed.?senders"
        ),
    ),
    (
        Reason.AUTHENTICATION,
        (
            r"\b(spf|dkim|dmarc)\b|sender id\b|sender policy framework|unauthenticated"
            r"|authentication (required|level|check)"
        ),
    ),
    (
        Reason.REPUTATION,
        (
            r"block ?-?list|black ?-?list|deny ?list|reputation|dnsbl|\brbl\b|spamhaus|ipcheck\."
            r"|\bptr\b|reverse (dns|host ?name)|cannot find your (reverse )?host ?name|\bbanned\b"
            r"|\b(ip|host|client|sender)\b.{0,40}\bblocked|\bblocked\b.{0,20}\busing\b"
            r"|permanently deferred|traffic not accepted from this ip|ip=.{0,40}problem occurred"
        ),
    ),
    (
        Reason.CONTENT,
        (
            r"\b(spam|virus|malware|phishing|junk)|(nature of the|its|mail|message) content"
            r"|content.{0,20}(reject|denied)|uceprotect|unsolicited|suspicious"
        ),
    ),
    (
        Reason.GREYLISTED,
        (
            r"gr[ae]y ?-?list|tempgrey|4\.7\.1 (please )?try again later"
            r"|internal resources? (are |is )?temporarily unavailable"
        ),
    ),
    (
        Reason.RELAYING,
        (
            r"relay(ing)? (access )?(denied|not permitted|prohibited)|unable to relay"
            r"|allowed rcpthosts|not permitted to relay|do(es)? not relay"
        ),
    ),
    (Reason.LOOP, r"mail(er)? loop|loops? back|routing loop|too many hops|hop count"),
    (
        Reason.POLICY,
        (
            r"sender (address|domain).{0,20}(rejected|unknown)|sender verif|\btls\b|starttls"
            r"|(for|due to|by|under) (\w+ )?polic(y|ies)|local policy"
            r"|polic(y|ies) (reasons?|violations?|restric)"
            r"|manually blocked|:blocked\)|bad helo|unregistered domain"
        ),
    ),
    (
        Reason.DISABLED,
        (
            r"(account|mailbox|user|recipient|address).{0,40}"
            r"(disabled|inactive|deactivated|not active|closed|discontinued)"
        ),
    ),
    (Reason.SUSPENDED, r"(account|mailbox|user|domain).{0,40}suspended"),
    (
        Reason.MOVED,
        r"(user|mailbox|recipient|address).{0,20}(has |was )?moved|no longer (with|at)\b",
    ),
    (
        Reason.BAD_DOMAIN,
        (
            r"(recipient|destination|dns) domain.{0,60}(not found|unknown|does not exist)"
            r"|find the recipient domain|nxdomain|null ?mx|does not accept mail"
        ),
    ),
    (
        Reason.UNKNOWN_USER,
        (
            r"(user|mailbox|recipient|account|address|person|alias).{0,80}"
            r"(unknown|does ?n.t exist|does not exist|not exist|not found|not known)"
            r"|(unknown|invalid|no such) (user|mailbox|recipient|local part|account|address|person)"
            r"|(invalid|bad) (destination )?mailbox|no mailbox here|recipientnotfound"
            r"|unknown or illegal (user|alias)|does ?n.t have an? .{0,30}account"
            r"|unroutea?ble address|address is marked as invalid|5\.1\.0 address rejected"
            # Outlook.com and GMX say no more than this, unless it is about policy (5.7.x).
            r"|550(?!.{0,8}\b5\.7\.).{0,60}mailbox unavailable"
            r"|not our customer|address not listed|5\.4\.1.{0,60}access denied"
        ),
    ),
    (
        Reason.BAD_DOMAIN,
        (
            r"(host|domain)( name)?.{0,60}(not found|unknown|does not exist)"
            r"|unrouteable (mail )?domain|no mx record"
        ),
    ),
    (
        Reason.EXPIRED,
        (
            r"retry timeout|(delivery|retry|queue)( time| period)?.{0,20}(expired|exceeded)"
            r"|could not be delivered (for|within)|gave up|giving up|message expired"
        ),
    ),
    (
        Reason.SYSTEM,
        r"temporary (server|system|local) (error|problem)|temporary lookup failure|proxy session",
    ),
)
#: Words that leave much open: they speak only where the code is silent.
VAGUE_WORDS: tuple[tuple[Reason, str], ...] = (
    (
        Reason.NETWORK,
        (
            r"connection (refused|timed out|reset|lost)|timed? ?out|unreachable|no route"
            r"|(name|dns|mx) (service|lookup).{0,20}(error|fail)"
        ),
    ),
    (
        Reason.POLICY,
        (
            r"polic(y|ies)|access denied|not (allowed|permitted|authori[sz]ed|accepted)|prohibit"
            r"|service refused|your access"
        ),
    ),
    (Reason.SYSTEM, r"system (error|problem|resources)|local error|internal (server )?error"),
)
