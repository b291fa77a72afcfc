"""Run the checks over files; what is found is sorted, suppressed and told once."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from tocsin.errors import ConfigError
from tocsin.model.near import hint
from tocsin.sigma.lint.check import Check, CommentCheck, DocCheck, FileCheck, ItemCheck, ProjectCheck, catalog
from tocsin.sigma.lint.file import Doc, File, read
from tocsin.sigma.lint.finding import Finding, Found, Severity
from tocsin.sigma.lint.known import Known
from tocsin.sigma.lint.project import Project
from tocsin.sigma.lint.suppress import Comment, read_comments

MAX_FINDINGS = 200
"""Of one check in one file; the last of them says how many more there are."""
MAX_MESSAGE = 500


@dataclass(slots=True)
class Report:
    """What a run found, in order of place. `suppressed`: how many findings comments silenced."""

    findings: list[Finding] = field(default_factory=list)
    files: int = 0
    suppressed: int = 0

    def count(self, severity: Severity) -> int:
        """Return how many findings have exactly this severity."""
        return sum(one.severity is severity for one in self.findings)

    def fails(self, at: Severity = Severity.WARNING) -> bool:
        """Tell whether something at least that bad was found."""
        return any(one.severity.rank >= at.rank for one in self.findings)


def choose(select: Sequence[str] = (), ignore: Sequence[str] = ()) -> list[type[Check]]:
    """Return the checks that begin with a selected code (all, if none is) and with no ignored one; names do too."""
    for word in (*select, *ignore):
        if not any(_is_called(one, word) for one in catalog().values()):
            known = [name for one in catalog().values() for name in (one.code, one.name)]
            raise ConfigError(f"no check is called `{word}`{hint(word, known)}")
    return [
        one
        for one in catalog().values()
        if (not select or any(_is_called(one, word) for word in select))
        and not any(_is_called(one, word) for word in ignore)
    ]


def _is_called(check: type[Check], word: str) -> bool:
    return check.code.startswith(word.upper()) or check.name == word.lower()


class Linter:
    """A choice of checks, made once."""

    def __init__(self, checks: Iterable[type[Check]], known: Known) -> None:
        made = [check(known) for check in checks]
        self.on_files = [one for one in made if isinstance(one, FileCheck)]
        self.on_docs = [one for one in made if isinstance(one, DocCheck)]
        self.on_items = [one for one in made if isinstance(one, ItemCheck)]
        self.on_projects = [one for one in made if isinstance(one, ProjectCheck)]
        self.on_comments = {type(one).__name__: one for one in made if isinstance(one, CommentCheck)}

    def lint(self, contents: Iterable[tuple[str, bytes]], *, most: int = MAX_FINDINGS) -> Report:
        """Look at (path, content) pairs together; tell at most so many findings of one check in one file."""
        files = [read(path, content) for path, content in contents]
        by_path: dict[str, list[tuple[Check, Found]]] = {file.path: self._look(file) for file in files}
        project = Project(files)
        for check in self.on_projects:
            for found in check.check(project):
                by_path[found.path].append((check, found))
        report = Report(files=len(files))
        for file in files:
            self._tell(file, by_path[file.path], report, most)
        return report

    def _look(self, file: File) -> list[tuple[Check, Found]]:
        pairs: list[tuple[Check, Found]] = [
            (check, one)
            for check in self.on_files
            # Of a file that is refused nothing else is true, and edits of its text would not fit its bytes.
            if check.generic or not file.refused
            for one in check.check(file)
        ]
        for doc in file.documents:
            pairs += [
                (check, one) for check in self.on_docs if doc.kind in check.kinds for one in check.check(doc)
            ]
            pairs += self._look_at_items(doc)
        return pairs

    def _look_at_items(self, doc: Doc) -> list[tuple[Check, Found]]:
        return [
            (check, one) for item in doc.items for check in self.on_items for one in check.check(doc, item)
        ]

    def _tell(self, file: File, pairs: list[tuple[Check, Found]], report: Report, most: int) -> None:
        exact = any(check.severity is Severity.ERROR and not check.generic for check, _ in pairs)
        kept = [(check, one) for check, one in pairs if not (check.generic and exact)]
        comments = read_comments(file)
        if comments:
            before = len(kept)
            kept = [(check, one) for check, one in kept if not _is_silenced(file, check, one, comments)]
            report.suppressed += before - len(kept)
            kept += self._about_comments(file, comments)
        kept.sort(key=lambda pair: (pair[1].start, pair[0].code))
        report.findings += [_finding(file, check, one) for check, one in _first(kept, most)]

    def _about_comments(self, file: File, comments: list[Comment]) -> list[tuple[Check, Found]]:
        found: list[tuple[Check, Found]] = []
        for comment in comments:
            for name, message in _complaints(comment):
                if name in self.on_comments:
                    found.append((self.on_comments[name], file.found(comment.start, comment.end, message)))
        return found


def _first(pairs: list[tuple[Check, Found]], most: int) -> Iterator[tuple[Check, Found]]:
    """Yield the first findings of each check; one file can hold a hundred thousand."""
    total = Counter(check.code for check, _ in pairs)
    told: Counter[str] = Counter()
    for check, found in pairs:
        told[check.code] += 1
        more = total[check.code] - most
        if told[check.code] == most and more > 0:
            yield (
                check,
                structs.replace(found, message=f"{_cut(found.message, 100)} (and {more} more in this file)"),
            )
        elif told[check.code] <= most:
            yield check, found


def _cut(text: str, most: int = MAX_MESSAGE) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def _is_silenced(file: File, check: Check, found: Found, comments: list[Comment]) -> bool:
    line = file.place(found.start)[0]
    for comment in comments:
        if comment.line == line and check.code in comment.codes and comment.reason:
            comment.used.add(check.code)
            return True
    return False


def _complaints(comment: Comment) -> list[tuple[str, str]]:
    """Return what is wrong with a comment, each by the class of the check that says so."""
    unknown = [code for code in comment.codes if code not in catalog()]
    idle = [code for code in comment.codes if code in catalog() and code not in comment.used]
    if not comment.codes or not comment.reason:
        return [
            (
                "SuppressionWithoutReason",
                "write `# tocsin: ignore[TS000] why`: codes and a reason; not silenced",
            )
        ]
    said = [
        ("SuppressionUnknown", f"no check has the code `{code}`{hint(code, catalog())}") for code in unknown
    ]
    return said + [("SuppressionUnused", f"nothing here to silence for `{code}`; remove it") for code in idle]


def _finding(file: File, check: Check, found: Found) -> Finding:
    line, column = file.place(found.start)
    end_line, end_column = file.place(found.end)
    return Finding(
        code=check.code,
        name=check.name,
        severity=check.severity,
        message=_cut(found.message),
        path=file.path,
        line=line,
        column=column,
        end_line=end_line,
        end_column=end_column,
        text=file.excerpt(line),
        edits=found.edits if check.fixes else (),
    )
