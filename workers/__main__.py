"""`python -m workers PART` runs one part."""

import sys

from workers.main import main

sys.exit(main())
