"""The evaluator's comments: which files are read, what of Markdown stands on a page, and where it stands."""

import shutil

import pytest

from porfse_analysis import ParameterError, resources
from porfse_analysis.display.words.wording import text
from porfse_analysis.reports.comments import Comment, as_html, comment_of, comments_on, put_on, read_comments
from porfse_analysis.reports.markdown import to_html
from porfse_analysis.reports.plan import Run
from porfse_analysis.reports.sections import comment_sections, sections_of

SECTIONS = {
    "programme_report": [
        *("endowment", "key_figures", "highlights", "axes", "targets", "people", "changes", "checks", "sources"),
    ],
    "performance_review": [
        "framework",
        "framework_final",
        "decommitment",
        "closure",
        "claims",
        "rules",
        "review_sources",
    ],
}


def lay(folder, **files):
    """A folder with these comments, by their names below `comments`."""
    for name, words in files.items():
        path = folder / "comments" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(words, encoding="utf-8")
    return folder


def run(name, cutoff="2018-09-30", lang="it"):
    return Run(resources.notebooks_folder() / f"{name}.ipynb", "", cutoff, lang, resources.bundled())


def comment(words, section=""):
    return Comment("comments/2018-09-30.md", "2018-09-30", section, "", words)


def test_the_sections_are_those_the_notebooks_show():
    for name, sections in SECTIONS.items():
        assert sections_of(resources.notebooks_folder() / f"{name}.ipynb") == sections
    assert list(comment_sections()) == [section for sections in SECTIONS.values() for section in sections]
    assert comment_sections()["claims"] == "performance_review"
    for section in comment_sections():
        assert text(f"section.{section}", "en") != text(f"section.{section}", "it")


def test_a_folder_without_comments_has_none(tmp_path):
    assert read_comments(tmp_path) == []
    (tmp_path / "comments").mkdir()
    (tmp_path / "comments" / ".DS_Store").write_bytes(b"\0")
    (tmp_path / "comments" / "2018-09-30.md").write_text(" \n")
    assert read_comments(tmp_path) == []


def test_comments_are_of_a_date_a_section_and_a_language(tmp_path):
    files = {
        "2018-09-30.md": "all",
        "2018-09-30.it.md": "tutti",
        "2018-09-30/axes.md": "axes",
        "2018-09-30/claims.en.md": "claims",
        "1999-12-31.md": "of no date of the programme",
    }
    found = read_comments(lay(tmp_path, **files))
    assert {(one.file, one.cutoff, one.section, one.lang, one.text) for one in found} == {
        ("comments/2018-09-30.md", "2018-09-30", "", "", "all"),
        ("comments/2018-09-30.it.md", "2018-09-30", "", "it", "tutti"),
        ("comments/2018-09-30/axes.md", "2018-09-30", "axes", "", "axes"),
        ("comments/2018-09-30/claims.en.md", "2018-09-30", "claims", "en", "claims"),
        ("comments/1999-12-31.md", "1999-12-31", "", "", "of no date of the programme"),
    }

    def on(name, **at):
        return [one.text for one in comments_on(run(name, **at), found)]

    # the one of the language takes the place of the one for all
    assert on("programme_report") == ["tutti", "axes"]
    assert on("programme_report", lang="en") == ["all", "axes"]
    assert on("performance_review") == ["tutti"]
    assert on("performance_review", lang="en") == ["all", "claims"]
    # the sheet is one page, another notebook may show no section of these
    assert on("information_sheet", lang="en") == ["all"]
    assert on("compare_cutoffs", lang="en") == ["all"]
    assert on("programme_report", cutoff="2018-12-31") == []
    assert comment_of(found, "2018-09-30", "en").text == "all"
    assert comment_of(found, "2018-12-31", "en") is None


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("2018-9-30.md", "comments/2018-9-30.md: '2018-9-30' is not a date written YYYY-MM-DD"),
        ("2018-02-30.md", "comments/2018-02-30.md: '2018-02-30' is not a date written YYYY-MM-DD"),
        ("20180930.md", "comments/20180930.md: '20180930' is not a date written YYYY-MM-DD"),
        ("notes/axes.md", "comments/notes/axes.md: 'notes' is not a date written YYYY-MM-DD"),
        ("2018-09-30.fr.md", "comments/2018-09-30.fr.md: 'fr' is not a language of the pages: it, en"),
        ("2018-09-30.en.it.md", "comments/2018-09-30.en.it.md: 'en.it' is not a language of the pages: it, en"),
        ("2018-09-30..md", "comments/2018-09-30..md: '' is not a language of the pages: it, en"),
        ("2018-09-30.txt", "comments/2018-09-30.txt: is not the name of a comment: 2018-09-30.md, 2018-09-30/axes.md"),
        ("2018-09-30/it/axes.md", "comments/2018-09-30/it/axes.md: is not the name of a comment"),
        (
            "2018-09-30/axis.it.md",
            "comments/2018-09-30/axis.it.md: 'axis' is not a section; did you mean 'axes'? sections: endowment",
        ),
        ("2018-09-30/sheet.md", "comments/2018-09-30/sheet.md: 'sheet' is not a section; "),
    ],
)
def test_a_wrongly_named_file_is_refused_with_what_is_allowed(tmp_path, name, said):
    lay(tmp_path, **{name: "words", "2018-09-30.it.md": "parole"})
    with pytest.raises(ParameterError) as error:
        read_comments(tmp_path)
    assert str(error.value).startswith(said)


def test_every_wrong_file_is_named_at_once(tmp_path):
    lay(tmp_path, **{"a.md": "", "b.md": ""})
    (tmp_path / "comments" / "2018-09-30.md").write_bytes(b"perch\xe9")
    with pytest.raises(ParameterError) as error:
        read_comments(tmp_path)
    assert [line.partition(": ")[::2] for line in str(error.value).splitlines()] == [
        ("comments/2018-09-30.md", "is not UTF-8 text; save it as UTF-8"),
        ("comments/a.md", "'a' is not a date written YYYY-MM-DD"),
        ("comments/b.md", "'b' is not a date written YYYY-MM-DD"),
    ]
    shutil.rmtree(tmp_path / "comments")
    (tmp_path / "comments").write_text("words")
    with pytest.raises(ParameterError, match="is a file; comments lie in a folder"):
        read_comments(tmp_path)


def test_markdown_is_kept_and_markup_is_text():
    made = to_html("# One\n\n## Two\n\n**bold** <b>raw</b> a < b\n\n<script>alert(1)</script>\n\n- first\n", "c.md", 2)
    assert made == (
        "<h2>One</h2>\n<h3>Two</h3>\n"
        "<p><strong>bold</strong> &lt;b&gt;raw&lt;/b&gt; a &lt; b</p>\n"
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n<ul>\n<li>first</li>\n</ul>\n"
    )
    assert to_html("###### deep", "c.md", 3) == "<h6>deep</h6>\n"
    assert to_html("a <!-- navigation --> b", "c.md", 2) == "<p>a &lt;!-- navigation --&gt; b</p>\n"
    assert to_html("`<i>`\n\n    <u>\n", "c.md", 2) == (
        "<p><code>&lt;i&gt;</code></p>\n<pre><code>&lt;u&gt;</code></pre>\n"
    )


def test_links_lead_to_addresses_alone():
    made = to_html('[a&b](https://example.org/?a=1&b="2") <mailto:who@example.org>', "c.md", 2)
    assert made == (
        '<p><a href="https://example.org/?a=1&amp;b=%222%22" rel="noopener noreferrer">a&amp;b</a> '
        '<a href="mailto:who@example.org" rel="noopener noreferrer">mailto:who@example.org</a></p>\n'
    )
    for url in ("javascript:alert(1)", "JavaScript:alert(1)", "data:text/html,x", "file:///etc/passwd", "../x.html"):
        with pytest.raises(ParameterError, match=r"^c\.md: links to '.*': a link begins with http, https, mailto$"):
            to_html(f"[x]({url})", "c.md", 2)
        with pytest.raises(ParameterError, match="links to"):
            to_html(f"[x][1]\n\n[1]: {url}\n", "c.md", 2)


def test_an_image_is_refused_before_any_page_is_made(tmp_path):
    lay(tmp_path, **{"2018-09-30/axes.md": "see ![map](https://example.org/map.png)"})
    with pytest.raises(
        ParameterError, match=r"^comments/2018-09-30/axes\.md: shows the image 'https://example\.org/map\.png'"
    ):
        read_comments(tmp_path)


def test_a_comment_is_signed_as_the_evaluators():
    assert as_html(comment("Slow."), "en") == (
        '<div class="pf-comment" role="note" aria-label="The evaluator&#39;s comment">'
        '<p class="pf-comment-by">The evaluator&#39;s comment</p>\n<p>Slow.</p>\n</div>'
    )
    assert '<p class="pf-comment-by">Commento del valutatore</p>\n<h2>A</h2>' in as_html(comment("# A"), "it")
    assert '<p class="pf-comment-by">Commento del valutatore</p>\n<h3>A</h3>' in as_html(comment("# A", "axes"), "it")
    assert ">Commento del valutatore al 30 settembre 2018</p>" in as_html(comment("A"), "it", "30 settembre 2018")


def test_comments_stand_below_the_title_and_in_their_sections():
    body = '<h1 id="title">T</h1><p class="pf-subtitle">S</p><p>x</p><h2 id="axes">A</h2><p>y</p><h2 id="checks">C</h2>'
    made = put_on(body, [comment("of all"), comment("of axes", "axes"), comment("of none", "claims")], "it")
    order = [made.index(part) for part in ("</h1>", "S</p>", "of all", "<p>x", ">A</h2>", "of axes", "<p>y", ">C</h2>")]
    assert order == sorted(order)
    assert "of none" not in made
    assert put_on("<p>no title</p>", [comment("of all")], "it").endswith("</div>\n<p>no title</p>")
    # a title made in Markdown, without a subtitle
    made = put_on('<h1 id="Mine">Mine</h1>\n<p>x</p>', [comment("of all")], "it")
    assert made.startswith('<h1 id="Mine">Mine</h1>')
    assert made.index("of all") < made.index("<p>x")
