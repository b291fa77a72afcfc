"""Sigma's string values: `*` and `?` are wildcards, a backslash takes their meaning away."""

from tocsin.sigma.tree import ANY, ONE, Parts

_SPECIAL = {"*": ANY, "?": ONE}


def parse(value: str) -> Parts:
    r"""Read `C:\\Win*` into parts. A backslash before anything but `*`, `?` and `\` is itself."""
    if "\\" not in value and "*" not in value and "?" not in value:
        return (value,) if value else ()
    parts: list[str | int] = []
    run: list[str] = []
    at = 0
    while at < len(value):
        char = value[at]
        if char == "\\" and value[at + 1 : at + 2] in {"*", "?", "\\"}:
            run.append(value[at + 1])
            at += 2
            continue
        if char in _SPECIAL:
            _flush(parts, run)
            parts.append(_SPECIAL[char])
        else:
            run.append(char)
        at += 1
    _flush(parts, run)
    return tuple(parts)


def _flush(parts: list[str | int], run: list[str]) -> None:
    if run:
        parts.append("".join(run))
        run.clear()


def tidy(parts: Parts) -> Parts:
    """Drop empty literals and the second of two `*`, join neighbouring literals: same meaning, fewer parts."""
    parts = tuple(part for part in parts if part != "") if "" in parts else parts
    if not any(map(_joins, parts, parts[1:])):
        return parts
    out: list[str | int] = []
    for part in parts:
        if not out or not _joins(out[-1], part):
            out.append(part)
        elif isinstance(part, str):
            out[-1] = f"{out[-1]}{part}"
    return tuple(out)


def _joins(one: str | int, other: str | int) -> bool:
    return (one == ANY == other) if isinstance(one, int) else isinstance(other, str)


def write(parts: Parts) -> str:
    """Write parts back as a Sigma value, escaping only what needs it."""
    text = []
    for part in parts:
        if isinstance(part, str):
            text.append(part.replace("\\", "\\\\").replace("*", "\\*").replace("?", "\\?"))
        else:
            text.append("*" if part == ANY else "?")
    return "".join(text)


def is_plain(parts: Parts) -> bool:
    """Tell whether there is no wildcard in it."""
    return not any(isinstance(part, int) for part in parts)


def plain(parts: Parts) -> str:
    """Return the text of a pattern without wildcards."""
    return "".join(part for part in parts if isinstance(part, str))
