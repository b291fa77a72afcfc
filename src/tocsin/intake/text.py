"""How a text file is written, told from its head; and its bytes in blocks as all readers want them: UTF-8, lines that end with LF."""

import codecs
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple
from unicodedata import category

BLOCK = 1 << 20
HEAD = 1 << 16
"""So many bytes tell how a file is written: its encoding, and whether its lines end with CR alone."""
LOOK = 1 << 12
"""So many of them are looked at for UTF-16 without a mark."""
LEAST = 32
"""UTF-16 without a mark is told from no fewer bytes: a few bytes of a binary file may look like it."""

# UTF-32 before UTF-16: its little-endian mark begins with the other's.
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"\xef\xbb\xbf", "utf-8"),
)
_NO_TEXT = frozenset({"Cc", "Cn", "Co", "Cs"})
_CONTROLS = frozenset("\t\n\r\f\x1b")


class Writing(NamedTuple):
    """How a file is written. encoding: of one that has to be rewritten. cr: its lines end with CR alone."""

    mark: bytes = b""
    encoding: str = ""
    cr: bool = False

    @property
    def plain(self) -> bool:
        """Tell whether the file's bytes are those that readers get."""
        return self == Writing()

    def readable(self, head: bytes) -> bytes:
        """Return the first bytes of a file as its blocks will give them."""
        rest = head.removeprefix(self.mark)
        return self._with_ends(rest.decode(self.encoding, "ignore").encode() if self.encoding else rest)

    def blocks(self, file: BinaryIO) -> Iterator[bytes]:
        """Read a file from its start."""
        decoder = codecs.getincrementaldecoder(self.encoding)("replace") if self.encoding else None
        block = file.read(BLOCK).removeprefix(self.mark)
        while block:
            text = decoder.decode(block).encode("utf-8", "replace") if decoder else block
            if text:  # a part of a character is none
                yield self._with_ends(text)
            block = file.read(BLOCK)
        if decoder and (rest := decoder.decode(b"", final=True)):
            yield self._with_ends(rest.encode("utf-8", "replace"))

    def _with_ends(self, text: bytes) -> bytes:
        return text.replace(b"\r", b"\n") if self.cr else text


def writing_of(head: bytes) -> Writing:
    """Tell how a file is written from its first HEAD bytes."""
    mark, encoding = _marked(head)
    writing = Writing(mark, "" if encoding == "utf-8" else encoding or _unmarked(head[:LOOK]))
    return writing._replace(cr=_ends_with_cr(writing.readable(head)))


def _marked(head: bytes) -> tuple[bytes, str]:
    """Return the byte-order mark at the start and what it stands for; without one, b"" and ""."""
    fitting = (pair for pair in _MARKS if head.startswith(pair[0]))
    # A binary file may begin like UTF-32, and UTF-16 with a NUL: whatever is no UTF-32 goes on as before.
    return next(
        (pair for pair in fitting if "32" not in pair[1] or _decoded(head[:LOOK], pair[1])), (b"", "")
    )


def _decoded(head: bytes, encoding: str) -> str:
    """Return the text of a head that may end within a character; "" if it is none."""
    try:
        return codecs.getincrementaldecoder(encoding)().decode(head)
    except UnicodeDecodeError:
        return ""


def _unmarked(head: bytes) -> str:
    """Return the UTF-16 that a head without a mark is in: every other byte is NUL for text that is mostly ASCII."""
    if len(head) < LEAST:
        return ""
    for encoding, high in (("utf-16-le", head[1::2]), ("utf-16-be", head[0::2])):
        if high.count(0) * 2 >= len(high) and _is_text(_decoded(head, encoding)):
            return encoding
    return ""


def _is_text(decoded: str) -> bool:
    """Numbers of two bytes, and the strings in a binary file, have NULs and controls among the characters."""
    return bool(decoded) and not any(
        category(one) in _NO_TEXT and one not in _CONTROLS for one in frozenset(decoded)
    )


def _ends_with_cr(head: bytes) -> bool:
    # A CR at the very end may be the half of a CR LF. With a NUL it is no text, and stays as it is.
    return b"\r" in head[:-1] and b"\n" not in head and b"\0" not in head
