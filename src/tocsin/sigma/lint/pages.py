"""The page of a check, made from its class; `docs/reference/lint/` holds one each, kept in step by a test."""

import unicodedata

from tocsin.sigma.lint.check import Check, catalog
from tocsin.sigma.lint.finding import Severity

_MEANS = {
    Severity.ERROR: "error: the rule does not load, or cannot do what it says",
    Severity.WARNING: "warning: the rule is very likely not what its author meant",
    Severity.INFO: "info: a convention or something to know; does not fail a run",
}


def file_name(check: type[Check]) -> str:
    """Return the page's name: `TS101-id-missing.md`."""
    return f"{check.code}-{check.name}.md"


def page(check: type[Check]) -> str:
    """Write the page of a check."""
    fixes = "`tocsin rules lint --fix` puts it right." if check.fixes else "To be put right by hand."
    without = f"Without {', '.join(f'`{key}`' for key in check.without)}:\n\n" if check.without else ""
    return "\n".join(
        (
            f"# {check.code}: {check.name}\n",
            f"{check.summary}\n",
            f"*{_MEANS[check.severity]}.* {fixes}\n",
            f"{check.explain.strip()}\n",
            f"## Wrong\n\n{without}```yaml\n{_shown(check.bad)}```\n",
            f"## Right\n\n```yaml\n{_shown(check.good)}```\n",
            f"Silence one finding with a comment that says why: `# tocsin: ignore[{check.code}] reason`.\n",
        )
    )


def index() -> str:
    """Write the list of all checks."""
    rows = "".join(
        f"| [{one.code}]({file_name(one)}) | {one.name} | {one.severity.value} | {'yes' if one.fixes else ''} "
        f"| {one.summary} |\n"
        for one in catalog().values()
    )
    return (
        f"# What `tocsin rules lint` checks\n\n{len(catalog())} checks. Generated from their classes by"
        " `python -m tocsin.sigma.lint.pages docs/reference/lint`.\n\n"
        "A comment silences one finding, on its line or on the line below the comment, and gives a reason:\n"
        "`# tocsin: ignore[TS112] our registry's own word`. `--select` and `--ignore` take codes, their beginnings\n"
        "(`TS1`) and names. Errors and warnings make the run exit with 1; findings of info do not. `--fix` never\n"
        "changes which events a rule matches: every edit is checked by parsing the rule before and after.\n\n"
        "| code | name | severity | `--fix` | what |\n|---|---|---|---|---|\n" + rows
    )


def pages() -> dict[str, str]:
    """Return every file of the folder by name."""
    return {"README.md": index(), **{file_name(one): page(one) for one in catalog().values()}}


def _shown(text: str) -> str:
    """Say characters that cannot be seen by their names; whitespace at the end of lines too."""
    lines = text.split("\n")
    shown = "\n".join(_line(line) for line in lines)
    return shown if shown.endswith("\n") else shown + "<no newline>\n"


def _line(line: str) -> str:
    kept = line.rstrip(" ")
    tail = "<space>" * (len(line) - len(kept))
    return "".join(_char(char) for char in kept) + tail


def _char(char: str) -> str:
    if char == "\r":
        return "<CR>"
    if char == "\t":
        return "<TAB>"
    return f"<{unicodedata.name(char, f'U+{ord(char):04X}')}>" if unicodedata.category(char) == "Cf" else char


if __name__ == "__main__":
    import sys
    from pathlib import Path

    folder = Path(sys.argv[1])
    for name, text in pages().items():
        (folder / name).write_text(text, encoding="utf-8")
    for stale in {one.name for one in folder.glob("*.md")} - set(pages()):
        (folder / stale).unlink()
