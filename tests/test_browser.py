"""The page in a real browser: no dialog, no request, no script, and quotes that open in view (FAULTS F44)."""

import os
import shutil
from pathlib import Path

import pytest
from dossier_fixture import PAYLOADS, documents, dossier, empty_dossier, poisoned

from dossier.exports import html

pytestmark = pytest.mark.browser

SCRIPTS = "document.querySelectorAll('script').length + document.scripts.length"
FOREIGN = "document.querySelectorAll('img,iframe,object,embed,form,input,base,link,video,audio,math,template').length"
HANDLERS = (
    "[...document.querySelectorAll('*')].filter(e => [...e.attributes].some(a => /^on|^style$|^src/.test(a.name)))"
    ".length"
)
VIOLATIONS = (
    "window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(e.violatedDirective))"
)


def chromium() -> str:
    """The path of Chromium; without one the tests are skipped, but never where CI=true."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = os.environ.get("DOSSIER_CHROMIUM") or next(filter(None, map(shutil.which, names)), None)
    if found is None:
        reason = "No Chromium: set DOSSIER_CHROMIUM or put chromium on the PATH."
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture(scope="module")
def browser():
    path = chromium()
    from playwright.sync_api import sync_playwright

    with sync_playwright() as runner:
        opened = runner.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield opened
        opened.close()


class Visit:
    """One page, with what it tried: dialogs, requests, and violations of its own policy."""

    def __init__(self, browser, content: str, folder: Path, *, bypass_csp: bool = False, width: int = 1180):
        self.context = browser.new_context(bypass_csp=bypass_csp, viewport={"width": width, "height": 900})
        self.context.add_init_script(VIOLATIONS)
        self.page = self.context.new_page()
        self.dialogs: list[str] = []
        self.requests: list[str] = []
        self.page.on("dialog", self._dialog)
        self.page.route("**/*", self._request)
        self.file = folder / "page.html"
        self.show(content)

    def show(self, content: str) -> None:
        """Go to `content`, in the same window."""
        self.file.write_text(content, encoding="utf-8")
        self.page.goto(self.file.as_uri())

    def _dialog(self, dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def _request(self, route) -> None:
        if route.request.url == self.file.as_uri():
            route.continue_()
        else:
            self.requests.append(route.request.url)
            route.abort()

    def use(self) -> None:
        """Open every quote, move over the page and press Tab, as a reader would."""
        self.page.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        self.page.mouse.move(200, 200)
        self.page.mouse.move(400, 300)
        self.page.keyboard.press("Tab")
        self.page.wait_for_load_state("load")

    def close(self) -> None:
        self.context.close()


@pytest.mark.parametrize("bypass_csp", [False, True], ids=["with its policy", "escaping alone"])
def test_forty_payloads_open_no_dialog_request_nothing_and_make_no_script(browser, tmp_path, bypass_csp):
    assert len(PAYLOADS) >= 40
    visit = Visit(browser, "", tmp_path, bypass_csp=bypass_csp)
    for payload in PAYLOADS:
        visit.show(html.render(poisoned(payload), documents()))
        visit.use()
        found = {
            "dialogs": visit.dialogs,
            "requests": visit.requests,
            "violations": visit.page.evaluate("window.violations"),
            "scripts": visit.page.evaluate(SCRIPTS),
            "foreign elements": visit.page.evaluate(FOREIGN),
            "handlers": visit.page.evaluate(HANDLERS),
        }
        assert not any(found.values()), (payload, found)
    visit.close()


def test_the_watch_sees_a_payload_that_is_not_escaped(browser, tmp_path):
    page = "<!DOCTYPE html><body><img src='https://evil.example/b.png' onerror='alert(1)'><script>1</script>"
    visit = Visit(browser, page, tmp_path)
    visit.use()
    assert visit.requests == ["https://evil.example/b.png"]
    assert visit.dialogs == ["1"]
    assert visit.page.evaluate(SCRIPTS) + visit.page.evaluate(FOREIGN) + visit.page.evaluate(HANDLERS) >= 3
    visit.close()


def test_the_policy_holds_even_where_an_escape_is_forgotten(browser, tmp_path):
    broken = html.render(dossier(), documents()).replace(
        "<main>", "<main><img src='https://evil.example/b.png' onerror='alert(1)'><script>alert(2)</script>"
    )
    visit = Visit(browser, broken, tmp_path)
    visit.use()
    assert (visit.dialogs, visit.requests) == ([], [])
    assert visit.page.evaluate("window.violations.length") >= 2
    visit.close()


@pytest.mark.parametrize("width", [1180, 820, 390, 320])
def test_nothing_is_wider_than_the_window(browser, tmp_path, width):
    long_word = dossier().lead.model_copy(update={"name": "Brightwater" * 12})
    for content in (dossier(), dossier(lead=long_word), empty_dossier()):
        visit = Visit(browser, html.render(content, documents()), tmp_path, width=width)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= width
        visit.close()


@pytest.mark.parametrize("width", [1180, 390])
def test_each_quote_opens_within_the_width_of_the_window_and_closes_the_one_before(browser, tmp_path, width):
    visit = Visit(browser, html.render(dossier(), documents()), tmp_path, width=width)
    marks = visit.page.locator("details.cite")
    assert marks.count() > 20
    for index in range(marks.count()):
        marks.nth(index).locator("summary").click()
        box = marks.nth(index).locator(".quotes").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        assert visit.page.evaluate("document.querySelectorAll('details.cite[open]').length") == 1
        marks.nth(index).locator("summary").click()
    visit.close()


def test_print_shows_every_cited_quote_and_no_open_box(browser, tmp_path):
    visit = Visit(browser, html.render(dossier(), documents()), tmp_path)
    visit.page.emulate_media(media="print")
    assert visit.page.locator("#facts .evidence").first.is_visible()
    assert not visit.page.locator(".quotes").first.is_visible()
    assert visit.page.locator("details.cite summary").first.is_visible()
    visit.close()


def test_the_page_follows_a_dark_setting_with_enough_contrast(browser, tmp_path):
    visit = Visit(browser, html.render(dossier(), documents()), tmp_path)
    for scheme in ("light", "dark"):
        visit.page.emulate_media(color_scheme=scheme)
        ratios = visit.page.evaluate(CONTRAST)
        assert min(ratios.values()) >= 4.5, (scheme, ratios)
    visit.close()


CONTRAST = """() => {
  const light = c => { const v = c.match(/[0-9.]+/g).slice(0, 3).map(x => x / 255)
      .map(x => x <= .03928 ? x / 12.92 : ((x + .055) / 1.055) ** 2.4);
    return .2126 * v[0] + .7152 * v[1] + .0722 * v[2] };
  const back = e => { for (; e; e = e.parentElement) {
      const c = getComputedStyle(e).backgroundColor; if (c !== 'rgba(0, 0, 0, 0)') return c }
      return 'rgb(255,255,255)' };
  const ratios = {};
  for (const s of ['h1', 'h2', '.muted', '.why-now .muted', 'a', '.tag', '.tag.ok', '.tag.warn', '.tag.tier-hot',
                   '.tag.strong', '.cite > summary', '.reason', '.gap']) {
    const e = document.querySelector(s);
    const [a, b] = [light(getComputedStyle(e).color), light(back(e))].sort((x, y) => y - x);
    ratios[s] = (a + .05) / (b + .05);
  }
  return ratios }"""
