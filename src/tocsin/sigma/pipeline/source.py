"""The text of a pipeline file as plain values, each with its line."""

from pathlib import Path
from typing import Any

import yaml

from tocsin.errors import ConfigError, ContentError
from tocsin.sigma.depth import refuse_deep

MAX_BYTES = 16 * 1024 * 1024
MAX_NODES = 500_000
"""The largest public pipeline has under 10,000; YAML aliases can make far more."""


class Source:
    """A file that was read. `value`: what it holds."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            content = path.read_bytes()
            if len(content) > MAX_BYTES:
                raise ConfigError(f"{path}: {len(content)} bytes; a pipeline has at most {MAX_BYTES}")
            refuse_deep(content)
            loader = yaml.CSafeLoader(content)
            self._root = loader.get_single_node()
            self._refuse_bombs()
            self.value: Any = loader.construct_document(self._root) if self._root else None
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
        except ContentError as error:
            raise ConfigError(f"{path}:{error.line}: {error.message}") from None
        except yaml.YAMLError as error:
            mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
            what = str(getattr(error, "problem", None) or error).splitlines()[0]
            raise ConfigError(f"{path}{f':{mark.line + 1}' if mark else ''}: not YAML: {what}") from None
        except (ValueError, RecursionError) as error:
            raise ConfigError(f"{path}: not YAML: {error}") from None

    def line(self, keys: tuple[str | int, ...]) -> int:
        """Return the line of what the keys lead to, or of the last of them that exists."""
        node, line = self._root, 1
        for key in keys:
            found = _child(node, key)
            if found is None:
                break
            line, node = found
        return line

    def repeated(self) -> list[tuple[str, int]]:
        """List keys that stand twice in one map, of which YAML keeps the last: (key, line)."""
        found = []
        for node in self._nodes():
            seen: set[str] = set()
            for key, _ in node.value if isinstance(node, yaml.MappingNode) else ():
                if isinstance(key, yaml.ScalarNode):
                    if key.value in seen:
                        found.append((key.value, key.start_mark.line + 1))
                    seen.add(key.value)
        return found

    def _nodes(self) -> list[yaml.Node]:
        """List the nodes as a walk sees them; what an alias stands for is there each time."""
        waiting: list[yaml.Node] = [self._root] if self._root else []
        found: list[yaml.Node] = []
        while waiting:
            node = waiting.pop()
            found.append(node)
            if len(found) > MAX_NODES:
                raise ContentError(f"unfolds to more than {MAX_NODES} nodes (YAML aliases?)", line=1)
            if isinstance(node, yaml.MappingNode):
                waiting += [value for _, value in node.value]
            elif isinstance(node, yaml.SequenceNode):
                waiting += node.value
        return found

    def _refuse_bombs(self) -> None:
        self._nodes()


def _child(node: yaml.Node | None, key: str | int) -> tuple[int, yaml.Node] | None:
    if isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        inner = node.value[key]
        return inner.start_mark.line + 1, inner
    if isinstance(node, yaml.MappingNode):
        pairs = (pair for pair in node.value if pair[0].value == key)
        return next(((name.start_mark.line + 1, value) for name, value in pairs), None)
    return None
