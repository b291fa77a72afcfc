"""The page in a real browser: nothing runs, nothing is requested, and everyone can read it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from report_samples import T0, hostile, story, summary
from tocsin.report import About, html

pytestmark = pytest.mark.e2e

CHROMIUM = shutil.which("chromium")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip

# For each text: its colour against what is painted behind it, and what WCAG AA asks for its size.
CONTRAST = """() => {
  const pen = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
  const rgba = color => {
    pen.clearRect(0, 0, 1, 1); pen.fillStyle = color; pen.fillRect(0, 0, 1, 1);
    return [...pen.getImageData(0, 0, 1, 1).data];
  };
  const over = (top, under) => top.slice(0, 3).map((c, i) => c * top[3] / 255 + under[i] * (1 - top[3] / 255));
  const light = color => {
    const [r, g, b] = color.map(c => c / 255).map(c => c <= .04045 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  const behind = element => {
    if (!element) return [255, 255, 255];
    return over(rgba(getComputedStyle(element).backgroundColor), behind(element.parentElement));
  };
  const low = [];
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || element.closest('title') || !element.checkVisibility()) continue;
    const style = getComputedStyle(element), size = parseFloat(style.fontSize);
    const ground = behind(element);
    const ink = over(rgba(element.closest('svg') ? style.fill : style.color), ground);
    const [a, b] = [light(ink), light(ground)].sort((x, y) => y - x);
    const need = size >= 24 || (size >= 18.66 && style.fontWeight >= 700) ? 3 : 4.5;
    if ((a + .05) / (b + .05) < need) low.push([element.className, texts.currentNode.data.slice(0, 30)]);
  }
  return low;
}"""

STRUCTURE = """() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const levels = all('h1, h2, h3').map(heading => +heading.tagName[1]);
  const ids = all('[id]').map(element => element.id);
  return {
    h1: all('h1').length, main: all('main').length, lang: document.documentElement.lang,
    skipped: levels.filter((level, i) => i && level - levels[i - 1] > 1),
    captionless: all('table').filter(table => !table.caption).length,
    scopeless: all('th').filter(cell => !cell.scope).length,
    nameless: all('[role=img], [role=region]').filter(one => !one.getAttribute('aria-label')).length,
    unnamed: all('a, summary').filter(one => !one.textContent.trim()).length,
    twice: ids.filter((id, i) => ids.indexOf(id) !== i),
    dangling: all('a[href^="#"], use').map(one => one.getAttribute('href')).filter(to => !document.getElementById(to.slice(1))),
    scripts: all('script, img, iframe, object, embed, link, base, form, [style]').length,
    styles: all('style').length,
    handlers: all('*').filter(one => one.getAttributeNames().some(name => name.startsWith('on'))).length,
  };
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    if CHROMIUM is None:
        pytest.skip(
            "chromium is not installed: apt-get install --no-install-recommends chromium fonts-dejavu-core"
        )
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        yield play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)


@pytest.fixture(scope="module", params=["story", "hostile", "nothing"])
def page_file(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    matches, done = hostile()
    if request.param != "hostile":
        matches = story() if request.param == "story" else []
        done = summary(matches)
    file = tmp_path_factory.mktemp("report") / f"{request.param}.html"
    about = About(
        version="0.1.0", title=matches[0].source if matches else "Hunt report", inputs=("logs",), made=T0
    )
    with file.open("w", encoding="utf-8") as out:
        html.write(out, iter(matches), lambda: done, about)
    return file


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 400])
def test_the_page_is_inert_and_readable(browser: Any, page_file: Path, scheme: str, width: int) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    page = context.new_page()
    heard: list[str] = []
    page.on("console", lambda message: heard.append(message.text))
    page.on("pageerror", lambda error: heard.append(str(error)))
    page.on("dialog", lambda dialog: heard.append(dialog.message))
    page.on(
        "request", lambda request: heard.append(request.url) if request.url != page_file.as_uri() else None
    )
    page.goto(page_file.as_uri())
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    found = page.evaluate(STRUCTURE)
    assert page.evaluate(CONTRAST) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert heard == []
    context.close()
    assert (found.pop("h1"), found.pop("main"), found.pop("lang"), found.pop("styles")) == (1, 1, "en", 1)
    assert not any(found.values()), found


def test_the_policy_refuses_what_it_should(browser: Any, page_file: Path, tmp_path: Path) -> None:
    text = page_file.read_text(encoding="utf-8")
    broken = tmp_path / "broken.html"
    evil = '<img src="x.png"><script>document.title="owned"</script><style>body{color:red}</style><p style="color:red">'
    broken.write_text(text.replace("</main>", f"{evil}</main>"), encoding="utf-8")
    page = browser.new_page()
    refused: list[str] = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(broken.as_uri())
    assert page.title() != "owned"
    assert sum("Content Security Policy" in text for text in refused) >= 4
    page.close()


def test_a_link_opens_the_folded_rule_it_points_into(browser: Any, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    links = page.locator('section#rules a[href^="#rule-"]')
    if links.count():
        links.last.click()
        target = links.last.get_attribute("href")
        assert page.evaluate("to => document.querySelector(to).checkVisibility()", target)
        assert page.evaluate("to => document.querySelector(to).closest('details') !== null", target)
    else:
        assert "No rule matched." in page.inner_text("header")
    page.close()


def test_paper_shows_what_is_folded(browser: Any, page_file: Path) -> None:
    page = browser.new_page()
    page.goto(page_file.as_uri())
    page.emulate_media(media="print")
    assert page.evaluate("[...document.querySelectorAll('.rule .body')].every(one => one.checkVisibility())")
    assert not page.evaluate("document.querySelector('nav').checkVisibility()")
    page.close()
