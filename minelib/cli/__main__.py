"""``python -m minelib.cli``."""

import sys

from minelib.cli import main

sys.exit(main())
