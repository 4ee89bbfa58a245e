"""``python -m minelib`` is the command ``minelib``."""

import sys

from minelib.cli import main

sys.exit(main())
