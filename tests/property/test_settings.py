"""Reading settings is total: any document gives settings or mistakes, and nothing in it reaches a terminal."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.hidden import HIDDEN
from tocsin.services.kinds import kinds
from tocsin.settings.across import across
from tocsin.settings.load import read_document
from tocsin.settings.mistake import Severity
from tocsin.settings.plain import plain_of
from tocsin.settings.quote import dotted
from tocsin.settings.reader import WRONG, Reader
from tocsin.settings.schema import keys_of
from tocsin.settings.tables import Route, Settings

CONFIGS = [config for found in kinds().values() for config in found.values()]
TABLES = [
    Settings,
    Route,
    *CONFIGS,
    *(key.type for key in keys_of(Settings).values() if type(key.type) is type(Settings)),
]
NAMES = sorted(
    {name for table in TABLES for name in keys_of(table)} | {"kind", "env", "file", "cert", "key", "standard"}
)
WORDS = [
    "http",
    "syslog",
    "slack",
    "all",
    "high",
    "5m",
    "1MiB",
    "127.0.0.1:80",
    "0.0.0.0:80",
    "UTC",
    "tls",
    "x",
]
VALUES: Any = st.recursive(
    st.sampled_from(WORDS)
    | st.text(max_size=5)
    | st.integers()
    | st.floats()
    | st.booleans()
    | st.datetimes(),
    lambda one: (
        st.lists(one, max_size=3)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=3), one, max_size=5)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(list(keys_of(Settings))), VALUES, max_size=6))
def test_any_document(document: dict[str, Any]) -> None:
    reader = Reader(kinds())
    read = reader.table(Settings, document, ())
    faults = [*reader.faults, *(() if read is WRONG else across(read, document))]
    assert not any(HIDDEN.search(dotted(one.keys) + one.text) for one in faults)
    if not any(one.severity is Severity.ERROR for one in faults):
        assert read_document(plain_of(read), kinds()) == read
