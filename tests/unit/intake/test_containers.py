"""Packed files: all that can be read is, what cannot is said, and nothing unfolds without end."""

import bz2
import gzip
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tocsin.intake import unpacking
from tocsin.intake.containers import MAX_MEMBERS, kind_of
from tocsin.intake.files import Progress, Unit, read
from tocsin.intake.lines import Record

LINES = [b"%d %08x" % (number, number * 2_654_435_761 % 2**32) for number in range(20_000)]
TEXT = b"\n".join(LINES) + b"\n"
PACK: dict[str, Callable[[bytes], bytes]] = {
    "gz": gzip.compress,
    "bz2": bz2.compress,
    "xz": lzma.compress,
    "zst": zstandard.compress,
}


def reference(kind: str, packed: bytes) -> bytes:
    """What the libraries themselves make of a cut stream, asked for as much as they have."""
    if kind == "gz":
        return zlib.decompressobj(31).decompress(packed)
    if kind == "bz2":
        return bz2.BZ2Decompressor().decompress(packed)
    if kind == "xz":
        return lzma.LZMADecompressor().decompress(packed)
    return bytes(zstandard.ZstdDecompressor().decompressobj().decompress(packed))


def pieces(path: Path, content: bytes) -> tuple[list[bytes], list[tuple[str, str]]]:
    """Return the records, and (stream, reason) of what could not be read."""
    path.write_bytes(content)
    progress = Progress()
    found = list(read(Unit(str(path)), [], progress))
    assert progress.taken <= len(content) * 3  # a zip's directory is read more than once
    records = [piece.content for _, piece in found if isinstance(piece, Record)]
    losses = [
        (origin.name.removeprefix(str(path)), piece.error.reason)
        for origin, piece in found
        if not isinstance(piece, Record)
    ]
    return records, losses


@pytest.mark.parametrize("kind", PACK)
def test_whole_streams(kind: str, tmp_path: Path) -> None:
    packed = PACK[kind](TEXT)
    assert kind_of(packed) == kind
    assert pieces(tmp_path / "any.name", packed) == (LINES, [])


@pytest.mark.parametrize("kind", PACK)
def test_streams_behind_one_another(kind: str, tmp_path: Path) -> None:
    assert pieces(tmp_path / "a.log", PACK[kind](b"one\n") + PACK[kind](b"two\n")) == ([b"one", b"two"], [])


@pytest.mark.parametrize("kind", PACK)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_cut_stream_gives_all_that_is_in_it(kind: str, part: float, tmp_path: Path) -> None:
    packed = PACK[kind](TEXT)[: int(len(PACK[kind](TEXT)) * part)]
    records, losses = pieces(tmp_path / "a.log", packed)
    assert records == reference(kind, packed).splitlines()
    assert losses == [("", "cut short or damaged")]


@pytest.mark.parametrize("kind", PACK)
def test_a_stream_cut_at_its_end(kind: str, tmp_path: Path) -> None:
    records, losses = pieces(tmp_path / "a.log", PACK[kind](TEXT)[:-1])
    assert len(records) == len(LINES) or kind in {"bz2", "zst"}
    assert losses == [("", "cut short or damaged")]


@pytest.mark.parametrize("kind", [*PACK, "zip"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(place=st.floats(0, 1), junk=st.binary(min_size=1, max_size=40), insert=st.booleans())
def test_a_damaged_stream_ends_nothing_else(
    kind: str, place: float, junk: bytes, insert: bool, tmp_path: Path
) -> None:
    packed = archive({"a.log": TEXT[:5_000], "b.log": b"b\n"}) if kind == "zip" else PACK[kind](TEXT[:5_000])
    at = int(place * len(packed))
    records, losses = pieces(
        tmp_path / "a.log", packed[:at] + junk + packed[at if insert else at + len(junk) :]
    )
    assert all(
        reason in {"cut short or damaged", "cannot be unpacked", "packed too deep"} for _, reason in losses
    )
    assert len(records) < 5_000


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", method) as file:
        for name, content in members.items():
            file.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_archives(method: int, tmp_path: Path) -> None:
    packed = archive({"a.log": TEXT, "deep/b.log": b"b\n", "__MACOSX/a.log": b"no\n", "empty/": b""}, method)
    assert pieces(tmp_path / "a.zip", packed) == ([*LINES, b"b"], [])


def test_members_are_named(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(archive({"a.log": b"a\n", "b.log": gzip.compress(b"b\n")}))
    found = [(origin.name, piece.line) for origin, piece in read(Unit(str(path)), [], Progress())]
    assert found == [(f"{path}!a.log", 1), (f"{path}!b.log", 1)]


def test_a_damaged_member_does_not_hide_the_others(tmp_path: Path) -> None:
    packed = bytearray(
        archive({"a.log": TEXT[:999], "b.log": TEXT[:999], "c.log": b"c\n"}, zipfile.ZIP_STORED)
    )
    packed[packed.index(b"b.log") + 300] ^= 1
    records, losses = pieces(tmp_path / "a.zip", bytes(packed))
    assert losses == [("!b.log", "cut short or damaged")]
    assert records[-1] == b"c"


def test_members_that_cannot_be_unpacked(tmp_path: Path) -> None:
    packed = bytearray(archive({"a.log": b"a\n", "b.log": b"b\n", "c.log": b"c\n"}))
    first = packed.index(b"PK\1\2")
    packed[first + 8] |= 1  # encrypted
    packed[packed.index(b"PK\1\2", first + 1) + 10] = 99  # a method that nobody knows
    records, losses = pieces(tmp_path / "a.zip", bytes(packed))
    assert records == [b"c"]
    assert losses == [("!a.log", "cannot be unpacked"), ("!b.log", "cannot be unpacked")]


def test_a_cut_archive(tmp_path: Path) -> None:
    assert pieces(tmp_path / "a.zip", archive({"a.log": TEXT})[:-30]) == ([], [("", "cut short or damaged")])


def test_layers(tmp_path: Path) -> None:
    layers = TEXT
    for kind in ("gz", "xz", "zst"):
        layers = PACK[kind](layers)
    assert pieces(tmp_path / "a.log", layers) == (LINES, [])
    assert pieces(tmp_path / "b.log", bz2.compress(layers)) == ([], [("", "packed too deep")])


@pytest.mark.parametrize("outer", [gzip.compress, lambda inner: archive({"inner.zip": inner})])
def test_an_archive_inside_another_file(outer: Callable[[bytes], bytes], tmp_path: Path) -> None:
    records, losses = pieces(tmp_path / "a", outer(archive({"a.log": b"a\n"})))
    assert records == []
    assert [reason for _, reason in losses] == ["packed too deep"]


def test_too_many_members(tmp_path: Path) -> None:
    packed = archive({f"{number}.log": b"" for number in range(MAX_MEMBERS + 1)}, zipfile.ZIP_STORED)
    assert pieces(tmp_path / "a.zip", packed) == ([], [("", "too many members")])


@pytest.fixture
def narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 100_000)
    monkeypatch.setattr(unpacking, "MAX_RATIO", 20)


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("kind", [*PACK, "zip"])
def test_a_bomb_is_not_unfolded(kind: str, tmp_path: Path) -> None:
    bomb = b"a" * 99 + b"\n"
    packed = archive({"a.log": bomb * 30_000}) if kind == "zip" else PACK[kind](bomb * 30_000)
    records, losses = pieces(tmp_path / "a.log", packed)
    assert [reason for _, reason in losses] == ["unfolds without end"]
    assert 0 < len(records) * 100 <= 100_000 + 20 * len(packed) * 2


@pytest.mark.usefixtures("narrow")
def test_layers_of_bombs_do_not_multiply(tmp_path: Path) -> None:
    packed = gzip.compress(gzip.compress(b"a" * 50_000_000))
    _, losses = pieces(tmp_path / "a.log", packed)
    assert [reason for _, reason in losses] == ["unfolds without end"]


@pytest.mark.usefixtures("narrow")
def test_many_small_bombs_are_one_bomb(tmp_path: Path) -> None:
    packed = archive({f"{number}.log": b"a" * 60_000 for number in range(50)})
    _, losses = pieces(tmp_path / "a.zip", packed)
    assert {reason for _, reason in losses} == {"unfolds without end"}


@pytest.mark.usefixtures("narrow")
@pytest.mark.parametrize("kind", PACK)
def test_real_logs_are_no_bomb(kind: str, tmp_path: Path) -> None:
    assert pieces(tmp_path / "a.log", PACK[kind](TEXT)) == (LINES, [])


def test_what_only_begins_like_a_packed_file(tmp_path: Path) -> None:
    for magic in (b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"\xfd7zXZ\0", b"BZh", b"PK\3\4"):
        records, losses = pieces(tmp_path / "a.log", magic + b"not at all\n" * 100)
        assert records == []
        assert losses == [("", "cut short or damaged")]


@pytest.mark.usefixtures("narrow")
def test_bombs_in_members_are_one_bomb(tmp_path: Path) -> None:
    packed = archive({f"{number}.log": gzip.compress(b"a\n" * 20_000) for number in range(50)})
    records, losses = pieces(tmp_path / "a.zip", packed)
    assert [reason for _, reason in losses] == ["unfolds without end"]
    assert len(records) * 2 <= 100_000 + 20 * len(packed)


def test_an_archive_of_many_bombs_is_not_unfolded(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(unpacking, "FREE_BYTES", 1_000_000)
    packed = archive({f"{number}.log": b"a\n" * 1_000_000 for number in range(60)})
    records, losses = pieces(tmp_path / "a.zip", packed)
    assert [reason for _, reason in losses] == ["unfolds without end"]
    assert len(records) * 2 <= 1_000_000 + len(packed) * unpacking.MAX_RATIO < 60_000_000


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_a_tar_archive_is_said_to_be_one(pack: Callable[[bytes], bytes], tmp_path: Path) -> None:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archived:
        member = tarfile.TarInfo("a.log")
        member.size = len(TEXT)
        archived.addfile(member, io.BytesIO(TEXT))
    path = tmp_path / "a"
    path.write_bytes(pack(made.getvalue()))
    ((_, piece),) = read(Unit(str(path)), [], Progress())
    assert not isinstance(piece, Record)
    assert str(piece.error) == "cannot be unpacked: a tar archive; unpack it first"
