"""The pages in a real browser, opened as files: whole, readable, reachable by keyboard, nothing executed."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import hostile
import pytest
from axe import audit
from site_tools import write_site

pytestmark = pytest.mark.browser

LANGUAGES = ("it", "en")
DATES = ("2014-12-31", "2018-09-30", "2022-06-30")
WIDTHS = (320, 768, 1920)


@pytest.fixture(scope="module")
def site(tmp_path_factory, bundled, pages):
    """Every report at an early date, at that of the sheet and at the last one, those two in English too."""
    out = tmp_path_factory.mktemp("site") / "reports"
    outcomes = pages.write(out, bundled, languages=["it"], cutoffs=DATES[:1])
    write_site(out, bundled, outcomes + pages.write(out, bundled, languages=LANGUAGES, cutoffs=DATES[1:]))
    return out


def kinds(site, lang="it", date="2018-09-30"):
    """One page of every kind there is in the folder."""
    folder = site if lang == "it" else site / lang
    found = [folder / "index.html", *sorted((folder / date).glob("*.html"))]
    assert len(found) > 2
    return found


def overflow(page):
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def test_the_front_page_leads_to_every_report_and_back(site, page):
    page.goto((site / "index.html").as_uri())
    links = page.locator("#table-dates tbody a")
    reports = links.count()
    assert reports == len(list(site.glob("*/*.html"))) - len(list(site.glob("en/*.html")))
    assert links.nth(0).text_content() == "30 giugno 2022: rapporto"
    for place in range(reports):
        links.nth(place).click()
        assert page.locator("h1").inner_text() == "POR FSE 2014-2020 di Regione Lombardia"
        # every figure is drawn
        assert page.evaluate("[...document.images].every(image => image.naturalWidth > 100)")
        page.get_by_role("link", name="Tutte le date di riferimento").click()
        assert page.locator("h2").first.inner_text() == "Situazione al 30 giugno 2022"


def test_the_dates_of_a_report_are_walked_and_the_language_is_changed(site, page):
    page.goto((site / "2014-12-31" / "programme_report.html").as_uri())
    days = []
    for _ in DATES:
        days.append(page.locator(".pf-subtitle").inner_text().split(" · ")[0])
        if page.locator("a[rel=next]").count():
            page.locator("a[rel=next]").click()
    assert days == ["Situazione al 31 dicembre 2014", "Situazione al 30 settembre 2018", "Situazione al 30 giugno 2022"]
    assert page.locator("a[rel=next]").count() == 0
    page.get_by_role("link", name="English").click()
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator(".pf-subtitle").inner_text().startswith("Position at 30 June 2022")
    page.locator("a[rel=prev]").click()
    assert page.locator(".pf-subtitle").inner_text().startswith("Position at 30 September 2018")
    page.get_by_role("link", name="All reporting dates").click()
    page.get_by_role("link", name="Italiano").click()
    assert page.url == (site / "index.html").as_uri()


def test_a_link_to_a_section_of_a_report_arrives_there(site, page):
    page.goto((site / "index.html").as_uri())
    page.locator("#attention ~ .pf-more a").first.click()
    assert page.url.endswith("/2022-06-30/programme_report.html#checks")
    assert page.locator("#checks").bounding_box()["y"] < 100


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(site, page, width):
    page.set_viewport_size({"width": width, "height": 900})
    for path in (*kinds(site), *kinds(site, "en", "2022-06-30")):
        page.goto(path.as_uri())
        # wide tables and figures scroll in their own box; the page itself does not
        assert overflow(page) == 0, path


def test_text_spaced_out_by_the_reader_is_not_cut_off(site, page):
    """WCAG 1.4.12."""
    page.set_viewport_size({"width": 320, "height": 900})
    for path in kinds(site):
        page.goto(path.as_uri())
        page.add_style_tag(
            content="* { line-height: 1.5 !important; letter-spacing: .12em !important }"
            " * { word-spacing: .16em !important } p { margin-bottom: 2em !important }"
        )
        assert overflow(page) == 0, path
        cut = page.evaluate(
            """[...document.querySelectorAll('main *, nav *')].filter(item => {
                const style = getComputedStyle(item)
                return ['hidden', 'clip'].includes(style.overflowX) && !item.classList.contains('pf-hidden')
                    && (item.scrollWidth > item.clientWidth || item.scrollHeight > item.clientHeight)
            }).map(item => item.outerHTML.slice(0, 100))"""
        )
        assert cut == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_axe_finds_nothing(site, browser, lang):
    # the policy of the pages forbids scripts, axe's own too
    context = browser.new_context(bypass_csp=True, reduced_motion="reduce")
    page = context.new_page()
    for path in kinds(site, lang):
        wrong, colours = audit(page, path, WIDTHS)
        assert wrong == []
        assert not colours["light"] & colours["dark"], path.name
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_link_and_scroll_box_is_reached_by_tab_and_seen(site, browser, scheme):
    context = browser.new_context(color_scheme=scheme, viewport={"width": 320, "height": 700})
    page = context.new_page()
    for path in kinds(site):
        page.goto(path.as_uri())
        wanted = page.evaluate(
            """[...document.querySelectorAll('a[href], *')].filter(item => item.matches('a[href]')
                || ['auto', 'scroll'].includes(getComputedStyle(item).overflowX) && item.scrollWidth > item.clientWidth)
                .map((item, place) => { item.dataset.place = place; return place })"""
        )
        reached = []
        for _ in range(3 * len(wanted) + 20):
            page.keyboard.press("Tab")
            seen = page.evaluate(
                """() => {
                    const item = document.activeElement
                    if (item === document.body) return null
                    const box = item.getBoundingClientRect(), style = getComputedStyle(item)
                    const x = Math.max(box.left, 0) + Math.min(box.width, innerWidth) / 2
                    const y = Math.max(box.top, 0) + Math.min(Math.min(box.height, innerHeight), box.bottom) / 2
                    const at = document.elementFromPoint(x, Math.min(y, innerHeight - 1))
                    return {
                        place: item.dataset.place, outline: style.outlineStyle, width: parseFloat(style.outlineWidth),
                        shown: !!at && (item.contains(at) || at.contains(item)), what: item.outerHTML.slice(0, 120),
                        ring: style.outlineColor, ground: getComputedStyle(document.body).backgroundColor,
                    }
                }"""
            )
            if seen is None:
                break
            assert seen["outline"] == "solid", seen
            assert seen["width"] >= 2, seen
            assert seen["shown"], seen
            assert contrast(seen["ring"], seen["ground"]) >= 3, seen
            if seen["place"] is not None:
                reached.append(int(seen["place"]))
        assert sorted(set(reached)) == wanted, path
    context.close()


def contrast(one, other):
    """The ratio of two colours as a browser writes them (WCAG 2.2)."""
    lights = []
    for colour in (one, other):
        parts = [int(part) / 255 for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        lights.append(sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))
    return (max(lights) + 0.05) / (min(lights) + 0.05)


def test_the_skip_link_leads_past_the_navigation(site, page):
    page.goto((site / "2018-09-30" / "programme_report.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "pf-skip"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_a_printed_page_is_whole(site, page):
    """On A4 between the margins no table is wider than the sheet, its header stays, the ways to other pages go."""
    page.set_viewport_size({"width": 688, "height": 1000})
    page.emulate_media(media="print", color_scheme="dark")
    for path in (*kinds(site), *kinds(site, date="2022-06-30")):
        page.goto(path.as_uri())
        assert overflow(page) == 0, path
        wide = "[...document.querySelectorAll('table, img')].filter(item => item.getBoundingClientRect().right > 689)"
        assert page.evaluate(f"{wide}.map(item => item.outerHTML.slice(0, 80))") == []
        assert not any(link.is_visible() for link in page.locator("nav a").all())
        assert page.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
        # ink on paper, whatever the screen prefers
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(31, 41, 51)"
    assert page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_hostile_texts_are_shown_as_texts(hostile_site, page):
    pages = [*kinds(hostile_site), *kinds(hostile_site, "en")]
    assert len(pages) == 10
    shown = {"it": "", "en": ""}
    for path in pages:
        page.goto(path.as_uri())
        page.wait_for_load_state("load")
        assert page.evaluate("document.querySelectorAll('script, svg, iframe, object, main img[src=x]').length") == 0
        assert page.locator("nav").count() == 2, "the texts broke the navigation"
        shown[page.locator("html").get_attribute("lang")] += page.locator("body").inner_text()
        assert page.evaluate("[...document.images].every(image => image.naturalWidth > 100)")
    for text in (
        hostile.SCRIPT,
        hostile.MARKS,
        hostile.IMAGE,
        hostile.ADDRESS,
        hostile.BREAKOUT,
        hostile.FORMULA,
        hostile.COMMAND,
        hostile.PATH,
        hostile.OVERRIDE,
        hostile.LONG,
        Path(hostile.NOTEBOOK).stem,
    ):
        assert text in shown["it"], text[:50]
    for text in (hostile.SCRIPT, hostile.BREAKOUT, hostile.LONG, hostile.MATHS):
        assert text in shown["en"], text[:50]


def test_hostile_texts_in_figures_are_letters(hostile_site, page):
    page.goto((hostile_site / "2018-09-30" / "programme_report.html").as_uri())
    drawn = page.evaluate(
        """[...document.images].map(image => {
            const bytes = Uint8Array.from(atob(image.src.split(',')[1]), letter => letter.charCodeAt(0))
            const svg = new DOMParser().parseFromString(new TextDecoder().decode(bytes), 'image/svg+xml')
            return [svg.querySelectorAll('parsererror, script, image, a').length,
                    [...svg.querySelectorAll('text')].map(text => text.textContent).join('|')]
        })"""
    )
    assert [count for count, _ in drawn] == [0] * len(drawn)
    assert any(r"$\frac{1}{0}$ costs $5" in texts.replace("|", " ") for _, texts in drawn)


def test_an_override_of_the_direction_of_writing_ends_with_its_text(hostile_site, page):
    page.set_viewport_size({"width": 1920, "height": 900})
    page.goto((hostile_site / "2018-09-30" / "programme_report.html").as_uri())
    # what stands after such a title, letter by letter: each to the right of the one before, or on a new line
    followed = page.evaluate(
        """text => {
            const walker = document.createTreeWalker(document.querySelector('main'), NodeFilter.SHOW_TEXT), found = []
            while (walker.nextNode()) {
                const node = walker.currentNode, at = node.data.indexOf(text)
                if (at < 0 || !node.parentElement.closest('.pf-source, .pf-note')) continue
                const boxes = [...node.data.slice(at + text.length)].map((letter, place) => {
                    const range = document.createRange()
                    range.setStart(node, at + text.length + place)
                    range.setEnd(node, at + text.length + place + 1)
                    return range.getBoundingClientRect()
                }).filter(box => box.width > 0)
                const back = boxes.filter((box, i) => i && box.top === boxes[i - 1].top && box.left < boxes[i - 1].left)
                found.push([boxes.length, back.length])
            }
            return found
        }""",
        hostile.OVERRIDE,
    )
    assert any(letters > 5 for letters, _ in followed)
    assert [back for _, back in followed] == [0] * len(followed)


def test_links_of_hostile_names_lead_to_their_pages(hostile_site, page):
    for path in [*kinds(hostile_site), *kinds(hostile_site, "en")]:
        page.goto(path.as_uri())
        targets = page.evaluate("[...document.links].map(link => link.href)")
        assert targets
        for target in targets:
            assert target.startswith(hostile_site.as_uri() + "/"), target
            assert Path(unquote(urlsplit(target).path)).is_file(), target
    page.goto((hostile_site / "index.html").as_uri())
    page.locator("#table-dates").get_by_text(Path(hostile.NOTEBOOK).stem).click()
    assert page.locator("#endowment").count() >= 1


def test_hostile_texts_do_not_widen_the_page(hostile_site, page):
    page.set_viewport_size({"width": 320, "height": 900})
    for path in [*kinds(hostile_site), *kinds(hostile_site, "en")]:
        page.goto(path.as_uri())
        assert overflow(page) == 0, path.name


def test_what_is_forbidden_to_a_page_is_not_done(site, browser):
    """Even a script that got into a page would not run, load, send or submit anything."""
    context = browser.new_context()
    page = context.new_page()
    asked, blocked = [], []
    # the browser tells of every address it meets; only what passes the policy gets this far
    context.route("https://**", lambda route: (asked.append(route.request.url), route.fulfill(body="")))
    page.on("console", lambda message: blocked.append(message.text))
    page.on("dialog", lambda dialog: (asked.append("dialog"), dialog.dismiss()))
    target = site / "broken-in.html"
    whole = (site / "index.html").read_text(encoding="utf-8")
    target.write_text(
        whole.replace(
            "</main>",
            "<script>alert(1)</script><img src=x onerror=alert(1)><img src=https://example.invalid/x.png>"
            "<iframe src=https://example.invalid></iframe><link rel=stylesheet href=https://example.invalid/x.css>"
            "<form action=https://example.invalid></form></main>",
        ),
        encoding="utf-8",
    )
    try:
        page.goto(target.as_uri())
        page.evaluate("document.forms[0].submit()")
        page.wait_for_timeout(200)
    finally:
        target.unlink()
    assert asked == []
    assert len([text for text in blocked if "Content Security Policy" in text]) >= 5
    context.close()
