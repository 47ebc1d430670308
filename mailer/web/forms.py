"""Reads a submitted form into a model, and keeps what was typed beside what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.datastructures import FormData

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class Bound(Generic[Model]):
    """A form as it was typed: what each field holds, what is wrong, and the model if nothing is."""

    values: Mapping[str, str]
    errors: dict[str, str] = field(default_factory=dict)
    model: Model | None = None

    def with_error(self, name: str, message: str) -> "Bound[Model]":
        """The same form with one more thing that is wrong."""
        return Bound(values=self.values, errors={**self.errors, name: message})


def blank(model: type[Model], **given: str) -> Bound[Model]:
    """The form before anything is typed."""
    return Bound(values=dict.fromkeys(model.model_fields, "") | given)


def bind(model: type[Model], submitted: FormData) -> Bound[Model]:
    """The form as submitted. A file or an unknown field is left aside."""
    known = model.model_fields
    typed = {
        name: text for name, text in submitted.items() if name in known and isinstance(text, str)
    }
    values = dict.fromkeys(known, "") | typed
    try:
        return Bound(values=values, model=model(**typed))
    except ValidationError as wrong:
        return Bound(values=values, errors=_told(wrong))


def _told(wrong: ValidationError) -> dict[str, str]:
    errors: dict[str, str] = {}
    for error in wrong.errors(include_url=False, include_input=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        errors.setdefault(name, error["msg"].removeprefix("Value error, "))
    return errors
