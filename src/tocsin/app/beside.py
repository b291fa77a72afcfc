"""A thread beside a role's work: it does one thing again and again, and its mistakes end the role."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Beside:
    """Enter it to begin, leave it to end. step: called every `seconds`; it must not take long after a stop."""

    def __init__(self, name: str, step: Callable[[], object], seconds: float) -> None:
        self._step, self._seconds = step, seconds
        self._stopping = threading.Event()
        self._broken: BaseException | None = None
        # A daemon: what hangs does not keep a role alive that is to end.
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def check(self) -> None:
        """Raise what ended the thread, if something did: the role ends with it."""
        if self._broken:
            raise self._broken

    def _run(self) -> None:
        try:
            while not self._stopping.wait(self._seconds):
                self._step()
        except BaseException as error:  # noqa: BLE001 (carried to the role's own thread, which ends with it)
            self._broken = error

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join(5.0)
