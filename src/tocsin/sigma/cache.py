"""Rules that were parsed once need no YAML again: a cache of documents by a file's path and content.

One file for each set of folders, msgpack. It holds only what parsing made, is checked against the
content hash of every rule file, and is thrown away when it does not fit: it can make loading faster,
never different.
"""

import hashlib
import os
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import msgspec
from msgspec import Struct

from tocsin import __version__
from tocsin.errors import ContentError
from tocsin.sigma import loader
from tocsin.sigma.loader import Collection
from tocsin.sigma.modifiers import NeedsPlaceholderError
from tocsin.sigma.rule import Correlation, Filter, Rule

FORMAT = 1
"""Raise it when the shape of documents changes."""


class _Problem(Struct, frozen=True, tag="problem"):
    message: str
    line: int
    waits: bool


class _File(Struct, frozen=True):
    """What one rule file gave. digest: of its bytes."""

    digest: bytes
    documents: tuple[Rule | Correlation | Filter | _Problem, ...]


class _Cache(Struct):
    made_by: str
    files: dict[str, _File]


def load_cached(paths: Sequence[Path], placeholders: Mapping[str, tuple[str, ...]]) -> Collection:
    """Load rules as loader.load does, parsing only files that changed since the last time."""
    contents = {str(path): _content(path) for path in loader.rule_files(paths)}
    return load_contents(contents, paths, placeholders)


def load_contents(
    contents: Mapping[str, bytes | OSError],
    paths: Sequence[Path],
    placeholders: Mapping[str, tuple[str, ...]],
) -> Collection:
    """Load rules that were read before. contents: by path. paths: under which they were found, which names the cache."""
    place = _place(paths, placeholders)
    known = _read(place) if place else {}
    kept: dict[str, _File] = {}
    collection = Collection(files=len(contents))
    for path, content in contents.items():
        kept[path] = file = _file(path, content, known.get(path), placeholders)
        for document in file.documents:
            _add(collection, document, path)
    if place and kept != known:
        _write(place, kept)
    return loader.finish(collection)


def _content(path: Path) -> bytes | OSError:
    try:
        return path.read_bytes()
    except OSError as error:
        return error


def _file(
    path: str, content: bytes | OSError, known: _File | None, placeholders: Mapping[str, tuple[str, ...]]
) -> _File:
    if isinstance(content, OSError):
        return _File(b"", (_Problem(f"cannot be read: {content.strerror}", 0, waits=False),))
    digest = hashlib.blake2b(content, digest_size=16).digest()
    if known and known.digest == digest:
        return known
    found = loader.read_content(content, placeholders, path=path)
    return _File(digest, tuple(_plain(document) for document in found))


def _plain(document: Rule | Correlation | Filter | ContentError) -> Rule | Correlation | Filter | _Problem:
    if isinstance(document, ContentError):
        return _Problem(document.message, document.line, waits=isinstance(document, NeedsPlaceholderError))
    return document


def _add(collection: Collection, document: Rule | Correlation | Filter | _Problem, path: str) -> None:
    if not isinstance(document, _Problem):
        collection.add(document)
    elif document.waits:
        collection.waiting.append(NeedsPlaceholderError(document.message, path=path, line=document.line))
    else:
        collection.errors.append(ContentError(document.message, path=path, line=document.line))


def _place(paths: Sequence[Path], placeholders: Mapping[str, tuple[str, ...]]) -> Path | None:
    try:
        base = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tocsin"
    except RuntimeError:  # a user without a home, as containers have them: no cache
        return None
    said = repr((sorted(str(path.resolve()) for path in paths), sorted(placeholders.items())))
    return base / f"rules-{hashlib.blake2b(said.encode(), digest_size=12).hexdigest()}.msgpack"


def _read(place: Path) -> dict[str, _File]:
    try:
        cache = msgspec.msgpack.decode(place.read_bytes(), type=_Cache)
    except (OSError, msgspec.MsgspecError, UnicodeError, RecursionError):
        return {}
    return cache.files if cache.made_by == _made_by() else {}


def _made_by() -> str:
    return f"{__version__}/{FORMAT}"


def _write(place: Path, files: dict[str, _File]) -> None:
    """Replace the cache in one step; a read-only home only costs the time that it would have saved."""
    with suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor, name = tempfile.mkstemp(dir=place.parent)
        try:
            with open(descriptor, "wb") as file:  # noqa: PTH123 (a descriptor has no path)
                file.write(msgspec.msgpack.encode(_Cache(_made_by(), files)))
            Path(name).replace(place)
        finally:
            Path(name).unlink(missing_ok=True)
