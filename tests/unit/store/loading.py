"""A process that loads a journal into a store until it is told to stop: `loading.py FOLDER FRAMES`."""

import sys
from pathlib import Path

from store_samples import journal_of
from tocsin.store.database import Database
from tocsin.store.loader import Bounds, Loader
from tocsin.store.schema import migrate


def main() -> None:
    folder, frames = Path(sys.argv[1]), int(sys.argv[2])
    print("started", flush=True)
    database = Database(folder / "db")
    migrate(database, token_index=True)
    loader = Loader(journal_of(folder / "journal"), database, folder, Bounds(rows=40, seconds=0.01))
    ends = [loader._journal.kept("columns", partition).stop for partition in range(2)]
    assert sum(ends) == frames
    while [consumer.offset for consumer in loader._consumers] != ends:
        loader.step(0.01)
        print(loader.loaded.blocks, flush=True)
    loader.close()
    database.close()


if __name__ == "__main__":
    main()
