"""The characters that a reader cannot see but a screen obeys, and how each is written out."""

import re

# Controls, soft hyphen, zero-width and direction marks, line separators, lone surrogates, tag characters.
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164"
    "\ufeff\uffa0\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_SHORT = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


def written(character: str) -> str:
    r"""Write one out for people: `\n`, `\x1b`, `\u202e`."""
    code = ord(character)
    if character in _SHORT:
        return _SHORT[character]
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def plain(text: str, limit: int) -> str:
    """Return at most `limit` characters of a text, hidden ones written out; what is cut off shows as `…`."""
    if len(text) <= limit and text.isascii() and text.isprintable():
        return text  # Most are so, and it takes a tenth of the time to see that.
    made = HIDDEN.sub(lambda found: written(found[0]), text[: limit + 1])
    return made if len(made) <= limit else f"{made[: limit - 1]}…"
