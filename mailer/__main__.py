"""`python -m mailer` is the command `mailer`."""

import sys

from mailer.cli import main

sys.exit(main())
