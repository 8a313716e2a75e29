"""What readers see: numbers and dates in their language, tables and figures that say what they show."""

import base64
import dataclasses
import re
from pathlib import Path

import pandas as pd
import pytest
from frames import achievements, finance, small_programme

import porfse_analysis
from porfse_analysis import ParameterError, open_report
from porfse_analysis.display import blocks, figures, tables
from porfse_analysis.display.html import heading, paragraphs, tiles
from porfse_analysis.display.sheet.content import sheet_content
from porfse_analysis.display.table import Column, Table
from porfse_analysis.display.words import wording


@pytest.fixture(scope="module")
def programme(bundled):
    return bundled


@pytest.fixture(scope="module", params=["it", "en"])
def sheet(request, reports, programme):
    return reports(programme, cutoff="2018-09-30", lang=request.param)


@pytest.fixture(scope="module", params=["2014-12-31", "2018-09-30", "2022-06-30"])
def report(request, reports, programme):
    return reports(programme, cutoff=request.param, lang="it")


def cells(table):
    written = table.written()
    return {row.iloc[0]: list(row.iloc[1:]) for _, row in written.iterrows()}


@pytest.mark.parametrize(
    ("lang", "amount", "rate", "day"),
    [
        ("it", "122.136.070,10 €", "14,8%", "30 settembre 2018"),
        ("en", "€122,136,070.10", "14.8%", "30 September 2018"),
    ],
)
def test_numbers_and_dates(lang, amount, rate, day):
    assert wording.amount(122_136_070.10, lang) == amount
    assert wording.rate(144 / 970.47, lang) == rate
    assert wording.long_date(pd.Timestamp("2018-09-30"), lang) == day


@pytest.mark.parametrize(
    ("value", "precision", "shown"),
    [(614e6, 1e6, "614"), (970.47e6, 1e4, "970,47"), (122_136_070.10, 0.01, "122,14"), (0.0, 0.01, "0,00")],
)
def test_millions_keep_the_published_digits(value, precision, shown):
    assert wording.million(value, "it", precision=precision) == shown


def test_qualifiers_are_kept():
    assert wording.published(144e6, "it", qualifier="more_than", unit="EUR", precision=1e6) == "più di 144 Mln €"
    assert wording.published(2000, "it", qualifier="about") == "circa 2.000"
    assert wording.published(187_000, "en", qualifier="more_than") == "more than 187,000"
    assert wording.published(0.47, "it", unit="1", precision=0.01) == "47%"


def test_plurals():
    assert wording.text("finding.target_change_dropped", "en", count=1, figure="x").startswith(
        "The new plan drops 1 final target: "
    )
    assert wording.text("finding.target_change_dropped", "en", count=2, figure="x").startswith(
        "The new plan drops 2 final targets: "
    )


def test_key_figures_at_the_date_of_the_sheet(programme, reports):
    shown = cells(tables.key_figures(reports(programme, cutoff="2018-09-30", lang="it")))
    assert shown["Dotazione"][:2] == ["970,47", ""]
    assert shown["Risorse attivate"] == ["614", "63,3%", "30/09/2018", "[3]", "totale pubblicato"]
    assert shown["Spesa certificata"][:3] == ["144", "14,8%", "30/09/2018"]
    assert shown["Costo ammesso"] == [
        "235,12",
        "24,2%",
        "31/12/2017",
        "[1]",
        "dato precedente alla data di riferimento",
    ]


def test_endowment_keeps_the_precision_of_each_figure(programme, reports):
    shown = cells(tables.endowment(reports(programme, cutoff="2018-09-30", lang="en")))
    assert shown["I · Employment"][0] == "358.00"
    assert shown["V · Technical assistance"][0] == "32"
    assert shown["Whole programme"] == ["970.47", "100.0%"]


def test_axis_above_its_allocation(programme, reports):
    table = tables.progress_by_axis(reports(programme, cutoff="2022-06-30", lang="it"))
    shown = table.written().set_index("axis")
    assert shown.loc["I · Occupazione", "selected_rate"] == "122,6%"
    assert shown.loc["I · Occupazione", "selected_amount"] == "290,13"


def test_percentage_targets_are_not_shown_as_ratios(programme, reports):
    table = tables.targets(reports(programme, cutoff="2020-12-31", lang="it"))
    row = table.written()[
        (table.frame["investment_priority"] == "9i") & (table.frame["indicator_code"] == "CR05")
    ].iloc[0]
    assert (row["numerator"], row["denominator"], row["value"]) == ("4.866", "80", "n.d.")
    assert row["note"] == "target in percentuale"


def test_results_of_the_yei_do_not_bear_the_names_of_the_esf():
    from frames import CCI, achievements, finance, targets

    from porfse_analysis import schema
    from porfse_analysis.programme import make_programme

    axes = pd.DataFrame({"axis": ["1"], "title_it": ["Uno"], "title_en": ["One"], "technical_assistance": [False]})
    programme = make_programme(
        CCI,
        {"it": "P", "en": "P"},
        {
            "axes": schema.conform("axes", axes, programme=CCI),
            "finance": finance(("1", "2018-12-31", "allocation", 10.0)),
            "sources": pd.DataFrame({"source": ["s"], "title_it": ["S"], "title_en": ["S"], "publisher": ["P"]}),
            "achievements": achievements(
                ("1", "8ii", "CR01", "2018-12-31", 50, {"indicator_type": "RYEI", "fund": "YEI"}),
                ("1", "8ii", "CR01", "2018-12-31", 60, {"indicator_type": "RESF"}),
            ),
            "targets": targets(
                ("1", "8ii", "CR01", "1", "2015-12-31", 100, {"indicator_type": "RYEI", "fund": "YEI"}),
                ("1", "8ii", "CR01", "1", "2015-12-31", 200, {"indicator_type": "RESF"}),
            ),
        },
    )
    shown = cells(tables.targets(open_report(programme, cutoff="2018-12-31", lang="en")))
    assert shown["CR01 Unemployed who completed the measure"][2:5] == ["50", "100", "50.0%"]
    assert shown["CR01 Inactive searching for work on leaving"][2:5] == ["60", "200", "30.0%"]


def test_changes_since_the_date_before(programme, reports):
    table = tables.changes(reports(programme, cutoff="2020-12-31", lang="it"))
    rows = table.written()[table.frame["indicator"] == "selection_rate"].set_index("axis")
    # 190,927,704.06 - 177,966,084.16; 236.7 - 358 million; 80.66% after 49.71%
    assert list(
        rows.loc["I · Occupazione", ["numerator_change", "denominator_change", "value_before", "value", "change"]]
    ) == [
        "+12,96",
        "-121,30",
        "49,7%",
        "80,7%",
        "+31,0",
    ]


def test_first_publications_are_new(programme, reports):
    table = tables.changes(reports(programme, cutoff="2018-09-30", lang="it"))
    # nothing has a figure before: a line that names them, and no row of what is missing
    assert table.frame.empty
    said = re.sub(r"<[^>]+>", "", table._repr_html_()).replace("\xa0", " ")
    assert said.strip() == (
        "Prima pubblicazione nella sua fonte, senza una cifra precedente con cui confrontarla: "
        "Tasso di attivazione (Intero programma, I, II, III, IV); Tasso di impegno (Intero programma); "
        "Tasso di pagamento (Intero programma); Tasso di certificazione (Intero programma)."
    )


def test_a_rate_missing_for_want_of_an_allocation_is_no_first_publication():
    from frames import CCI, finance

    from porfse_analysis.programme import make_programme

    axes = {"axis": ["1"], "title_it": ["Uno"], "technical_assistance": [False]}
    money = finance(
        ("1", "2017-12-31", "allocation", 0.0),
        ("1", "2018-12-31", "allocation", 0.0),
        ("1", "2018-12-31", "declared", 5.0),
    )
    frames = {
        "axes": pd.DataFrame(axes),
        "finance": money,
        "sources": pd.DataFrame({"source": ["s"], "title_it": ["S"]}),
    }
    page = tables.changes(open_report(make_programme(CCI, {"it": "P"}, frames), cutoff="2018-12-31", lang="it"))
    written = page.written()
    assert set(written["value"]) == {"n.d."}
    assert set(written["status"]) == {wording.text("change_status.zero_denominator", "it")}
    assert "prima pubblicazione" not in page._repr_html_()


def test_how_far_a_bound_moved_is_not_known(programme):
    """More than 14 million, then more than 30: it may have moved by 1 million or by 60, and not by 16."""
    own = programme.finance
    whole = own[(own["axis"] == "ALL") & (own["stage"] == "certified") & own["amount_eur"].notna()].head(1)
    dates = pd.to_datetime(["2018-09-30", "2020-12-31"])
    rows = [
        whole.assign(cutoff=date, data_date=date, amount_eur=amount, qualifier=qualifier, precision=1e6)
        for (amount, qualifier), date in zip([(14e6, "more_than"), (30e6, "more_than")], dates, strict=True)
    ]
    others = own[own["stage"] == "allocation"]
    bounds = pd.concat([others, *rows], ignore_index=True).astype(dict(own.dtypes))
    report = open_report(dataclasses.replace(programme, finance=bounds), cutoff="2020-12-31", lang="it")
    table = tables.changes(report)
    (row,) = table.written()[table.frame["indicator"] == "certification_rate"].to_dict("records")
    assert (row["numerator_change"], row["change"]) == ("n.d.", "n.d.")
    assert "pubblicata come limite" in row["status"]
    exact = bounds.assign(qualifier=bounds["qualifier"].where(bounds["stage"] != "certified", "exact"))
    report = open_report(dataclasses.replace(programme, finance=exact), cutoff="2020-12-31", lang="it")
    table = tables.changes(report)
    (row,) = table.written()[table.frame["indicator"] == "certification_rate"].to_dict("records")
    assert row["numerator_change"] == "+16"  # published in whole millions


def test_a_date_without_anything_new_says_so(programme):
    known = programme.finance[programme.finance["cutoff"] <= "2017-12-31"]
    stopped = dataclasses.replace(programme, finance=known)
    table = tables.changes(open_report(stopped, cutoff="2018-12-31", lang="it"))
    assert "Nessun dato nuovo" in table._repr_html_()


def test_claims_and_measures_of_the_sheet(sheet):
    claims = tables.claims(sheet)
    assert len(claims.frame) == 28
    measures = tables.measures(sheet).written()
    assert len(measures) == 11
    reached = measures["value"].tolist()
    assert any(text.startswith(("più di 100.000", "more than 100,000")) for text in reached)


def every_table(report):
    return [getattr(tables, name)(report) for name in tables.__all__]


def test_tables_have_captions_scoped_headers_and_sources(report):
    for table in every_table(report):
        page = table._repr_html_()
        if table.frame.empty:
            assert table.empty, f"{table.name} is empty and does not say why"
            continue
        assert re.search(r"<caption[^>]*>[^<]{5,}</caption>", page), table.name
        assert re.findall(r"<th(?![a-z])(?![^>]*scope=)", page) == [], table.name
        assert 'scope="row"' in page, table.name
        assert "<style" not in page
        assert not re.search(r"\bnan\b|NaT|None", re.sub(r"<[^>]+>", " ", page)), table.name
        if table.name not in ("sources", "definitions", "rules_applied"):
            assert table.source, f"{table.name} names no source"


def test_figures_say_their_values_and_sources(report):
    for name in set(figures.__all__) - {"scorecard"}:  # which is tiles, no drawing
        page = getattr(figures, name)(report).html
        if 'class="pf-empty"' in page:
            continue
        if not page:  # what is missing is said once, by the table above
            assert name == "target_ratios"
            assert tables.targets(report).frame.empty
            assert tables.targets(report).empty
            continue
        alt = re.search(r'alt="([^"]*)"', page)[1]
        assert re.search(r"\d", alt), f"{name}: the text alternative has no values"
        assert "Fonte: [" in page
        svg = base64.b64decode(re.search(r"base64,([^\"]+)", page)[1]).decode()
        assert svg.count("<text") > 5, f"{name}: labels are outlines, not text"
        assert len(page) < 100_000, f"{name} is heavy"


def test_a_rate_of_an_earlier_plan_is_not_drawn_beside_todays_allocation(programme, reports):
    page = figures.axes_progress(reports(programme, cutoff="2022-06-30", lang="it")).html
    alt = re.search(r'alt="([^"]*)"', page)[1]
    assert "asse I: Dotazione 236,70, Costo ammesso 122,6%, Spesa dichiarata 97,4%" in alt
    assert "Risorse attivate" not in alt  # 216 of the 358 million of 2018
    assert "perché riferiti a un piano precedente: Risorse attivate" in page
    sheet = figures.axes_progress(reports(programme, cutoff="2018-09-30", lang="it")).html
    assert "asse I: Dotazione 358,00, Risorse attivate 60,3%, Costo ammesso 20,6%" in sheet


def test_the_same_figure_twice_is_the_same_bytes(programme):
    money = dataclasses.replace(programme, achievements=programme.achievements[:0], targets=programme.targets[:0])
    first, second = (figures.funnel(open_report(money, cutoff="2018-09-30", lang="it")).html for _ in range(2))
    assert first == second


def test_funnel_alternative_has_the_published_figures(programme, reports):
    page = figures.funnel(reports(programme, cutoff="2018-09-30", lang="it")).html
    alt = re.search(r'alt="([^"]*)"', page)[1]
    for part in ("Risorse attivate 614 (63,3%)", "Impegni 356", "Pagamenti 281", "Spesa certificata 144 (14,8%)"):
        assert part in alt


def test_texts_from_data_are_never_markup():
    evil = '<script>alert(1)</script>"><img src=x onerror=alert(1)>'
    table = Table(
        "t",
        evil,
        pd.DataFrame({"a": [evil], "b": [evil]}),
        [Column("a", evil, "head"), Column("b", evil)],
        [evil],
        evil,
    )
    for page in (
        table._repr_html_(),
        heading(evil, "x").html,
        paragraphs([evil]).html,
        tiles([(evil, evil, evil)]).html,
    ):
        assert "<script" not in page
        assert "<img" not in page
        assert "&lt;script&gt;" in page


def test_the_opening_names_the_sources_of_the_date(programme, reports):
    page = blocks.lead(reports(programme, cutoff="2018-09-30", lang="it")).html
    assert "Scheda informativa" in page
    assert "99js-gm52" not in page


def test_the_list_of_sources_speaks_the_language_of_the_page(programme, reports):
    rows = {lang: tables.sources(reports(programme, cutoff="2022-06-30", lang=lang)).written() for lang in ("it", "en")}
    first = {lang: frame.iloc[0] for lang, frame in rows.items()}
    assert first["it"]["publisher"] == "Commissione europea, piattaforma open data della politica di coesione"
    assert first["it"]["page"] == (
        "righe di 2014IT05SFOP007; copia di fine ottobre 2022 conservata nell'archivio pubblico Lulliter/plan2implem"
    )
    assert first["en"]["page"].startswith("rows of 2014IT05SFOP007; copy of late October 2022 kept in")
    assert set(rows["it"]["licence"]) == {"CC0 1.0", "CC BY 4.0", "solo le cifre"}


@pytest.mark.long
@pytest.mark.parametrize(
    "given",
    [
        {"finance": finance(("I", "2018-12-31", "declared", 5e6), source="ec")},
        {"finance": finance(("ALL", "2018-12-31", "declared", 5e6), source="ec"), "axes": ["I"]},
        {"finance": finance(("I", "2018-12-31", "allocation", 5e6), source="ec")},
        {"achievements": achievements(("I", "8i", "CO01", "2018-12-31", 5), source="ec")},
    ],
    ids=["one axis", "whole alone", "allocation alone", "people alone"],
)
def test_a_programme_with_a_single_figure_has_every_table_and_drawing(given):
    report = open_report(small_programme(**given), cutoff="2018-12-31", lang="en")
    made = {name: getattr(tables, name)(report).written() for name in tables.__all__}
    amounts = made["key_figures"].set_index("stage")["amount"]
    assert amounts[amounts != "n/a"].tolist() == (["5.00"] if "finance" in given else [])
    for name in figures.__all__:
        getattr(figures, name)(report)
    assert sheet_content(report).items


def test_an_unknown_date_or_language_is_refused(programme):
    with pytest.raises(ParameterError, match="it has 2018-09-30, 2018-12-31, 2017-12-31") as caught:
        open_report(programme, cutoff="2018-10-01")
    assert "2014IT05SFOP007" in str(caught.value)
    with pytest.raises(ParameterError, match="it, en"):
        open_report(programme, cutoff="2018-09-30", lang="fr")


def test_control_characters_do_not_break_a_figure(programme):
    from xml.etree import ElementTree

    axes = programme.axes.assign(title_it="a\x0b\x1b$\\frac{b$ <i>")
    page = figures.axes_progress(
        open_report(dataclasses.replace(programme, axes=axes), cutoff="2018-09-30", lang="it")
    ).html
    drawn = ElementTree.fromstring(base64.b64decode(re.search(r"base64,([^\"]+)", page)[1]))
    assert any(r"$\frac{b$" in "".join(item.itertext()) for item in drawn.iter())


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"),
        ("abc\u202edef", "\u2068abc\u202edef\u2069"),
        # one that would close what shuts it off, one left open
        ("a\u2069b\u202e", "\u2068ab\u202e\u2069"),
        ("a\u2066b", "\u2068a\u2066b\u2069\u2069"),
        ("שלום", "\u2068שלום\u2069"),
    ],
)
def test_texts_that_turn_the_direction_are_shut_off(value, shown):
    assert wording.text("source.titled", "en", title=value, publisher="P") == f"{shown} (P)"


def test_the_style_names_tables_there_are():
    """A rule for a table by its id is for one that some page has."""
    package = Path(porfse_analysis.__file__).parent
    style = (package / "reports" / "page.css").read_text(encoding="utf-8")
    asked = set(re.findall(r"#table-([a-z-]+)", style))
    assert len(asked) > 5
    written = "".join(path.read_text(encoding="utf-8") for path in package.rglob("*.py"))
    assert not [name for name in asked if f'"{name}"' not in written]
