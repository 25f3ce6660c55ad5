"""`python -m nmes` is the same as `nmes`."""

import sys

from nmes.cli import main

if __name__ == "__main__":
    sys.exit(main())
