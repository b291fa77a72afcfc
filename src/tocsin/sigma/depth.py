"""A guard against YAML that nests so deep that the C parser's own stack would overflow and end the process."""

import yaml

from tocsin.errors import ContentError

MAX_NESTING = 200
"""Real rules nest to 8; the stack of the C parser holds some 100,000."""
_OPENERS = (b"[", b"{", b"-", b"?")
_SUSPICIOUS = 1000


def refuse_deep(content: bytes) -> None:
    """Raise ContentError if the text nests deeper than any rule; YAML errors are left to the real parse."""
    # A level of block nesting costs its indentation, so only these can nest deep in a short file.
    if sum(content.count(opener) for opener in _OPENERS) < _SUSPICIOUS:
        return
    depth = 0
    try:
        for event in yaml.parse(content, Loader=yaml.CSafeLoader):
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_NESTING:
                mark = event.start_mark
                raise ContentError("nests too deep to be a rule", line=mark.line + 1 if mark else 0)
    except yaml.YAMLError:
        return
