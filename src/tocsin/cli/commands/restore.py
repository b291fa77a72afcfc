"""`tocsin restore`."""

import argparse
import sys
from pathlib import Path

from tocsin.cli.live import settings_option
from tocsin.cli.main import OK

_EXAMPLES = """examples:
  tocsin restore /backups/tocsin-2026-11-23
  tocsin restore /backups/tocsin-2026-11-23 --force

exit codes: 0 fine, 2 the monitor runs, there are data already, or the backup is damaged; nothing was changed
"""


def run(arguments: list[str]) -> int:
    """Restore."""
    parser = argparse.ArgumentParser(
        prog="tocsin restore",
        description="Put a backup into the data folder of a stopped monitor. Every file is verified first.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("folder", metavar="FOLDER", help="the backup")
    parser.add_argument("--force", action="store_true", help="move data that are there already aside")
    settings_option(parser)
    given = parser.parse_args(arguments)
    from tocsin.services.backup import restore
    from tocsin.services.backup_manifest import read

    folder = Path(given.folder)
    aside = restore(Path(given.config), folder, force=given.force)
    found = read(folder)
    print(f"restored what was there at {found.created}")
    if aside:
        print(f"what was there is in {aside}; delete it when it is not needed any more")
    if found.control != "sqlite":
        print(
            "the control database is PostgreSQL: restore the dump that was made at the same time",
            file=sys.stderr,
        )
    return OK
