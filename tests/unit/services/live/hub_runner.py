"""A hub that can be killed: applies what comes, and says how far it is.

    python hub_runner.py URL JOURNAL

Prints the number of frames after each cycle that has ended.
"""

import sys
import time
from contextlib import closing
from pathlib import Path

from live_samples import PARTITIONS, stages
from tocsin.control.database import Database
from tocsin.journal.local import LocalJournal
from tocsin.ports.journal import Topic
from tocsin.services.live.hub import HubCycle


def main(url: str, folder: str) -> None:
    journal = LocalJournal(Path(folder), [Topic("signals", PARTITIONS, ("hub",))])
    with closing(Database(url)) as database, closing(HubCycle(database, journal, stages())) as hub:
        print("ready", flush=True)
        while True:
            print(frames := hub.step().frames, flush=True)
            time.sleep(0.0 if frames else 0.01)


if __name__ == "__main__":
    main(*sys.argv[1:])
