"""`python -m mailer.web`: the pages as a process of their own."""

import sys

from mailer import database, logs
from mailer.contacts.lost_keys import refuse_lost_keys
from mailer.errors import MailerError
from mailer.migrations import refuse_outdated
from mailer.settings import load
from mailer.web.serving import serve
from mailer.web.static_files import refuse_missing


def main() -> None:
    """Serve by the settings of the usual places; an error is one line and an exit code."""
    logs.configure()
    try:
        refuse_missing()
        settings = load()
        engine = database.connect(settings.database_url)
        refuse_outdated(engine)
        refuse_lost_keys(engine, settings.signing_keys.keys())
        engine.dispose()
        serve(settings)
    except MailerError as wrong:
        sys.stderr.write(f"mailer web: {wrong}\n")
        sys.exit(wrong.exit_code)


if __name__ == "__main__":
    main()
