"""chDB: the one module that knows how to call it. One process at a time has a folder; its threads share it.

Never fork after this module is imported: chDB has threads of its own.
"""

import queue
import re
import signal
import threading
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeAlias

import pyarrow as pa
from chdb import ChdbError
from chdb.session import Session

from tocsin.errors import ConfigError, DeliveryError

READERS = 4
"""Questions that are answered at once; others wait for their turn."""
EXPORTS = READERS - 2
"""Exports among them, at most: they take as long as whoever reads them, and others must have their answers."""
_CRASHES = (signal.SIGSEGV, signal.SIGBUS, signal.SIGILL, signal.SIGFPE, signal.SIGABRT)
# Backups may go anywhere: nobody but store/backup.py says where. Merging has time until there is some to spare; what
# waits for it at last is inserting (chDB slows it down at 1,000 parts).
_SERVER = "backups.allowed_path=/&os_threads_nice_value_merge_mutate=10"
PATIENCE = 30.0
"""Seconds that a question, or an export, waits for its turn."""

Parameters: TypeAlias = Mapping[str, str]
"""Name -> text, for `{name:Type}` in a statement. See `text` for strings."""

_ESCAPED = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r", "\0": "\\0"})
_CODE = re.compile(r"Code: (\d+)")
_ARROW = "output_format_arrow_string_as_string = 0, output_format_arrow_low_cardinality_as_dictionary = 0"
# What may go wrong without anybody's mistake: chDB's code -> what to say, whether to try again.
_TROUBLES = {
    "158": ("the question reads too many rows; narrow it down by time or source", False),
    "159": (
        "the question takes too long; narrow it down by time or source, or raise store.query_time",
        False,
    ),
    "160": (
        "the question takes too long; narrow it down by time or source, or raise store.query_time",
        False,
    ),
    "241": ("not enough memory; narrow the question down, or raise store.query_memory", False),
    "396": ("the answer is too large; ask for fewer events at a time", False),
    "243": ("no room on the disk of the store", True),
    "252": ("too many parts: merging has to catch up", True),
    "75": ("the disk of the store cannot be written", True),
    "74": ("the disk of the store cannot be read", True),
}


def text(value: str) -> str:
    """Return a string as chDB wants a parameter of the type String written."""
    return value.translate(_ESCAPED)


def _let_crashes_kill() -> None:
    """Undo that chDB catches crashes: it then waits for ever, and a process that hangs is not started again."""
    if threading.current_thread() is threading.main_thread():
        for one in _CRASHES:
            signal.signal(one, signal.SIG_DFL)


class Database:
    """A folder of chDB: a connection to write, and some to read."""

    def __init__(self, folder: Path) -> None:
        if "?" in str(folder):
            raise ConfigError(f"{folder}: chDB takes no folder with a question mark in its name")
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.folder = folder
        self._writer = self._connect()
        self._free: queue.LifoQueue[Any] = queue.LifoQueue()
        for _ in range(READERS):
            self._free.put(self._connect())
        self._exports = threading.BoundedSemaphore(EXPORTS)
        _let_crashes_kill()

    def _connect(self) -> Any:
        connect: Callable[[str], Any] = Session
        try:
            return connect(f"{self.folder}?{_SERVER}")
        except (ChdbError, RuntimeError) as error:
            if "Code: 76." in str(error) or "lock" in str(error):
                raise DeliveryError(
                    f"{self.folder}: another process has this store", retryable=True
                ) from None
            raise

    def close(self) -> None:
        """Let another process have the folder. Nobody may be asking any more."""
        self._writer.close()
        while not self._free.empty():
            self._free.get().close()

    def run(self, statement: str, parameters: Parameters | None = None) -> None:
        """Change something. For one thread at a time."""
        with _explained():
            self._writer.query(statement, "Null", params=dict(parameters or {}))

    def insert(self, statement: str, block: pa.Table) -> None:
        """Run an INSERT that reads `Python(block)`: chDB finds the table by the name of the variable."""
        with _explained():
            self._writer.query(statement, "Null")
        del block

    def ask(
        self, statement: str, parameters: Parameters, settings: str, *, patience: float = PATIENCE
    ) -> pa.Table:
        """Return the answer; strings are of bytes. patience: seconds to wait for a turn."""
        with self._reader(patience) as reader, _explained():
            answer = reader.query(
                f"{statement} SETTINGS {_ARROW}, {settings}", "Arrow", params=dict(parameters)
            )
            content = answer.bytes()
        return pa.ipc.open_file(content).read_all() if content else pa.table({})

    def stream(
        self,
        statement: str,
        parameters: Parameters,
        settings: str,
        rows: int,
        *,
        patience: float = PATIENCE,
    ) -> Generator[pa.RecordBatch, None, None]:
        """Yield the answer so many rows at a time; close the iterator to stop early. patience: as of `ask`."""
        with self._exporting(patience), self._reader(patience) as reader, _explained():
            asked = f"{statement} SETTINGS {_ARROW}, {settings}, max_block_size = {rows}"
            with reader.send_query(asked, "Arrow", params=dict(parameters)) as result:
                yield from result.record_batch(rows_per_batch=rows)

    @contextmanager
    def _exporting(self, patience: float) -> Iterator[None]:
        if not self._exports.acquire(timeout=patience):
            raise DeliveryError(f"the store is busy with {EXPORTS} other exports; try again", retryable=True)
        try:
            yield
        finally:
            self._exports.release()

    @contextmanager
    def _reader(self, patience: float = PATIENCE) -> Iterator[Any]:
        try:
            reader = self._free.get(timeout=patience)
        except queue.Empty:
            raise DeliveryError("the store is busy with other questions; try again", retryable=True) from None
        try:
            yield reader
        except BaseException:
            # What it had written of an answer would stand before the next one's.
            reader.close()
            reader = self._connect()
            raise
        finally:
            self._free.put(reader)


@contextmanager
def _explained() -> Iterator[None]:
    """Say what is nobody's mistake as a DeliveryError; anything else is a mistake of ours, and loud."""
    try:
        yield
    except (ChdbError, RuntimeError) as error:
        found = _CODE.search(str(error))
        trouble = _TROUBLES.get(found[1]) if found else None
        if trouble is None:
            raise
        raise DeliveryError(trouble[0], retryable=trouble[1]) from None
