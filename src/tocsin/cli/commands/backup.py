"""`tocsin backup`."""

import argparse
import sys
from pathlib import Path

from tocsin.cli.live import settings_option
from tocsin.cli.main import OK
from tocsin.report.words import plural, size

_EXAMPLES = """examples:
  tocsin backup /backups/tocsin-2026-11-23
  tocsin backup /backups/tocsin-2026-11-23 --config /etc/tocsin/tocsin.toml

exit codes: 0 fine, 2 the monitor runs or the folder is there already, 3 something could not be read or written
"""


def run(arguments: list[str]) -> int:
    """Back up."""
    parser = argparse.ArgumentParser(
        prog="tocsin backup",
        description="Copy everything that a stopped monitor has into a new folder: events, alerts, the audit trail, "
        "keys, how far inputs are. The settings file is not part of it.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="FOLDER", help="where to: a new folder")
    settings_option(parser)
    given = parser.parse_args(arguments)
    from tocsin.services.backup import backup

    made = backup(Path(given.config), Path(given.folder))
    total = sum(one.size for one in made.files.values())
    print(f"{given.folder}: {plural(len(made.files), 'file')}, {size(total)}")
    if made.control != "sqlite":
        print(
            "the control database is PostgreSQL: back it up with pg_dump before the monitor starts",
            file=sys.stderr,
        )
    return OK
