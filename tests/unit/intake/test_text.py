"""Text in every encoding and with every line end becomes UTF-8 lines; what is no text stays as it is."""

import io
import marshal
import struct
import sys
import wave
from array import array
from hashlib import shake_256
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.intake import text as module
from tocsin.intake.lines import Record, lines
from tocsin.intake.text import HEAD, LEAST, LOOK, Writing, writing_of

ROOT = Path(__file__).parents[3]
PLAIN = Writing()
MARKS = {
    "utf-8": b"\xef\xbb\xbf",
    "utf-16-le": b"\xff\xfe",
    "utf-16-be": b"\xfe\xff",
    "utf-32-le": b"\xff\xfe\0\0",
    "utf-32-be": b"\0\0\xfe\xff",
}
LOG = "Mar  2 09:15:02 gate sshd[1]: Accepted password for äna from 198.51.100.7\n" * 3


def rewritten(content: bytes) -> bytes:
    return b"".join(writing_of(content[:HEAD]).blocks(io.BytesIO(content)))


def records(content: bytes) -> list[bytes]:
    found = list(lines(writing_of(content[:HEAD]).blocks(io.BytesIO(content))))
    return [piece.content for piece in found if isinstance(piece, Record)]


@pytest.mark.parametrize("encoding", MARKS)
@pytest.mark.parametrize("text", ["", "a", "a\nb\n", "é€😀\r\n" * 3, "\ufeffx", "日本語\n", LOG])
def test_a_mark_tells_the_encoding(encoding: str, text: str) -> None:
    content = MARKS[encoding] + text.encode(encoding)
    assert rewritten(content) == text.encode()
    assert writing_of(content).readable(content) == text.encode()


def test_text_without_a_mark_is_read_as_it_is() -> None:
    for text in ("", "a", "é€😀\r\n", LOG):
        assert writing_of(text.encode()) == PLAIN
        assert rewritten(text.encode()) == text.encode()


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize(
    "text",
    [
        LOG,
        LOG.replace("\n", "\r\n") * 100,
        '{"user":"zoë","host":"b"}\n',
        "2026-11-23 09:15:02 ERROR \x1b[31m失敗\x1b[0m: login of root refused\n",
        "x" * LEAST,
    ],
)
def test_utf_16_without_a_mark(encoding: str, text: str) -> None:
    content = text.encode(encoding)
    assert writing_of(content) == Writing(b"", encoding)
    assert rewritten(content) == text.encode()


def test_a_mark_wins_over_what_the_bytes_look_like() -> None:
    content = MARKS["utf-16-le"] + "\0one\n".encode(
        "utf-16-le"
    )  # its first four bytes are the mark of UTF-32
    assert rewritten(content) == b"\0one\n"


NOISE = shake_256(b"noise").digest(200_000)


def wav() -> bytes:
    made = io.BytesIO()
    with wave.open(made, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8_000)
        file.writeframes(array("h", [number % 99 for number in range(4_000)]).tobytes())
    return made.getvalue()


BINARY = {
    "this Python": Path(sys.executable).read_bytes()[: 1 << 20],
    "code of Python": marshal.dumps(compile(Path(__file__).read_bytes(), "x", "exec")),
    "a picture": (ROOT / "docs" / "images" / "hunt-report-dark.png").read_bytes(),
    "sound": wav(),
    "wtmp": struct.pack("<hi32s4s32s256s16x", 7, 1, b"pts/0", b"ts/0", b"root", b"203.0.113.7") * 20,
    "small numbers of two bytes": struct.pack("<2000H", *range(2_000)),
    "a hole": b"Mar  2 09:15:02 gate" + b"\0" * 5_000 + b"\n",
    "every other byte": bytes([1, 0]) * 3_000,
    "text of two bytes among others": b"\x01\0\0\0" + LOG.encode("utf-16-le"),
    "text of two bytes, and then none": LOG[:60].encode("utf-16-le") + b"\0\0\x03\0" * 20,
    "noise": NOISE,
    "noise with a mark of UTF-32": b"\0\0\xfe\xff" + NOISE,
    "a few bytes": b"a\0b\0c\0d\0",
    "CR in what is no text": b"\x7fELF\0\r\r\0",
}


@pytest.mark.parametrize("name", BINARY)
def test_what_is_no_text_stays_as_it_is(name: str) -> None:
    assert writing_of(BINARY[name][:HEAD]) == PLAIN
    assert rewritten(BINARY[name]) == BINARY[name]


def test_samples_of_every_source_are_plain_text_or_of_their_own_format() -> None:
    samples = [path for path in (ROOT / "src").glob("tocsin/sources/*/samples/*") if path.is_file()]
    assert len(samples) > 50
    odd = {path.name for path in samples if not writing_of(path.read_bytes()[:HEAD]).plain}
    assert odd == set()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_lines_that_end_with_cr_alone(encoding: str) -> None:
    wanted = [f"<189>{number}: %SYS-5-CONFIG_I: Configured".encode() for number in range(40_000)]
    assert records((b"\r".join(wanted) + b"\r").decode().encode(encoding)) == wanted


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"one\rtwo", [b"one", b"two"]),
        (b"one\r\r\rtwo\r", [b"one", b"two"]),
        (b"one\r", [b"one"]),
        (b"one\rtwo\n", [b"one\rtwo"]),
        (b"one\ntwo\rthree\n", [b"one", b"two\rthree"]),
        (b"one\r\ntwo\rthree", [b"one", b"two\rthree"]),
        (b"x" * (HEAD - 1) + b"\r\none\rtwo\r\n", [b"x" * (HEAD - 1), b"one\rtwo"]),
        (b"x" * HEAD + b"\r\none\rtwo\r\n", [b"x" * HEAD, b"one\rtwo"]),
        (b"\0a\rb", [b"\0a\rb"]),
        (b"one\r" * HEAD + b"two\r\nthree\n", [b"one"] * HEAD + [b"two", b"three"]),
    ],
)
def test_where_a_cr_ends_a_line(content: bytes, found: list[bytes]) -> None:
    assert records(content) == found


@pytest.mark.parametrize("shift", range(5))
@pytest.mark.parametrize("encoding", [name for name in MARKS if name != "utf-8"])
def test_characters_across_blocks_stay_whole(
    shift: int, encoding: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BLOCK", 9)
    text = "x" * shift + "😀" * 20
    assert rewritten(MARKS[encoding] + text.encode(encoding)).decode() == text


@pytest.mark.parametrize("encoding", [name for name in MARKS if name != "utf-8"])
def test_memory_holds_a_block(encoding: str) -> None:
    content = MARKS[encoding] + (LOG * 20_000).encode(encoding)
    sizes = [len(block) for block in writing_of(content[:HEAD]).blocks(io.BytesIO(content))]
    assert len(sizes) > 5
    assert max(sizes) <= module.BLOCK


@given(content=st.binary(max_size=2 * LEAST))
def test_any_bytes_are_read(content: bytes) -> None:
    for mark in (b"", *MARKS.values()):
        writing = writing_of(mark + content)
        writing.readable(mark + content)
        assert all(isinstance(piece, Record) for piece in lines(writing.blocks(io.BytesIO(mark + content))))


@given(
    text=st.text(max_size=LOOK).filter(lambda text: not text.startswith("\ufeff")),
    encoding=st.sampled_from([*MARKS]),
)
def test_any_text_comes_through(text: str, encoding: str) -> None:
    content = MARKS[encoding] + text.encode(encoding)
    wanted = text.replace("\r", "\n") if writing_of(content).cr else text
    assert rewritten(content) == wanted.encode() or text.startswith("\0")
