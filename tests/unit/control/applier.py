"""A hub that can be killed: applies batches in order from the first, and says how far it has come.

    python applier.py URL SEED SIZE

Prints the offset of each batch after its transaction has ended.
"""

import sys
from contextlib import closing

from alert_samples import batches, run
from tocsin.control.database import Database


def main(url: str, seed: str, size: str) -> None:
    with closing(Database(url)) as database:
        for batch in batches(int(seed), int(size)):
            with database.write() as connection:
                run(connection, batch)
            print(batch.origin.offset, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
