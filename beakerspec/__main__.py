"""``python -m beakerspec``."""

import sys

from .cli import main

sys.exit(main())
