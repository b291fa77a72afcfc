"""The page as text: its policy, what it says, and that hostile logs add nothing to it."""

import io
import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser

import pytest

from report_samples import EVIL, SUDO, T0, few, hostile, match, story, summary
from tocsin.model.hidden import HIDDEN
from tocsin.model.match import Match, RuleRef
from tocsin.model.summary import Summary
from tocsin.report import About, html, load
from tocsin.report.digest import Digest
from tocsin.report.html.markup import ATTRIBUTES, LINKS, TAGS, VOID
from tocsin.report.inert import visible


class Page(HTMLParser):
    """Reads a page, and fails where an element is closed that was not the last opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.attributes: list[tuple[str, str, str]] = []
        self.style = self.data = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        assert name in TAGS
        self.attributes += [(name, key, value or "") for key, value in attributes]
        if name not in VOID:
            self.open.append(name)

    def handle_startendtag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        assert name in VOID
        self.attributes += [(name, key, value or "") for key, value in attributes]

    def handle_endtag(self, name: str) -> None:
        assert self.open.pop() == name

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"a comment: {data}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "style":
            self.style += data
        else:
            self.data += data


def written(
    matches: list[Match],
    done: Summary | None = None,
    *,
    title: str = "Hunt report",
    inputs: tuple[str, ...] = (),
) -> str:
    out = io.StringIO()
    html.write(
        out,
        iter(matches),
        lambda: done or summary(matches),
        About(version="0.1.0", title=title, inputs=inputs, made=T0),
    )
    return out.getvalue()


def test_hostile_text_in_every_field_is_inert() -> None:
    for evil in EVIL:
        page = Page(written(*hostile(), title=evil, inputs=EVIL))
        assert page.open == []
        assert not HIDDEN.search(page.data.replace("\n", ""))
        known = {name.lower() for name in ATTRIBUTES}
        assert all(key in known for _, key, _ in page.attributes)
        assert all(value.startswith(LINKS) for _, key, value in page.attributes if key == "href")
    for evil in EVIL:
        assert visible(evil)[:20] in page.data


def test_the_policy_lets_in_the_one_style_sheet_only() -> None:
    text = written(few())
    page = Page(text)
    policy = next(value for name, key, value in page.attributes if name == "meta" and "default-src" in value)
    hashed = b64encode(sha256(page.style.encode()).digest()).decode()
    assert policy == f"default-src 'none'; style-src 'sha256-{hashed}'; base-uri 'none'; form-action 'none'"
    assert text.count("<style>") == 1
    assert not re.search(r"url\(|@import|@font-face|expression", page.style)


def test_the_page_says_what_was_found() -> None:
    text = Page(written(story(), inputs=("logs/auth.log",))).data
    for said in ("249 matches of 5 rules", "14 of them critical", "SSH brute force, then a successful login", "203.0.113.7",
                 "Credential Access", "T1098.001", "logs/cloudtrail.json.gz:40", "protected_branch.destroy",
                 "12,400 = 12,345 events + 12 rejected + 43 outside the time range", "not JSON", "gzip stream",
                 "160 matches are not shown.", "2026-03-02 09:15:00 UTC"):  # fmt: skip
        assert said in text


def test_nothing_found_is_a_page_too() -> None:
    text = written([])
    assert "No rule matched." in Page(text).data
    assert 'id="rules"' not in text
    assert 'id="numbers"' in text


def test_the_page_is_bounded_whatever_matched() -> None:
    rules = [RuleRef(f"r{index}", f"rule {index}", "low", ("attack.t1059",)) for index in range(700)]
    matches = [match(rules[index % 700], event={"n": index, "text": "x" * 3000}) for index in range(2800)]
    text = written(matches)
    assert text.count("<article>") == 2000
    assert "200 more rules matched and are not listed." in text
    assert len(text) < 8_000_000


def test_a_match_without_time_or_fields_is_shown() -> None:
    text = Page(written([match(SUDO, time=None, event={"a": ""})])).data
    assert "no time" in text
    assert "empty" in text


def test_a_page_can_be_made_beside_another_format() -> None:
    digest, page, lines = Digest(), io.StringIO(), io.StringIO()
    load("ndjson").write(lines, digest.passing(few()), lambda: summary(few()), About())
    html.render(page, digest, summary(few()), About(version="0.1.0", made=T0))
    assert len(lines.getvalue().splitlines()) == 5
    assert page.getvalue() == written(few())


@pytest.mark.parametrize("name", ["critical", "high", "medium", "low", "informational"])
def test_a_level_is_shape_and_word_not_color_alone(name: str) -> None:
    text = written([match(RuleRef("r", "r", name))])
    assert re.search(rf'<span class="badge c\d"><svg [^>]*><use href="#l\d"/></svg>{name}</span>', text)
