"""The words of the public pages, from the same catalogs as the covers, in the reader's language."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from markupsafe import Markup, escape

from mailer import languages
from mailer.errors import BadInput
from mailer.models import Office
from mailer.releases import offices

#: A scheme such as mailto:, and not a host with its port.
OTHER_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:(?!\d)")


@dataclass(frozen=True)
class Notice:
    """One page: a heading, its sentences, and perhaps its one button."""

    heading: str
    sentences: tuple[Markup, ...]
    button: str = ""
    #: For readers who are measured in person: what they agreed to, and the button that ends it.
    measuring: Markup | None = None
    measuring_button: str = ""
    #: A thing was done: the page shows a tick.
    is_done: bool = False


@dataclass(frozen=True)
class PublicWords:
    """What the public pages of an office say in one language."""

    office: Office
    language: str

    @property
    def direction(self) -> str:
        """Which way the page runs."""
        return languages.direction(self.language)

    @property
    def office_name(self) -> str:
        """The office as its masthead names it to these readers."""
        return offices.masthead_name(self.office, self.language)

    @property
    def website(self) -> str:
        """The address of the office's own pages; empty when it has none."""
        return _web_address(self.office.website)

    @property
    def privacy_notice(self) -> str:
        """The address of the office's privacy notice; empty when it has none."""
        return _web_address(self.office.privacy_url)

    @property
    def privacy(self) -> str:
        """The words of the link to the office's privacy notice."""
        english = "Privacy and your rights"
        return self._own(english) or languages.catalog(self.language).pgettext("cover", english)

    @property
    def about_title(self) -> str:
        """The words of the link to the help page."""
        return self._plain("About this list")

    def leaving(self, address: str, *, is_measured: bool) -> Notice:
        """Before leaving: nothing has changed yet. An erased reader has no address any more."""
        what = self._say(
            "The address {address} will no longer receive press releases from {office}.",
            address=_isolated(address),
            office=_isolated(self.office_name),
        )
        return Notice(
            heading=self._plain("Unsubscribe from press releases"),
            sentences=(what,) if address else (),
            button=self._plain("Unsubscribe"),
            measuring=self._agreed() if is_measured else None,
            measuring_button=self._plain("Stop measuring"),
        )

    def left(self, address: str) -> Notice:
        """After leaving; without an address when it had left before."""
        already = self._say("This address is already unsubscribed.")
        now = self._say(
            "We will not send press releases to {address} any more."
            " Releases still waiting to go out were stopped.",
            address=_isolated(address),
        )
        return Notice(
            heading=self._plain("You have been unsubscribed"),
            sentences=(
                now if address else already,
                self._say("If this was a mistake, write to {email}.", email=self._mailbox()),
            ),
            is_done=True,
        )

    def not_measured(self) -> Notice:
        """After the measuring was stopped."""
        also = self._say("This also holds for messages that you have already received.")
        return Notice(
            heading=self._plain("Your opens and clicks are no longer measured."),
            sentences=(also,),
            is_done=True,
        )

    def not_valid(self) -> Notice:
        """For a link that is not ours, or damaged."""
        what = self._say(
            "The link is damaged or incomplete. Please copy the whole link from the e-mail,"
            " or write to us at {email}.",
            email=self._mailbox(),
        )
        return Notice(heading=self._plain("This link is not valid"), sentences=(what,))

    def not_found(self) -> Notice:
        """For an address that leads nowhere."""
        return Notice(heading=self._plain("Page not found"), sentences=(self._mailbox(),))

    def about(self) -> Notice:
        """The help page that List-Help names."""
        what = self._say(
            "This is the press distribution list of {office}. Journalists and newsrooms receive it"
            " because they work on subjects that the office covers. Every message has a link to"
            " leave; it needs no password.",
            office=_isolated(self.office_name),
        )
        return Notice(heading=self.about_title, sentences=(what, self._mailbox()))

    def _agreed(self) -> Markup:
        return self._say(
            "You agreed that {office} sees whether you open its messages and follow their links.",
            office=_isolated(self.office_name),
        )

    def _plain(self, english: str) -> str:
        return self._own(english) or languages.catalog(self.language).pgettext("page", english)

    def _own(self, english: str) -> str:
        """What the office says for it itself; empty where it has no words of its own."""
        wordings = self.office.wordings
        match = languages.closest(self.language, wordings) if wordings else None
        return wordings[match].get(english, "") if match else ""

    def _say(self, english: str, **values: Markup) -> Markup:
        return escape(self._plain(english)).format(**values)

    def _mailbox(self) -> Markup:
        address = self.office.email or self.office.reply_to
        return Markup('<a href="mailto:{0}"><bdi dir="ltr">{0}</bdi></a>').format(address)


def preferred_language(accepted: str, *, otherwise: str) -> str:
    """The first language of an Accept-Language header that we have, else the office's, else en."""
    ours = languages.cover_languages()
    match = languages.first_match(_readable(accepted), ours)
    if match is None:
        match = languages.first_match([otherwise], ours)
    return match[1] if match else "en"


def _readable(accepted: str) -> Iterator[str]:
    """The tags of the header, best first (RFC 9110 section 12.5.4); what is none is left aside."""
    weighed = [part.partition(";q=") for part in accepted[:500].replace(" ", "").split(",")]
    for tag, *_ in sorted(weighed, key=lambda part: -_weight(part[2])):
        try:
            yield languages.parse(tag)
        except BadInput:
            continue


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def _web_address(written: str) -> str:
    """What people write as www.example.org, as a link needs it; empty for what is no web page."""
    if written.lower().startswith(("http://", "https://")) or not written:
        return written
    host = written.removeprefix("//")
    return "" if OTHER_SCHEME.match(host) else f"https://{host}"


def _isolated(value: str) -> Markup:
    """A name or an address amid a sentence that may run the other way."""
    return Markup("<bdi>{}</bdi>").format(value)
