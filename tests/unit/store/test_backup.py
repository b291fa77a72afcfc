"""What was backed up is restored, equal."""

from pathlib import Path

import pytest

from store_samples import Filled, event, frame
from tocsin.errors import ConfigError
from tocsin.model.received import Context
from tocsin.ports.store import Question
from tocsin.store.backup import backup, restore


def test_a_backup_is_restored_equal(tmp_path: Path) -> None:
    folder = tmp_path / "it's a backup"
    with Filled(tmp_path / "one") as one:
        one.load([event(b"\xff", user__name="al", source__port=0), event('{"a": "b"}')])
        one.load([event("Failed password")], context=Context("hook", retention="long"))
        backup(one.database, folder)
        with pytest.raises(ConfigError, match="is there already"):
            backup(one.database, folder)
        with pytest.raises(ConfigError, match="empty store"):
            restore(one.database, folder)
        expected = one.reader.search(Question())
    with Filled(tmp_path / "other", token_index=False) as other:
        with pytest.raises(ConfigError, match="no backup"):
            restore(other.database, tmp_path)
        restore(other.database, folder)
        assert other.reader.search(Question()) == expected
        assert other.reader.count(Question('"failed password"')) == 1
        other.write([frame(0, [event()], partition=1)], 1)
        assert other.loader.step(flush=True) == 1
        assert other.reader.count(Question()) == 4
