"""How late alerts are is measured of the attacks of one run, whatever others have left behind."""

from contextlib import closing
from pathlib import Path

from alert_samples import change, run
from live_load.latency import Watch
from live_load.plants import RULE
from live_load.stream import Body
from tocsin.control.database import Database
from tocsin.control.migrate import upgrade
from tocsin.model.alert import AlertBatch
from tocsin.model.match import Entities, RuleRef
from tocsin.model.place import Place

BODIES = [Body(first, 2, b"a\nb\n") for first in (0, 2, 4)]


def test_attacks_of_another_run_are_not_waited_for(tmp_path: Path) -> None:
    control = tmp_path / "control.db"
    mine, other = Watch(control, 1, 1), Watch(control, 2, 1)
    assert len(list(mine.bodies(iter(BODIES)))) == len(list(other.bodies(iter(BODIES)))) == 3
    rule = RuleRef(RULE, "Two-factor off", "high")
    found = [
        change(number, rule=rule, entities=Entities(user=(plant.user,)))
        for number, plant in enumerate([*other.plants, mine.plants[0]])
    ]
    with closing(Database(f"sqlite:///{control}")) as database:
        upgrade(database)
        with database.write() as connection:
            run(connection, AlertBatch(Place("signals", 0, 0), tuple(found)))
    mine.look()
    assert list(mine.seen) == [mine.plants[0].user]
    assert len(mine.waits()) == 1
