"""Who receives mail for a domain: hundreds of outlets share the servers of a few providers, and it
is the provider that minds how much comes at once (standards 3.5).

The group is named by the settings where they know it, else by the registrable part of the most
preferred mail server's name, else it is the domain itself.
"""

from mailer.settings.sections import ThrottleSettings

#: Below these, names are given out under a two-letter country: a registrable name has three labels.
SECOND_LEVELS = {
    *("ac", "asn", "co", "com", "edu", "gen", "go", "gob", "gouv", "gov", "gub", "gv", "ltd", "me"),
    *("mil", "ne", "net", "nom", "or", "org", "plc", "sch", "web"),
}


def provider_of(domain: str, settings: ThrottleSettings) -> str | None:
    """The provider that the settings name for a domain, or for the one it lies in."""
    for provider, domains in settings.providers.items():
        if any(domain == own or domain.endswith(f".{own}") for own in domains):
            return provider
    return None


def registrable(host: str) -> str:
    """The part of a host's name that somebody registered, as well as it can be told without a
    list of all registries: good enough to see which mail servers belong together.
    """
    labels = host.split(".")
    is_third = len(labels) > 2 and len(labels[-1]) == 2 and labels[-2] in SECOND_LEVELS
    return ".".join(labels[-3:] if is_third else labels[-2:])
