"""Programmes side by side: who comes where, what counts, what is refused, and the page that shows it."""

import io
import re
from pathlib import Path

import pandas as pd
import pytest
from cells import run_cells, run_in_kernel
from cohesion_samples import finance_records, indicator_records, portal_tables, soda_csv, written

from porfse_analysis import (
    ParameterError,
    check,
    financial_progress,
    resources,
    target_achievement_ratio,
)
from porfse_analysis.display.programmes import figures, tables
from porfse_analysis.display.programmes.comparison import compare_programmes, open_comparison
from porfse_analysis.display.words.wording import LANGUAGES
from porfse_analysis.loaders.cohesion_data import (
    open_tables,
    programmes_in,
    read_finance,
    tables_from_cohesion_data,
)
from porfse_analysis.loaders.folder import load_programmes
from porfse_analysis.reports.comparison import is_comparison, plan_comparison
from porfse_analysis.reports.country import Member, write_country
from porfse_analysis.reports.request import Request
from porfse_analysis.reports.results import recorded
from porfse_analysis.verdicts.checks import for_readers

ALPHA, BETA, GAMMA, DELTA = "2014IT05SFOP901", "2014IT16M2OP902", "2014IT05SFOP903", "2014FR05SFOP904"
MORE = "More developed"
END = "2022-06-30"

# programme, fund, year, allocation, selected, declared: half, three quarters (with its other fund 37.5%), a quarter
FINANCE = [
    (ALPHA, "ESF", "2021", "1000000", "800000", "300000"),
    (ALPHA, "ESF", "2022", "1000000", "900000", "500000"),
    (BETA, "ESF", "2021", "2000000", "1500000", "1700000"),
    (BETA, "ESF", "2022", "2000000", "2200000", "1500000"),
    (BETA, "ERDF", "2022", "2000000", "100000", "0"),
    (GAMMA, "ESF", "2022", "400000", "200000", "100000"),
    (DELTA, "ESF", "2022", "500000", "450000", "450000"),
]
# programme, indicator, target, value of 2020: 150%, 50%, a percentage in disguise; 10%; none
INDICATORS = [
    (ALPHA, "OESF", "CO01", "100", "150"),
    (ALPHA, "OESF", "CO05", "100", "50"),
    (ALPHA, "RESF", "CR06", "30", "400"),
    (BETA, "OESF", "CO01", "200", "20"),
]
TITLES = {ALPHA: "Alpha <b> & $x$", BETA: "Beta", GAMMA: "Gamma", DELTA: "Delta"}


def finance_rows():
    rows = [
        *((cci, fund, "1", "08", MORE, year, "1", "0", *amounts) for cci, fund, year, *amounts in FINANCE),
    ]
    dated = [(*row, "2021-12-31" if row[5] == "2021" else END) for row in rows]
    return [record | {"title": TITLES[record["cci"]]} for record in finance_records(dated)]


def indicator_rows():
    return indicator_records(
        [
            (cci, "ESF", kind, code, "08", "1", "8i", MORE, "2020", "1", target, value, "2020.0")
            for cci, kind, code, target, value in INDICATORS
        ]
    )


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    folder = tmp_path_factory.mktemp("portal")
    return (
        written(folder, "finance.csv", soda_csv(finance_rows())),
        written(folder, "indicators.csv.gz", soda_csv(indicator_rows()), packed=True),
    )


@pytest.fixture(scope="module")
def data(files):
    return open_tables(*files)


MADE = {}


def compared(data, **asked):
    """The comparison asked for, made once."""
    key = (id(data), repr(asked))
    if key not in MADE:
        MADE[key] = data, open_comparison(*data, **({"member_state": "IT", "cutoff": END} | asked))
    return MADE[key][1]


@pytest.fixture(params=LANGUAGES)
def comparison(request, data):
    return compared(data, lang=request.param)


def test_ranks_and_median(data):
    comparison = compared(data)
    rows = comparison.ranking.set_index("programme")
    assert list(rows.index) == [BETA, ALPHA, GAMMA]
    assert rows["rank"].tolist() == [1, 2, 3]
    assert rows["declaration_rate"].tolist() == [0.75, 0.5, 0.25]
    assert rows.loc[ALPHA, ["allocation", "selection_rate"]].tolist() == [1_000_000, 0.9]
    assert comparison.median == 0.5


def test_all_funds_together(data):
    comparison = compared(data, fund="")
    rows = comparison.ranking.set_index("programme")
    assert list(rows.index) == [ALPHA, BETA, GAMMA]
    # 1,500,000 over 4,000,000
    assert rows.loc[BETA, "declaration_rate"] == comparison.median == 0.375


def test_one_rate_one_rank(data):
    # half of Alpha's money, and half of it again under another code
    finance = pd.concat([data[0]["finance"], data[0]["finance"].replace({"programme": {ALPHA: "2014IT05SFOP905"}})])
    twin = pd.DataFrame({"programme": ["2014IT05SFOP905"], "title": [""], "ms": ["IT"], "funds": ["ESF"]})
    titles = pd.concat([data[1], twin], ignore_index=True)
    comparison = open_comparison(
        {**data[0], "finance": finance.drop_duplicates()},
        titles,
        programmes=[ALPHA, GAMMA, twin["programme"][0]],
        cutoff=END,
    )
    assert comparison.ranking["rank"].tolist() == [1, 1, 3]
    assert comparison.ranking["label"].tolist()[1] == "2014IT05SFOP905"


def test_a_programme_without_figures_yet_comes_last(data):
    comparison = compared(data, cutoff="2021-12-31")
    rows = comparison.ranking
    assert rows["programme"].tolist() == [BETA, ALPHA, GAMMA]
    assert pd.isna(rows["rank"].iloc[2])
    assert rows["note"].iloc[2] == "not_reported"
    assert comparison.median == pytest.approx((0.3 + 0.85) / 2)
    assert tables.ranking(comparison).written().iloc[2].tolist()[0] == "–"
    assert "Gamma non pubblicato" in alt(figures.ranking_figure(comparison))


def test_over_time(data):
    history = compared(data).history.set_index(["programme", "cutoff"])["value"]
    assert history[ALPHA].tolist() == [0.3, 0.5]
    assert history[GAMMA].tolist() == [0.25]


def test_results_are_those_of_the_indicators(data):
    comparison = compared(data)
    finance = data[0]["finance"]
    finance = finance[(finance["fund"] == "ESF") & finance["programme"].isin([ALPHA, BETA, GAMMA])]
    rates = financial_progress(finance, cutoff=END, by="programme")
    rates = rates[rates["indicator"].isin(["selection_rate", "declaration_rate"])]
    ratios = target_achievement_ratio(data[0]["achievements"], data[0]["targets"], cutoff=END)
    pd.testing.assert_frame_equal(comparison.results, pd.concat([rates, ratios], ignore_index=True))


def test_targets_are_counted(comparison):
    rows = tables.target_counts(comparison).set_index("programme")
    counts = ["targets", "computable", "reached", "percentage_target"]
    assert rows.loc[ALPHA, counts].tolist() == [3, 2, 1, 1]
    assert rows.loc[BETA, counts].tolist() == [1, 1, 0, 0]
    assert rows.loc[GAMMA, counts].tolist() == [0, 0, 0, 0]
    assert rows.loc[[ALPHA, BETA], "median"].tolist() == [1.0, 0.1]
    shown = tables.targets(comparison).written().set_index("title")
    assert shown.loc[TITLES[ALPHA], "percentage_target"].startswith("1 target")
    assert any(note.startswith("1 ") for note in tables.targets(comparison).notes)


def test_checks_by_programme(comparison):
    fired = tables.fired(comparison).frame.set_index("programme")
    # selected above allocation and declared falling, in Beta alone
    assert fired["warning_above_allocation"].to_dict() == {BETA: 1, ALPHA: 0, GAMMA: 0}
    assert fired["warning_fall"].to_dict() == {BETA: 1, ALPHA: 0, GAMMA: 0}
    worst = tables.worst(comparison).written()
    assert worst["title"].tolist() == ["Beta"]
    assert re.search(r"1[.,]700[.,]000[.,]00", worst["message"].iloc[0])  # -11.8% is wider than +10%


def alt(figure):
    return re.search(r'alt="([^"]*)"', figure.html)[1]


def test_figures_say_their_values(comparison):
    comma = "," if comparison.lang == "it" else "."
    ranked = alt(figures.ranking_figure(comparison))
    assert f"Beta 75{comma}0%" in ranked
    assert f"50{comma}0%" in ranked
    assert f"30{comma}0%" in alt(figures.over_time(comparison))
    assert f"150{comma}0%" in alt(figures.targets_figure(comparison))
    for figure in (figures.ranking_figure, figures.over_time, figures.targets_figure):
        drawn = figure(comparison).html
        assert "figcaption" in drawn
        assert {"it": "politica di coesione", "en": "cohesion"}[comparison.lang] in drawn.lower()
        assert "<b>" not in drawn


def test_tables_escape_titles_and_have_captions(comparison):
    for table in (tables.ranking, tables.targets, tables.fired, tables.worst, tables.sources, tables.definitions):
        shown = table(comparison)._repr_html_()
        assert "<caption" in shown
        assert "Alpha <b>" not in shown


def test_in_another_language_it_is_the_same_comparison(data):
    italian = compared(data, lang="it")
    english = italian.in_language("en")
    assert repr(english) == "<Comparison of 3 programmes at 2022-06-30, en>"
    assert "3 programmes (Italy)" in tables.lead(english).html
    assert english.ranking.equals(italian.ranking)


def test_lead_says_what_counts(data):
    lead = tables.lead(compared(data)).html
    assert "3 programmi (Italia)" in lead
    assert "Di questi 1 ha anche altri fondi" in lead
    assert "3 programmes (Italy)" in tables.lead(compared(data, lang="en")).html
    assert DELTA in tables.lead(compared(data, programmes=[ALPHA, DELTA])).html


def test_many_programmes_keep_their_ends(data):
    codes = [f"2014IT05SFOP{number}" for number in range(910, 920)]
    alpha = data[0]["finance"][data[0]["finance"]["programme"] == ALPHA]
    finance = pd.concat(
        [
            alpha.assign(
                programme=code,
                amount_eur=alpha["amount_eur"] * alpha["stage"].eq("allocation").map({True: 1, False: part / 10}),
            )
            for part, code in enumerate(codes)
        ]
    )
    titles = pd.DataFrame({"programme": codes, "title": "One title for all", "ms": "IT", "funds": "ESF"})
    comparison = open_comparison({"finance": finance}, titles, member_state="IT", cutoff=END, lang="en")
    assert comparison.ranking["label"].is_unique
    said = alt(figures.over_time(comparison))
    assert f"Highest, One title for all {codes[-1]}" in said
    # half of 0.4 and 0.5
    assert "Median: 13.5% at 31/12/2021 and 22.5% at 30/06/2022" in said
    assert "pf-empty" in figures.targets_figure(comparison).html


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"member_state": ""}, r"which programmes\? .*FR, IT"),
        ({"programmes": ["2014IT05SFOP909"]}, r"no programme 2014IT05SFOP909 \(nearest: 2014IT05SFOP90\d, .*, .*\)"),
        ({"member_state": "XX"}, "'XX': the table has FR, IT"),
        ({"fund": "CF"}, "'CF': the table has ERDF, ESF"),
        ({"fund": "ERDF", "programmes": [ALPHA]}, f"'ERDF': {ALPHA} has ESF"),
        ({"fund": "ERDF", "member_state": "FR"}, "member state FR has no programme with ERDF"),
        ({"programmes": [DELTA]}, f"none of {DELTA} is of member state IT"),
        ({"cutoff": "2022-01-31"}, "it has 2021-12-31, 2022-06-30, 2020-12-31"),
        ({"cutoff": "30/06/2022"}, "YYYY-MM-DD"),
        ({"lang": "de"}, "it, en"),
    ],
)
def test_refusals(data, asked, message):
    with pytest.raises(ParameterError, match=message):
        compared(data, **asked)


def test_programmes_may_be_one_text(data):
    comparison = compared(data, programmes=f"{ALPHA}, {DELTA.lower()}", member_state="")
    assert comparison.ranking["programme"].tolist() == [DELTA, ALPHA]


def test_without_a_file():
    with pytest.raises(ParameterError, match="99js-gm52"):
        open_tables("")


def test_without_indicators(files):
    comparison = compared(open_tables(files[0]))
    assert "pf-empty" in tables.targets(comparison)._repr_html_()
    assert set(comparison.results["indicator"]) == {"selection_rate", "declaration_rate"}


@pytest.mark.long
def test_the_notebook_with_plain_papermill(files, data, tmp_path):
    out = tmp_path / "compare_programmes.ipynb"
    run_in_kernel(out, programmes=[ALPHA, BETA], finance=str(files[0]), indicators=str(files[1]), lang="en")
    (block,) = recorded(out)
    expected = compared(data, programmes=[ALPHA, BETA]).results
    got = pd.DataFrame(block["rows"], columns=block["columns"])
    for name in ("programme", "indicator", "note", "source"):
        assert got[name].tolist() == expected[name].tolist()
    for name in ("value", "numerator", "denominator"):
        pd.testing.assert_series_equal(got[name].astype("float64"), expected[name])
    assert got.loc[got["indicator"] == "declaration_rate", "value"].tolist() == [0.5, 0.75]


def test_the_notebook_without_files_says_where_to_get_them(tmp_path):
    with pytest.raises(ParameterError, match=r"^finance: give the path"):
        run_cells(tmp_path / "compare_programmes.ipynb")


def test_all_italian_programmes_of_the_portal():
    folder = portal_tables()
    data = open_tables(folder / "ec_finance_implementation.csv.gz")
    comparison = compared(data)
    rates = comparison.ranking.set_index("programme")["declaration_rate"]
    assert (len(rates), len(comparison.apart)) == (21, 8)
    assert rates["2014IT05SFOP007"] == 761_561_401.65 / 970_474_516
    raw = pd.read_csv(folder / "ec_finance_implementation.csv.gz", dtype={"priority": str, "to": str}, low_memory=False)
    raw = raw[(raw["ms"] == "IT") & (raw["year"] == 2022)]
    # the programme of the youth initiative stands at 58.5%, its part of the ESF at 1.1%
    youth = comparison.apart.set_index("programme").loc["2014IT05M9OP001"]
    own = raw[raw["cci"] == "2014IT05M9OP001"]
    assert youth["main_fund"] == "YEI"
    assert youth["declaration_rate"] == pytest.approx(
        own["total_eligible_expenditure"].sum() / own["total_amount"].sum(), rel=1e-12
    )
    assert round(youth["declaration_rate"], 3) == 0.585
    raw = raw[(raw["fund"] == "ESF") & ~raw["cci"].isin(comparison.apart["programme"])]
    sums = raw.groupby("cci")[["total_eligible_expenditure", "total_amount"]].sum()
    expected = (sums["total_eligible_expenditure"] / sums["total_amount"]).sort_values(ascending=False)
    assert rates.index.tolist() == expected.index.tolist()
    pd.testing.assert_series_equal(rates, expected, check_names=False, rtol=1e-14)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_programme_of_another_main_fund_stands_apart(lang):
    # ESF 10 of 400 declared, ERDF 590 of 600: the programme stands at 60%, its part of the ESF at 2.5%
    rows = [
        (BETA, "ESF", "1", "08", MORE, "2022", "1", "0", "400", "300", "10", END),
        (BETA, "ERDF", "2", "01", MORE, "2022", "1", "0", "600", "600", "590", END),
        (ALPHA, "ESF", "1", "08", MORE, "2022", "1", "0", "100", "60", "50", END),
    ]
    finance = read_finance(io.BytesIO(soda_csv(finance_records(rows))))
    tables_of, titles = tables_from_cohesion_data(finance), programmes_in(finance)
    comparison = open_comparison(tables_of, titles, member_state="IT", cutoff=END, lang=lang)
    assert comparison.ranking["programme"].tolist() == [ALPHA]
    assert comparison.median == 0.5
    (row,) = comparison.apart.to_dict("records")
    assert (row["programme"], row["main_fund"], row["declaration_rate"], row["allocation"]) == (BETA, "ERDF", 0.6, 1000)
    page = tables.apart(comparison)._repr_html_()
    assert {"it": "60,0%", "en": "60.0%"}[lang] in page
    assert {"it": "1 programma il cui fondo", "en": "1 programme whose main"}[lang] in tables.lead(comparison).html
    assert open_comparison(tables_of, titles, member_state="IT", fund="", cutoff=END).apart.empty
    with pytest.raises(ParameterError, match="no programme has it as its main fund; those asked for have ERDF"):
        open_comparison(tables_of, titles, programmes=[BETA], fund="ESF", cutoff=END)


@pytest.mark.long
@pytest.mark.parametrize("lang", LANGUAGES)
def test_folders_side_by_side(lang):
    invented = Path(__file__).parents[1] / "data" / "invented-programme"
    alone = load_programmes(["", invented])
    comparison = compare_programmes(alone, fund="", cutoff="2018-12-31", lang=lang)
    for programme in alone:
        expected = financial_progress(programme, cutoff="2018-12-31", by="programme")
        rate = expected.loc[expected["indicator"] == "declaration_rate", "value"].iloc[0]
        row = comparison.ranking[comparison.ranking["programme"] == programme.cci].iloc[0]
        assert row["declaration_rate"] == rate or (pd.isna(rate) and pd.isna(row["declaration_rate"]))
        found = for_readers(check(programme, cutoff="2018-12-31"))
        assert (comparison.findings["programme"] == programme.cci).sum() == len(found)
    assert comparison.own == "2014IT05SFOP007"
    own = tables.ranking(comparison)._repr_html_()
    assert own.count({"it": "(in evidenza)", "en": "(highlighted)"}[lang]) == 1
    with pytest.raises(ParameterError, match="are both 2014IT05SFOP007: name one of them"):
        load_programmes(["", resources.bundled()])


@pytest.mark.parametrize(
    ("folders", "given", "message"),
    [
        ((), (), "nothing to compare: name two or more programme folders"),
        (("one",), (), "one alone compares with nothing"),
        (("one", "two"), (("finance", "f.csv"),), "compare folders of programmes, or those of the Commission's table"),
        ((), (("finance", "f.csv"),), "-p finance f.csv: there is no such file"),
        ((), (("folders", "one"),), "parameter folders: name the folders"),
    ],
)
def test_what_cannot_be_compared_is_refused_before_anything_is_run(folders, given, message):
    request = Request(notebooks=("compare_programmes",), parameters=given)
    with pytest.raises(ParameterError, match=f"^{message}"):
        plan_comparison(request, folders)


def test_a_comparison_is_asked_for_alone():
    assert is_comparison(["compare_programmes"])
    assert not is_comparison(["programme_report"])
    with pytest.raises(ParameterError, match="compare_programmes is about several programmes, programme_report about"):
        is_comparison(["compare_programmes", "programme_report"])


def test_a_comparison_is_of_the_last_date_of_the_first(tmp_path):
    invented = str(Path(__file__).parents[1] / "data" / "invented-programme")
    request = Request(notebooks=("compare_programmes",), languages=("it", "en"), out=tmp_path)
    runs = plan_comparison(request, ["", invented])
    pages = [str(run.page.relative_to(tmp_path)) for run in runs]
    assert pages == ["2022-06-30/compare_programmes.html", "en/2022-06-30/compare_programmes.html"]
    assert runs[0].parameters == {"folders": ["", invented], "cutoff": "2022-06-30", "lang": "it"}
    assert runs[0].home == ""  # no index there yet
    (tmp_path / "index.html").write_text("x", encoding="utf-8")
    assert plan_comparison(request, ["", invented])[0].home == "../index.html"


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_above_several_programmes_compares_them(tmp_path, lang):
    invented = Path(__file__).parents[1] / "data" / "invented-programme"
    runs = [{"lang": lang, "cutoff": END, "status": "ok"}]
    folders = ["", str(invented)]
    members = [
        Member(programme.cci, dict(programme.titles), tmp_path / programme.cci, runs, folder)
        for folder, programme in zip(folders, load_programmes(folders), strict=True)
    ]
    write_country(tmp_path, members)
    page = (tmp_path / ("" if lang == "it" else lang) / "index.html").read_text(encoding="utf-8")
    rows = re.findall(r"<tr>(.*?)</tr>", page.split('id="table-compared"')[1].split("</table>")[0], re.DOTALL)
    (bundled,) = [re.sub(r"<[^>]+>", " ", row).split() for row in rows if "Lombardia" in row]
    # 761.56 of 970.47 million, 144 of 970.47 million certified at the date of the sheet, people of 2020
    comma, point = (",", ".") if lang == "it" else (".", ",")
    told = [(f"78{comma}5%", "30/06/2022"), (f"14{comma}8%", "30/09/2018"), (f"397{point}748", "31/12/2020")]
    for figure, date in told:
        assert bundled[bundled.index(figure) + 1] == date
