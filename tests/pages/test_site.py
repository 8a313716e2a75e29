"""The folder of reports: its front page says what the programme's figures say, its links lead to files that exist."""

import html
import json
import os
import re
import shutil
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pandas as pd
import pytest
from site_tools import write_site

from porfse_analysis.display.html import RESULTS_MIME
from porfse_analysis.files import write_aside
from porfse_analysis.reports.navigation import END, START
from porfse_analysis.reports.plan import Run
from porfse_analysis.reports.render import page
from porfse_analysis.reports.run import Outcome
from porfse_analysis.reports.state import STATE_FILE

pytestmark = pytest.mark.long

REPORT, REVIEW = "programme_report", "performance_review"


@pytest.fixture(scope="module")
def programme(bundled):
    return bundled


@pytest.fixture(scope="module")
def results(programme, reports):
    return {date: reports(programme, cutoff=date).results for date in programme.cutoffs}


def lay(out, results, *, lang="it", notebooks=(REPORT, REVIEW), dates=None, reason=""):
    """Pages and executed notebooks as a run leaves them, and the outcomes of those runs."""
    outcomes = []
    for date in dates or results:
        for name in notebooks:
            folder = (out if lang == "it" else out / lang) / date
            run = Run(Path(f"{name}.ipynb"), "", date, lang, folder)
            outcomes.append(Outcome(run, 1.0, reason))
            if reason:
                continue
            body = '<h1>P</h1><h2 id="checks">C</h2>' if name == REPORT else "<h1>P</h1>"
            write_aside(run.page, page(lang=lang, title="P", body=body, home="../index.html"))
            rows = results[date] if name == REPORT else results[date].iloc[:0]
            values = rows.assign(
                **{key: rows[key].dt.strftime("%Y-%m-%d").fillna("") for key in ("cutoff", "data_date")}
            )
            values = values.astype(object).where(values.notna(), None)
            block = {RESULTS_MIME: {"columns": list(values), "rows": values.values.tolist()}}
            write_aside(run.executed, json.dumps({"cells": [{"outputs": [{"data": block}]}]}))
    return outcomes


@pytest.fixture(scope="module")
def site(tmp_path_factory, programme, results):
    """Ten dates in both languages."""
    out = tmp_path_factory.mktemp("site") / "reports"
    write_site(out, programme, [*lay(out, results), *lay(out, results, lang="en")])
    return out


class Words(HTMLParser):
    """What a page says, without markup."""

    def __init__(self):
        super().__init__()
        self.said, self.quiet = [], False

    def handle_starttag(self, tag, attrs):
        self.quiet = tag == "style"

    def handle_endtag(self, tag):
        self.quiet = False

    def handle_data(self, data):
        if not self.quiet and data.strip():
            self.said.append(data.strip())


def words(path, section=""):
    text = path.read_text(encoding="utf-8")
    if section:
        text = text[text.index(f'<h2 id="{section}"') :]
        text = text[: text.find("<h2", 4)] if text.find("<h2", 4) > 0 else text
    reader = Words()
    reader.feed(text)
    # a number and its unit are kept together
    return " | ".join(reader.said).replace("\N{NO-BREAK SPACE}", " ")


def links(path):
    return [html.unescape(target) for target in re.findall(r'href="([^"]*)"', path.read_text(encoding="utf-8"))]


def navigation(path):
    text = path.read_text(encoding="utf-8")
    inside = text[text.index(START) : text.index(END)]
    return [(html.unescape(label), target) for target, label in re.findall(r'<a href="([^"]*)"[^>]*>([^<]*)<', inside)]


# the front page


def test_the_figures_of_the_latest_date_stand_in_large_with_their_own_dates(site):
    said = words(site / "index.html", "latest")
    assert "Situazione al 30 giugno 2022" in said
    assert "Costo ammesso | 897,59 Mln € | 92,5% della dotazione, al 30/06/2022" in said
    assert "Spesa certificata | 144 Mln € | 14,8% della dotazione, al 30/09/2018" in said
    assert "Partecipanti | 397.748 | al 31/12/2020" in said
    assert "Certified expenditure | €144 million | 14.8% of the allocation, at 30/09/2018" in words(
        site / "en" / "index.html", "latest"
    )


def test_progress_is_drawn_over_all_dates_and_said_in_words(site):
    text = (site / "index.html").read_text(encoding="utf-8")
    assert text.count("<img") == 1
    alt = html.unescape(re.search(r'alt="([^"]*)"', text)[1])
    for part in (
        "in percentuale della dotazione",
        "Costo ammesso 0,0% al 31/12/2014",
        "92,5% al 30/06/2022",
    ):
        assert part in alt
    # one date is said, not drawn
    assert "Spesa certificata" not in alt
    assert "a una sola data: Risorse attivate 63,3% al 30/09/2018;" in words(site / "index.html", "progress")
    assert "Fonte: [1]" in words(site / "index.html", "progress")


def test_the_largest_moves_in_euro_and_points_stand_on_the_front_page(site):
    said = words(site / "index.html", "moved")
    # the five axes declared 761,561,401.65 after 730,505,471.98 euro; axis III 230,236,328.97 after 219,430,315.87
    assert "Intero programma | Tasso di spesa dichiarata | +31,06 | 0,00 | 75,3% | 78,5% | +3,2" in said
    assert "IV · Capacità istituzionale e amministrativa | Tasso di spesa dichiarata | +2,43 | 0,00 | 44,0%" in said
    assert "III · Istruzione e formazione | Tasso di spesa dichiarata | +10,81" in said
    # neither among the three largest in euro nor in points
    assert "II · Inclusione sociale e lotta alla povertà | Tasso di selezione" not in said
    assert "Fra il 31/12/2021 e il 30/06/2022 dotazioni e target del piano non risultano cambiati." in said


def test_figures_that_are_the_first_of_their_source_are_no_lack_of_figures(tmp_path, programme, results):
    write_site(tmp_path, programme, lay(tmp_path, results, dates=["2018-09-30"]))
    said = words(tmp_path / "index.html", "moved")
    assert "Prima pubblicazione nella sua fonte, senza una cifra precedente con cui confrontarla" in said
    assert "Tasso di attivazione (Intero programma, I, II, III, IV)" in said
    assert "Nessun dato nuovo" not in said


def test_newer_figures_that_have_not_moved_stand_there(tmp_path, programme, results):
    """The figures of 2021 once more, of the end of June 2022: nothing moved, and that is no lack of figures."""
    finance = programme.finance
    dates = pd.Timestamp("2021-12-31"), pd.Timestamp("2022-06-30")
    again = finance[finance["cutoff"] == dates[0]].assign(cutoff=dates[1], data_date=dates[1])
    same = replace(programme, finance=pd.concat([finance[finance["cutoff"] != dates[1]], again], ignore_index=True))
    write_site(tmp_path, same, lay(tmp_path, results, dates=["2022-06-30"]))
    said = words(tmp_path / "index.html", "moved")
    assert "Intero programma | Tasso di spesa dichiarata | 0,00 | 0,00 | 75,3% | 75,3% | 0,0" in said
    assert "Nessun dato nuovo" not in said


def test_a_new_plan_is_named(tmp_path, programme, results):
    dates = ["2019-12-31", "2020-12-31"]
    write_site(tmp_path, programme, lay(tmp_path, results, dates=dates))
    said = words(tmp_path / "index.html", "moved")
    assert "Che cosa ha cambiato il piano fra il 31/12/2019 e il 31/12/2020: | Asse I. La dotazione passa" in said
    assert "La dotazione passa da 358.000.000,00 € (31/12/2019) a 236.700.000,00 €." in said
    assert "non risultano cambiati" not in said
    assert "Situazione al 31 dicembre 2020" in words(tmp_path / "index.html", "latest")


def test_findings_that_need_attention_stand_with_a_link_to_their_section(site, programme):
    said = words(site / "index.html", "attention")
    assert said.count("avviso |") == 3
    assert said.index("30/06/2022 | Asse IV") < said.index("31/12/2021 | Asse I")
    assert "19.097.553,45 € (31/12/2021) a 19.064.250,70 €" in said
    assert "2022-06-30/programme_report.html#checks" in links(site / "index.html")
    assert "Tutti i 33 esiti dei controlli" in said  # 3 warnings and 30 of information


def test_without_errors_and_warnings_the_front_page_says_so(tmp_path, programme, results):
    write_site(tmp_path, programme, lay(tmp_path, results, dates=["2018-09-30"], notebooks=[REVIEW]))
    said = words(tmp_path / "index.html", "attention")
    assert "I controlli non hanno trovato errori né avvisi." in said
    assert "#checks" not in " ".join(links(tmp_path / "index.html"))  # no page here has that section


def test_the_first_date_has_nothing_to_be_compared_with(tmp_path, programme, results):
    write_site(tmp_path, programme, lay(tmp_path, results, dates=["2014-12-31"]))
    assert 'id="moved"' not in (tmp_path / "index.html").read_text(encoding="utf-8")


def test_failed_runs_are_named_and_not_linked(tmp_path, programme, results):
    outcomes = lay(tmp_path, results, dates=["2018-09-30", "2022-06-30"])
    outcomes += lay(tmp_path, results, dates=["2020-12-31"], notebooks=[REPORT], reason="<b>cell 3</b> failed")
    write_site(tmp_path, programme, outcomes)
    front = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "31 dicembre 2020, rapporto: il rapporto non è disponibile." in words(tmp_path / "index.html", "failed")
    # why is for whoever ran it
    assert "cell 3" not in front
    assert "<b>cell 3</b> failed" in (tmp_path / "runs.csv").read_text(encoding="utf-8")
    assert not [target for target in links(tmp_path / "index.html") if "2020-12-31" in target]
    # the dates on both sides of it lead to each other
    assert ("Precedente: 30 settembre 2018", "../2018-09-30/programme_report.html") in [
        (label.strip("← →"), target) for label, target in navigation(tmp_path / "2022-06-30" / f"{REPORT}.html")
    ]


def test_with_failed_runs_alone_there_is_a_front_page_all_the_same(tmp_path, programme, results):
    write_site(tmp_path, programme, lay(tmp_path, results, dates=["2018-09-30"], reason="no memory"))
    said = words(tmp_path / "index.html")
    assert "30 settembre 2018, verifica: il rapporto non è disponibile." in said
    assert "no memory" not in said
    assert "Situazione al" not in said


def test_the_front_page_of_ten_dates_is_light(site):
    for path in (site / "index.html", site / "en" / "index.html"):
        assert path.stat().st_size < 150_000


def test_reports_in_english_alone_link_from_the_top_and_from_their_own_folder(tmp_path, programme, results):
    write_site(tmp_path, programme, lay(tmp_path, results, lang="en", dates=["2014-12-31", "2018-09-30"]))
    assert "en/2018-09-30/programme_report.html" in links(tmp_path / "index.html")
    assert "2018-09-30/programme_report.html" in links(tmp_path / "en" / "index.html")
    assert "../results.csv" in links(tmp_path / "en" / "index.html")
    assert START not in (tmp_path / "index.html").read_text(encoding="utf-8")  # there is no other language


# the ways between the pages


def test_every_link_of_every_page_leads_to_a_file_and_section_that_exist(site):
    pages = sorted(site.rglob("*.html"))
    assert len(pages) == 44  # two front pages and two glossaries
    for path in pages:
        for target in links(path):
            name, _, anchor = target.partition("#")
            file = (path.parent / unquote(name)).resolve() if name else path
            assert file.is_file(), f"{path}: {target}"
            assert not anchor or f'id="{anchor}"' in file.read_text(encoding="utf-8"), f"{path}: {target}"


def test_a_report_leads_to_its_dates_its_neighbours_and_its_twin(site):
    assert navigation(site / "2018-09-30" / f"{REPORT}.html") == [
        ("← Precedente: 31 dicembre 2017", "../2017-12-31/programme_report.html"),
        ("Successiva: 31 dicembre 2018 →", "../2018-12-31/programme_report.html"),
        ("30 settembre 2018, verifica", "performance_review.html"),
        ("English", "../en/2018-09-30/programme_report.html"),
    ]
    assert navigation(site / "en" / "2022-06-30" / f"{REVIEW}.html") == [
        ("← Previous: 31 December 2021", "../2021-12-31/performance_review.html"),
        ("30 June 2022, report", "programme_report.html"),
        ("Italiano", "../../2022-06-30/performance_review.html"),
    ]
    text = (site / "2018-09-30" / f"{REPORT}.html").read_text(encoding="utf-8")
    assert 'rel="alternate" hreflang="en" lang="en"' in text
    assert navigation(site / "index.html") == [("English", "en/index.html")]
    assert navigation(site / "en" / "index.html") == [("Italiano", "../index.html")]


def test_writing_again_changes_no_byte_and_touches_no_report(site, programme):
    def state():
        return {path: path.read_bytes() for path in site.rglob("*") if path.is_file()}

    def times():
        return {
            path: path.stat().st_mtime_ns
            for path in site.rglob("*/*.html")
            if path.name not in ("index.html", "glossary.html")
        }

    before, touched = state(), times()
    write_site(site, programme, [])
    assert state() == before
    assert times() == touched


def test_links_follow_what_lies_in_the_folder(tmp_path, programme, results):
    dates = ["2016-12-31", "2017-12-31", "2018-12-31"]
    write_site(tmp_path, programme, lay(tmp_path, results, dates=dates, notebooks=[REPORT]))
    (tmp_path / "2017-12-31" / f"{REPORT}.html").unlink()
    write_site(tmp_path, programme, [])
    assert navigation(tmp_path / "2016-12-31" / f"{REPORT}.html") == [
        ("Successiva: 31 dicembre 2018 →", "../2018-12-31/programme_report.html")
    ]
    assert "2017-12-31/programme_report.html" not in links(tmp_path / "index.html")


def test_a_page_of_an_older_version_is_left_as_it_is(tmp_path, programme, results):
    outcomes = lay(tmp_path, results, dates=["2016-12-31", "2017-12-31"], notebooks=[REPORT])
    old = tmp_path / "2016-12-31" / f"{REPORT}.html"
    old.write_text("<h1>old</h1>")
    write_site(tmp_path, programme, outcomes)
    assert old.read_text() == "<h1>old</h1>"


def test_texts_of_the_data_are_no_marks(tmp_path, programme, results):
    outcomes = lay(tmp_path, results, dates=["2016-12-31", "2017-12-31"], notebooks=[REPORT])
    path = tmp_path / "2016-12-31" / f"{REPORT}.html"
    evil = f"{END} {START} <script>"
    write_aside(path, page(lang="it", title=evil, body=f"<h1>{html.escape(evil)}</h1>", home="../index.html"))
    write_site(tmp_path, programme, outcomes)
    assert navigation(path) == [("Successiva: 31 dicembre 2017 →", "../2017-12-31/programme_report.html")]
    assert f"<title>{html.escape(evil)}</title>" in path.read_text()


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such file names")
def test_names_of_notebooks_are_addresses_not_protocols(tmp_path, programme, results):
    name = 'javascript:alert(1) "#?% <b>'
    write_site(tmp_path, programme, lay(tmp_path, results, dates=["2018-09-30"], notebooks=[REPORT, name]))
    ((_, target),) = navigation(tmp_path / "2018-09-30" / f"{REPORT}.html")
    assert target == "javascript%3Aalert%281%29%20%22%23%3F%25%20%3Cb%3E.html"
    assert unquote(target) == f"{name}.html"


@pytest.mark.parametrize(
    ("notebook", "cutoff", "lang"),
    [("../victim", "2018-09-30", "it"), ("victim", "../..", "it"), ("victim", "2018-09-30", "../../x")],
)
def test_an_edited_state_reaches_no_file_outside(tmp_path, programme, results, notebook, cutoff, lang):
    out = tmp_path / "a" / "out"
    write_site(out, programme, lay(out, results, dates=["2018-09-30"], notebooks=[REPORT]))
    victim = tmp_path / "victim.html"
    victim.write_text(f"{START}{END}")
    shutil.copy(victim, out / "victim.html")
    state = json.loads((out / STATE_FILE).read_text())
    state["ended"][f"{lang}/{cutoff}/{notebook}"] = {"reason": "", "seconds": "1"}
    (out / STATE_FILE).write_text(json.dumps(state))
    write_site(out, programme, [])
    assert victim.read_text() == f"{START}{END}"
    assert (out / "victim.html").read_text() == f"{START}{END}"
    assert pd.read_csv(out / "runs.csv")["notebook"].tolist() == [REPORT]


def test_nothing_is_read_back_from_runs_csv(tmp_path, programme, results):
    write_site(tmp_path, programme, lay(tmp_path, results, dates=["2018-09-30"], notebooks=[REPORT]))
    listed, index = (tmp_path / "runs.csv").read_bytes(), (tmp_path / "index.html").read_bytes()
    (tmp_path / "runs.csv").write_text("programme,notebook\nanother,x\n")
    write_site(tmp_path, programme, [])
    assert ((tmp_path / "runs.csv").read_bytes(), (tmp_path / "index.html").read_bytes()) == (listed, index)


def test_every_page_has_its_own_title_and_the_day_it_was_made(monkeypatch):
    from porfse_analysis import __version__
    from porfse_analysis.reports.render import page

    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1538265600")  # 30 September 2018
    for lang, said in (("it", "Pagina fatta il 30/09/2018"), ("en", "Page made on 30/09/2018")):
        made = page(lang=lang, title="x", body="")
        assert f'<footer class="pf-made">{said} con porfse {__version__}.' in made.replace(" with ", " con ")
    monkeypatch.delenv("SOURCE_DATE_EPOCH")
    assert "30/09/2018" not in page(lang="it", title="x", body="")
