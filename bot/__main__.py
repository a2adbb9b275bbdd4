"""`python -m bot` and the `stopline` command."""

import sys


def main() -> int:
    """Runs the command line; the guard is looked at first, because it must start fast."""
    if sys.argv[1:2] == ["guard"]:
        from bot import guard

        return guard.main(sys.argv[2:])
    from bot import cli

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
