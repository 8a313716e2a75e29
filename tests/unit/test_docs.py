"""The pages of the documentation: Italian ones go with the English ones, names and links are those of the project."""

import pkgutil
import re
import sys
from fractions import Fraction
from pathlib import Path

import pytest

import porfse_analysis as pf

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PACKAGE = ROOT / "porfse_analysis"
sys.path.insert(0, str(DOCS))

import check_site  # noqa: E402

ITALIAN = sorted(path.name for path in (DOCS / "it").glob("*.md"))
PAIRS = {
    "README.md": (ROOT / "README.md", ROOT / "README.it.md"),
    **{name: (DOCS / name, DOCS / "it" / name) for name in ITALIAN},
}
PAGES = sorted(path for path in DOCS.rglob("*.md"))
FENCE = re.compile(r"^(`{3,})([^\n]*)\n(.*?)^\1$", re.MULTILINE | re.DOTALL)


def blocks(text):
    """What is typed, run or written on a page; the words of a picture and after a hash are of the reader's language."""
    fenced = [(head, body) for _, head, body in FENCE.findall(text) if "toctree" not in head]
    indented = [("", body) for body in re.findall(r"(?:^    \S.*\n)+", FENCE.sub("", text), re.MULTILINE)]
    return [(head, in_no_language(body)) for head, body in fenced + indented]


def in_no_language(body):
    """English and Italian alike where a command or a call asks for one of them."""
    body = re.sub(r"^    alt: .*$", "", body, flags=re.MULTILINE)
    body = re.sub(r" +#.*$", "", body, flags=re.MULTILINE)
    body = body.replace("--lang it --lang en", "--lang ... --lang ...")
    return re.sub(r"""(--lang |lang ?= ?"|"title_|definition\[")(?:it|en)\b""", r"\1..", body)


def headings(text):
    return [len(marks) for marks in re.findall(r"^(#+) ", FENCE.sub("", text), re.MULTILINE)]


def title(text):
    return re.search(r"^# (.*)", FENCE.sub("", text), re.MULTILINE)[1]


@pytest.mark.parametrize("name", PAIRS)
def test_an_italian_page_has_the_headings_and_the_commands_of_the_english_one(name):
    english, italian = (path.read_text(encoding="utf-8") for path in PAIRS[name])
    assert headings(english) == headings(italian)
    assert headings(english)[0] == 1
    assert blocks(english) == blocks(italian)
    # translated, and not copied
    assert title(english) != title(italian) or title(english) == "porfse_analysis"


def test_what_is_compared_differs_where_a_command_does():
    assert blocks("```sh\nporfse check --lang en\n```") == blocks("```sh\nporfse check --lang it\n```")
    assert blocks("```sh\nporfse check a\n```") != blocks("```sh\nporfse check b\n```")
    assert blocks("```{terminal}\nporfse check\n```") != blocks("```sh\nporfse check\n```")


def test_user_pages_are_there_in_both_languages():
    of_users = re.findall(r"\]\(([\w-]+\.md)\)", (DOCS / "index.md").read_text(encoding="utf-8"))
    assert len(of_users) == 11
    assert set(ITALIAN) == {*of_users, "index.md"}


def test_every_public_name_has_a_place_in_the_reference():
    source = (DOCS / "made.py").read_text(encoding="utf-8")
    groups = source.split("GROUPS", 1)[1].split("\n}", 1)[0]
    assert set(re.findall(r'"(\w+)"', groups)) - {
        "programme",
        "indicators",
        "changes",
        "verdicts",
        "showing",
        "errors",
    } == set(pf.__all__)


def test_columns_of_the_portal_are_those_its_tables_are_read_by():
    import made

    rows = {row.split("`")[1]: row for row in made.portal("2021-2027", "en").splitlines()[2:]}
    assert list(rows) == ["2021-2027_Finances_Detailed", "hgyj-gyin", "7twf-r3rc", "9qee-iv7c", "xi3a-zddk"]
    needed = rows["9qee-iv7c"].split(" | ")[1]
    assert needed == ", ".join(
        ["`cci`", "`status`", "`status_date`", "`ver` or `version`", "`fund`"]
        + [f"`y{year}`" for year in range(2021, 2028)]
    )
    # what tells the table is needed too
    assert rows["2021-2027_Finances_Detailed"].split(" | ")[1].startswith("`cci`, `fund`, `tod_cycle` or `tod_year`, ")
    assert "`total_amount` o `total_amount_planned`" in made.portal("2014-2020", "it")


def test_every_list_of_codes_is_on_its_page():
    """Each with words for all it has, or with what stands beside a code where no page shows it."""
    import made
    import make_public

    there = {
        f"{module.name.removeprefix('porfse_analysis.')}.{name}"
        for layer in ("indicators", "verdicts")
        for module in pkgutil.walk_packages([str(PACKAGE / layer)], f"porfse_analysis.{layer}.")
        for name in (*make_public.CODES, "BOUNDS")
        if re.search(rf"^{name} = \(", (PACKAGE.parent / (module.name.replace(".", "/") + ".py")).read_text(), re.M)
    }
    assert there == set(made.LISTED)
    for place, (_, groups) in made.LISTED.items():
        unsaid = [code for code, (english, _) in made.worded(place, groups).items() if not english]
        assert unsaid == [], place
    said = made.codes("en")
    for code in ("applications_open", "no_framework", "partial_applications", "provisional", "not_comparable"):
        assert f"| `{code}` | " in said


def test_a_function_leads_to_the_lists_of_codes_it_names():
    import made

    assert made.lists_of(pf.closure_balance) == ["verdicts.closure.CLOSURE_NOTES"]
    assert made.lists_of(pf.decommitment) == ["verdicts.deadline.STATUSES"]
    assert made.lists_of(pf.financial_changes) == ["indicators.compared.STATUSES"]
    claims = [f"verdicts.claims.{name}" for name in ("REASONS", "NEEDS")]
    assert sorted(made.lists_of(pf.check_claims)) == sorted(["indicators.result.BOUNDS", *claims])
    assert made.lists_of(pf.wide) == []


def test_an_option_of_few_values_names_them():
    import made

    assert r"| `--format` `table\|csv\|json` |" in made.commands("en")


def test_units_of_results_are_those_of_the_indicators():
    (row,) = re.findall(r"^\| `unit` \| (.*) \|$", (DOCS / "reference" / "frames.md").read_text(encoding="utf-8"), re.M)
    assert set(re.findall(r"`([^`]+)`", row)) == {one.unit for one in pf.INDICATORS.values()}


def test_what_is_said_of_a_goal_is_what_the_last_table_has():
    page = (DOCS / "project" / "benchmarks.md").read_text(encoding="utf-8")
    last = (DOCS / "project" / "benchmarks-last.txt").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| at (least|most) ([\d./]+).* \| (.+) \| (yes|no|not known) \|$", page, re.M)
    assert len(rows) == 18
    for name, bound, goal, measured, reached in rows:
        if measured == "not run":
            assert reached == "not known", name
            continue
        figure = measured.split(",")[0]
        assert figure in last, name
        found, asked = float(Fraction(figure)), float(Fraction(goal))
        assert reached == ("yes" if (found >= asked if bound == "least" else found <= asked) else "no"), name
    named = re.search(r"^(\w+) goals are not reached", page, re.M)
    assert {"Six": 6, "Seven": 7, "Eight": 8, "Nine": 9}[named[1]] == sum(row[-1] == "no" for row in rows)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(DOCS)))
def test_links_of_a_page_lead_to_files(path):
    for target in re.findall(r"\]\(([^)#\s]+)", FENCE.sub("", path.read_text(encoding="utf-8"))):
        if target.startswith("site:"):
            assert (DOCS / target.removeprefix("site:").removesuffix(".html")).with_suffix(".md").is_file(), target
        elif not re.match(r"\w+:", target):
            assert (path.parent / target).exists(), target


# -- the check of what was built --------------------------------------------------------------------------------------


def built(folder, body, style=""):
    (folder / "a.html").write_text(f"<html><body id='top'>{body}</body></html>", encoding="utf-8")
    (folder / "b.html").write_text("<html><body><h1 id='one'>x</h1></body></html>", encoding="utf-8")
    (folder / "s.css").write_text(style, encoding="utf-8")
    return list(check_site.faults(folder))


@pytest.mark.parametrize(
    "body",
    [
        "<a href='b.html#one'>x</a><a href='#top'>x</a><a href='https://example.org'>x</a>",
        "<img src='data:image/png;base64,AA'><link rel='canonical' href='https://example.org'>",
    ],
)
def test_a_site_without_faults_has_none(tmp_path, body):
    assert built(tmp_path, body, "a { background: url(s.css) }") == []


@pytest.mark.parametrize(
    ("body", "style", "said"),
    [
        ("<a href='c.html'>x</a>", "", "a.html leads to c.html, which is not there"),
        ("<a href='b.html#two'>x</a>", "", "a.html leads to b.html#two, which is not there"),
        ("<script src='https://example.org/x.js'></script>", "", "a.html loads https://example.org/x.js"),
        ("<img src='//example.org/x.png'>", "", "a.html loads //example.org/x.png"),
        ("<img src='x.png'>", "", "a.html loads x.png, which is not there"),
        ("<link rel='stylesheet' href='http://example.org/x.css'>", "", "a.html loads http://example.org/x.css"),
        ("", "@font-face { src: url(https://example.org/x.woff) }", "s.css loads https://example.org/x.woff"),
        ("", "@import 'https://example.org/x.css';", "s.css loads https://example.org/x.css"),
    ],
)
def test_a_fault_of_a_site_is_named(tmp_path, body, style, said):
    assert built(tmp_path, body, style) == [said]
