"""The public pages say it in the office's own words, where it has any."""

from mailer.models import Office
from mailer.releases.offices.wordings import read_wordings
from mailer.web.public_words import PublicWords


def test_an_office_has_words_of_its_own_on_its_public_pages(office: Office) -> None:
    english = "If this was a mistake, write to {email}."
    office.wordings = read_wordings(
        {"da": {english: "Var det en fejl <?> Skriv til {email}.", "Unsubscribe": "Frameld"}}
    )
    danish = PublicWords(office, "da").left("karen@havn.example")
    assert str(danish.sentences[1]).startswith("Var det en fejl &lt;?&gt; Skriv til <a href=")
    assert PublicWords(office, "da").leaving("x@y.example", is_measured=False).button == "Frameld"
    english_words = PublicWords(office, "en").left("karen@havn.example")
    assert str(english_words.sentences[1]).startswith("If this was a mistake, write to <a")
