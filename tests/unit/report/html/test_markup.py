"""The builder that cannot be talked into markup."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as some

from tocsin.model.hidden import HIDDEN
from tocsin.report.html.markup import Html, join, sheet, tag, text


class Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.data = ""

    def handle_starttag(self, name: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append((name, dict(attributes)))

    def handle_data(self, data: str) -> None:
        self.data += data


def read(made: str) -> Reader:
    reader = Reader()
    reader.feed(made)
    reader.close()
    return reader


@given(some.text())
def test_any_text_stays_text(value: str) -> None:
    reader = read(tag("p", value))
    assert {name for name, _ in reader.tags} <= {"p", "span"}
    assert not HIDDEN.search(reader.data.replace("\n", ""))
    if not HIDDEN.search(value):
        assert reader.data == value


@given(some.text())
def test_any_attribute_value_stays_in_its_quotes(value: str) -> None:
    made = read(tag("p", "x", aria_label=value))
    assert made.tags[0][0] == "p"
    assert list(made.tags[0][1]) == ["aria-label"]
    assert made.data == "x"


def test_only_known_tags_attributes_and_links_are_written() -> None:
    for name in ("script", "img", "iframe", "p onload=x"):
        with pytest.raises(ValueError, match="no tag"):
            tag(name)
    for attribute in ("onclick", "style", "src", "x onload"):
        with pytest.raises(ValueError, match="no attribute"):
            tag("p", **{attribute: "x"})
    for link in ("javascript:alert(1)", "https://evil.example", " #a", "data:text/html,x", "//x"):
        with pytest.raises(ValueError, match="no link"):
            tag("a", "x", href=link)


def test_markup_is_put_together() -> None:
    assert join("a<b", tag("strong", "c"), None) == "a&lt;b<strong>c</strong>"
    assert tag("meta", name="a", content='"') == '<meta name="a" content="&quot;">'
    assert tag("rect", width=1, rx=None) == '<rect width="1"/>'
    assert tag("details", open=True, class_=None) == "<details open></details>"
    assert tag("details", open=False) == "<details></details>"
    assert text("a\x1b") == 'a<span class="hidden">\\x1b</span>'
    assert isinstance(text(""), Html)


def test_a_style_sheet_cannot_end_its_element() -> None:
    assert sheet("p{}") == "<style>p{}</style>"
    with pytest.raises(ValueError, match="end its element"):
        sheet("</style><script>")
