"""The target of a journal's files."""

from contextlib import closing
from pathlib import Path
from zlib import crc32

from fuzzing.mutate import Mutator
from fuzzing.records import ARRIVED
from fuzzing.target import Openers, Target
from tocsin.errors import ConfigError, DataError, DeliveryError
from tocsin.journal.frames import PREFIX
from tocsin.journal.local import LocalJournal
from tocsin.journal.log import Limits
from tocsin.model.place import Place
from tocsin.ports.journal import Frame, Topic

_TOPIC = Topic("events", consumers=("worker",))
_SMALL = Limits(segment=2_000, group=8_000, pending=1 << 20, reserve=0, scarce=0)


def segments(folder: Path) -> Target:
    """Files of a journal: a writer, a reader and a consumer that find them damaged, or forged with a right checksum."""
    with closing(LocalJournal(folder / "sound", [_TOPIC], _SMALL).appender("events", 0)) as appender:
        for number in range(6):
            appender.append(
                [Frame(b"%d" % number * 200, 1, ARRIVED, Place("x", 0, number), b"meta")]
            ).result()
    sound = {
        path.relative_to(folder / "sound"): path.read_bytes()
        for path in (folder / "sound").rglob("*")
        if path.is_file()
    }
    consumer = LocalJournal(folder / "sound", [_TOPIC], _SMALL).consumer("worker", "events", 0)
    consumer.commit(2)
    consumer.close()
    names = sorted(sound)

    def make(mutator: Mutator) -> bytes:
        name = mutator.random.randrange(len(names))
        data = mutator.changed(sound[names[name]], 2)
        return bytes([name]) + (_sealed(data) if mutator.random.random() < 0.3 else data)

    def run(data: bytes) -> None:
        place = folder / "tried"
        for name, content in sound.items():
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_bytes(content)
        (place / names[data[0]]).write_bytes(data[1:])
        for path in place.rglob("*.log"):
            if path.relative_to(place) not in sound:
                path.unlink()
        for use in (_read_all, _write_one):
            try:
                use(LocalJournal(place, [_TOPIC], _SMALL))
            except (DataError, DeliveryError, ConfigError):
                continue

    return Target(make, run)


def _sealed(data: bytes) -> bytes:
    """Return a segment whose first frame has the checksum that it should."""
    begin = 8 + PREFIX.size + PREFIX.unpack_from(data.ljust(16, b"\0"), 8)[0]
    if begin + PREFIX.size > len(data):
        return data
    length, _ = PREFIX.unpack_from(data, begin)
    at = begin + PREFIX.size
    return data[:begin] + PREFIX.pack(length, crc32(data[at : at + length])) + data[at:]


def _read_all(journal: LocalJournal) -> None:
    with closing(journal.reader("events", 0)) as reader:
        while reader.read():
            pass


def _write_one(journal: LocalJournal) -> None:
    with closing(journal.appender("events", 0)) as appender:
        appender.append([Frame(b"new", 1, ARRIVED)]).result(30)
        with closing(journal.consumer("worker", "events", 0)) as consumer:
            consumer.commit(consumer.offset + 1)


OPENERS: Openers = {"journal files": segments}
