"""Events as HEC wraps them."""

import pytest

from tocsin.errors import DataError
from tocsin.sources.carriers import carriers

CASES = [
    (b'{"event":"Failed password"}', b"Failed password", {}),
    (b'{"event":"two\\nlines\\n"}', b"two\nlines", {}),
    (b'{"event":{"a": 1}}', b'{"a": 1}', {}),
    (b'{"event":{"a":1},"time":1795412730.746}', b'{"a":1}', {"@timestamp": 1795412730.746}),
    (b'{"event":"x","time":"1795412730.746"}', b"x", {"@timestamp": 1795412730.746}),
    (b'{"event":"x","time":1795412730746}', b"x", {"@timestamp": 1795412730.746}),
    (b'{"event":"x","time":"soon","host":"web1"}', b"x", {"host.name": "web1"}),
    (
        b'{"event":"x","sourcetype":"linux_secure","source":"/var/log/auth.log","index":"main","fields":{"env":"ci","n":1}}',
        b"x",
        {
            "hec.sourcetype": "linux_secure",
            "hec.source": "/var/log/auth.log",
            "hec.index": "main",
            "hec.env": "ci",
            "hec.n": "1",
        },
    ),
    (b'{"event":"half \\ud800 a pair","host":"h"}', "half \ufffd a pair".encode(), {"host.name": "h"}),
    (b'{"event":{"n":NaN},"host":{"a":1}}', b'{"n":"NaN"}', {"host.name": '{"a":1}'}),
]


@pytest.mark.parametrize(("record", "inner", "said"), CASES, ids=[case[0].decode()[:40] for case in CASES])
def test_an_event_comes_out_of_its_wrapping(record: bytes, inner: bytes, said: dict[str, object]) -> None:
    assert carriers()["hec"](record) == (inner, said)


@pytest.mark.parametrize(
    "record", [b"", b"x", b"[]", b'{"time":1}', b"{" * 2_000, b'{"event":' + b"[" * 100_000]
)
def test_what_is_no_such_object_is_told(record: bytes) -> None:
    with pytest.raises(DataError):
        carriers()["hec"](record)
