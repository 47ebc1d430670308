"""`mailer init`: from an empty folder to settings, keys, tables and a first press officer."""

import secrets
from pathlib import Path
from typing import Annotated

import typer

from mailer import accounts, addresses, database
from mailer.cli.context import AsJson, Context
from mailer.errors import BadInput
from mailer.migrations.upgrading import upgrade
from mailer.models import OfficerRole
from mailer.settings import ROOT, load

CONFIG = ROOT / "config"
FILES = {"mailer.toml": "start.example.toml", "office.toml": "office.example.toml"}


def init(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="Where settings and data will live.")] = Path(),
    officer: Annotated[str, typer.Option(help="E-mail address of the first press officer.")] = "",
    name: Annotated[str, typer.Option(help="The officer's name.")] = "",
    as_json: AsJson = False,
) -> None:
    """Write settings and a secret key, make the database, create the first press officer."""
    desk: Context = context.obj
    if not officer:
        raise BadInput("name the first press officer: mailer init --officer you@office.example")
    addresses.parse(officer)
    try:
        config = _write_files(folder)
    except OSError as refused:
        raise BadInput(f"cannot write to {folder}: {refused}") from refused
    settings = load(config)
    engine = database.connect(settings.database_url)
    upgrade(engine)
    password = secrets.token_urlsafe(12)
    with database.writing(engine) as session:
        accounts.add_officer(
            session,
            officer,
            name=name or officer.partition("@")[0],
            password=password,
            role=OfficerRole.ADMINISTRATOR,
        )
    document = {"config": str(config), "officer": officer, "password": password}
    desk.answer(document, as_json=as_json, told=lambda: _tell(desk, document))


def _write_files(folder: Path) -> Path:
    """The files of a new installation; none of them is there yet, or nothing is written."""
    folder.mkdir(parents=True, exist_ok=True)
    targets = [folder / name for name in (*FILES, "secrets.toml")]
    if there := [str(path) for path in targets if path.exists()]:
        raise BadInput(f"{', '.join(there)} exists already: name an empty folder, or move it away")
    for name, example in FILES.items():
        (folder / name).write_bytes((CONFIG / example).read_bytes())
    key = f'[secrets]\nkeys = {{ 1 = "{secrets.token_hex(32)}" }}\n'
    secret = folder / "secrets.toml"
    secret.touch(mode=0o600, exist_ok=False)
    secret.write_text(key, encoding="utf-8")
    # Contacts and their addresses are nobody else's business.
    (folder / "var").mkdir(mode=0o700, exist_ok=True)
    return folder / "mailer.toml"


def _tell(desk: Context, document: dict[str, str]) -> None:
    desk.say(f"Settings: {document['config']} (keys are in secrets.toml beside it)")
    desk.say(f"Sign in as {document['officer']} with the password {document['password']}")
    desk.say("Next: edit mailer.toml and office.toml, then `mailer office save office.toml`")
