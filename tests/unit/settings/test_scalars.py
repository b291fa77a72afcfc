"""Durations, sizes, addresses: read, refused with words, written back."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.model.hidden import HIDDEN
from tocsin.settings.scalars import Address, Duration, Hours, Listen, Network, Size
from tocsin.settings.zone import Zone

READ: list[tuple[Any, str, Any]] = [
    (Duration, "500ms", 0.5),
    (Duration, "2w", 1_209_600),
    (Duration, "0s", 0),
    (Size, "512B", 512),
    (Size, "16MiB", 16 << 20),
    (Size, "20 GB", 20 * 10**9),
    (Listen, "[::1]:80", Listen("::1", 80)),
    (Listen, "a-b.example:65535", Listen("a-b.example", 65_535)),
    (Network, "192.0.2.7", "192.0.2.7/32"),
    (Network, "2001:db8::/32", "2001:db8::/32"),
    (Hours, "22:00-06:00", "22:00-06:00"),
    (Zone, "Europe/Berlin", "Europe/Berlin"),
    (Address, "a+b@x.example", "a+b@x.example"),
]
REFUSED: list[tuple[Any, list[Any]]] = [
    (Duration, ["", "5", "5 m", "-5m", "1.5h", "5M", "999999999999w", "٣s", 5, None, True, "5m\n"]),
    (Size, ["", "5", "5Mb", "5mib", "-1KiB", "1.5GiB", 5, "9" * 40 + "B", "5KiB\n"]),
    (
        Listen,
        [
            "",
            ":80",
            "80",
            "x:0",
            "x:65536",
            "::1:80",
            "[x]:80",
            "1.2.3.999:80",
            "a b:80",
            "x:\uff180",
            "-x:80",
            80,
        ],
    ),
    (Network, ["", "10.0.0.1/8", "10.0.0.0/33", "x", 10, b"10.0", None]),
    (Hours, ["", "8:00-9:00", "24:00-25:00", "08:00-08:00", "08:00", 8]),
    (Zone, ["", "Mars/Base", "../../etc/passwd", "/etc/passwd", "Europe", "a\0b", 1, None, "x" * 5000]),
    (Address, ["", "x", "@x", "a@", "a b@x", "a@x\nBcc: b@x", "é@x", 1]),
]


@pytest.mark.parametrize(("kind", "text", "value"), READ, ids=str)
def test_is_read_and_written_back(kind: Any, text: str, value: Any) -> None:
    read = kind.read(text)
    assert read == value
    assert kind.read(str(read)) == read


@pytest.mark.parametrize(
    ("kind", "value"),
    [(kind, value) for kind, values in REFUSED for value in values],
    ids=lambda one: repr(one)[:30],
)
def test_is_refused_with_what_to_write(kind: Any, value: Any) -> None:
    with pytest.raises(ValueError, match='; write "') as refused:
        kind.read(value)
    assert not HIDDEN.search(str(refused.value))
    assert len(str(refused.value)) < 300


@given(st.integers(0, 3_000_000_000_000))
def test_every_duration_and_size_comes_back(number: int) -> None:
    assert Duration.read(str(Duration(number / 1000))) == number / 1000
    assert Size.read(str(Size(number))) == number


@pytest.mark.parametrize("kind", [Duration, Size, Listen, Network, Hours, Zone, Address])
@given(value=st.one_of(st.text(), st.integers(), st.none(), st.lists(st.text())))
def test_reading_is_total(kind: Any, value: Any) -> None:
    try:
        assert kind.read(str(kind.read(value))) == kind.read(value)
    except ValueError as error:
        assert not HIDDEN.search(str(error))


def test_what_an_address_reaches() -> None:
    assert Listen.read("0.0.0.0:1").everywhere
    assert Listen.read("localhost:1").local
    assert Listen.read("[::1]:1").local
    assert not Listen.read("10.0.0.1:1").local
    assert Hours("22:00-06:00").minutes == (1320, 360)
