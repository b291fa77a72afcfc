"""`tocsin init`."""

import argparse
import shlex
import sys
from pathlib import Path

from tocsin.cli.main import OK


def run(arguments: list[str]) -> int:
    """Write the files, and name them on standard output."""
    parser = argparse.ArgumentParser(
        prog="tocsin init",
        description="Write tocsin.toml, a token for senders, a hardened systemd unit and a Containerfile to start from.",
    )
    parser.add_argument(
        "folder", nargs="?", default=".", metavar="DIR", help="where to write (default: here)"
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that are there")
    given = parser.parse_args(arguments)
    from tocsin.services.settings_init import write_files

    files = write_files(Path(given.folder), force=given.force)
    print("\n".join(map(str, files)))
    config = shlex.quote(str(files[0]))
    print(f"Next: tocsin check --config {config} && tocsin serve --config {config}", file=sys.stderr)
    return OK
