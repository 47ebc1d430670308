"""What the list keeper is asked: of the file as a whole, and of columns that nobody knows."""

from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict, Field, field_validator
from starlette.datastructures import FormData

from mailer import languages
from mailer.contacts.importing.columns import parse_target
from mailer.contacts.importing.columns.wording import LEFT_OUT
from mailer.contacts.importing.files.guards import LARGEST_FILE, MEGABYTE
from mailer.errors import BadInput
from mailer.models import LegalBasis
from mailer.web.forms import Bound
from mailer.web.importing.receiving import Upload
from mailer.web.importing.waiting import Found

BASES = {
    LegalBasis.LEGITIMATE_INTEREST: "Legitimate interest: they work for the press",
    LegalBasis.PUBLIC_TASK: "Public task: informing the press is our duty",
    LegalBasis.CONSENT: "Consent: they agreed, and we can show it",
    LegalBasis.OTHER: "Another one",
}


class ImportForm(BaseModel):
    """What is said with a file."""

    model_config = ConfigDict(frozen=True, str_strip_whitespace=True)

    source: str = Field(default="", max_length=200)
    basis: LegalBasis
    language: str = ""

    @field_validator("basis", mode="before")
    @classmethod
    def _is_chosen(cls, value: object) -> object:
        if value not in set(LegalBasis):
            raise ValueError("Say why we may hold these people's data.")
        return value

    @field_validator("language")
    @classmethod
    def _is_offered(cls, value: str) -> str:
        if value and value not in languages.cover_languages():
            raise ValueError("Choose one of the languages in the list.")
        return value


@dataclass(frozen=True)
class Question:
    """A column, and what it is said to mean."""

    header: str
    #: What it meant before; empty when nobody knew.
    was: str = ""
    target: str = ""
    error: str = ""
    doubt: str = ""
    nearest: tuple[str, ...] = ()
    #: What stands there in the first row, where a file has no header.
    sample: str = ""
    #: The first different values below its header.
    samples: tuple[str, ...] = ()


def with_file_wanted(bound: Bound[ImportForm], upload: Upload) -> Bound[ImportForm]:
    """The form, and what is wrong with the file before anybody reads it."""
    if not upload.file_name:
        return bound.with_error("file", "choose a file")
    if upload.is_too_large:
        most = f"{LARGEST_FILE // MEGABYTE} MB is the most"
        return bound.with_error("file", f"the file is too large, {most}: split it into parts")
    if not upload.size:
        return bound.with_error("file", "the file is empty: choose another")
    return bound


def questions_of(found: Found) -> list[Question]:
    """The columns that have to be explained; else all that there are, as they are understood."""
    if found.unknown or found.report is None:
        return [
            Question(
                one.header,
                doubt=one.doubt,
                nearest=one.nearest,
                sample=one.sample,
                samples=one.samples,
            )
            for one in found.unknown
        ]
    named = {one.header: one for sheet in found.report.sheets for one in sheet.columns}
    return [
        Question(header, was=one.target, target=one.target, samples=one.samples)
        for header, one in named.items()
        if header
    ]


def answers_in(found: Found | None, form: FormData) -> list[Question]:
    """What was said of each column, with what is wrong beside it."""
    asked = {one.header: one for one in questions_of(found)} if found else {}
    lists = ([str(text) for text in form.getlist(name)] for name in ("header", "target", "was"))
    return [
        replace(asked.get(header, Question(header)), was=was, target=target, error=_wrong(target))
        for header, target, was in zip(*lists, strict=False)
    ]


def _wrong(target: str) -> str:
    if not target:
        return f"say what it means, or choose “{LEFT_OUT}”"
    try:
        parse_target(target)
    except BadInput as wrong:
        return str(wrong)
    return ""
