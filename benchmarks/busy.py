"""A process that does nothing but work: `python -m benchmarks.busy`, ended by its input's end."""

import select
import sys


def main() -> None:
    """Count, and look up now and then."""
    while not select.select([sys.stdin], [], [], 0)[0]:
        sum(range(200_000))


if __name__ == "__main__":
    main()
