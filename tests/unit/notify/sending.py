"""A hub's sender that can be killed: sends what is in an outbox to one webhook until it is.

    python sending.py DATABASE_URL WEBHOOK_URL

Prints a line when it has begun.
"""

import sys
import threading
from contextlib import closing

from tocsin.control.database import Database
from tocsin.notify.lane import Outlet
from tocsin.notify.sender import Sender
from tocsin.notify.webhook.config import Config
from tocsin.notify.webhook.notifier import open_notifier
from tocsin.settings.secret import Secret


def main(database_url: str, url: str) -> None:
    notifier = open_notifier("oncall", Config(url=Secret(literal=url)))
    with closing(Database(database_url)) as database:
        sender = Sender(database, {"oncall": Outlet(notifier, per_minute=1_000_000)})
        sender.start()
        print("begun", flush=True)
        while True:
            sender.check()
            threading.Event().wait(0.1)


if __name__ == "__main__":
    main(*sys.argv[1:])
