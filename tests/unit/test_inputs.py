"""Every public function takes dates and frames alike, and refuses the rest with the same words."""

from __future__ import annotations

import datetime
import functools
import inspect
import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import porfse_analysis as pf
from porfse_analysis import schema
from porfse_analysis.errors import ParameterError
from porfse_analysis.resources import programme_folder

FOLDER = Path(__file__).parent.parent / "data" / "invented-programme"
CUTOFF, EARLIER = "2018-12-31", "2016-12-31"
OTHERS = {"year": 2018}

FUNCTIONS = {name: getattr(pf, name) for name in pf.__all__ if inspect.isfunction(getattr(pf, name))}
PARAMETERS = {name: inspect.signature(function).parameters for name, function in FUNCTIONS.items()}
DATES = {"cutoff": CUTOFF, "compare_to": EARLIER}
DATED = [(name, parameter) for name in FUNCTIONS for parameter in DATES if parameter in PARAMETERS[name]]
TABLED = [(name, parameter) for name in FUNCTIONS for parameter in PARAMETERS[name] if parameter in schema.TABLES]


# what the invented programme has no figures of: targets of certification, a result, women and men
TARGETS = "due,share,precision,source\n2016-12-31,0.1,0.1,invented-plan\n2018-12-31,0.4,0.1,invented-plan\n"
RESULT = "1,ESF,8i,More developed,RESF,CR03,2018-12-31,invented-monitoring,40,30,exact,Number,2018-12-31,\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """The folder of the invented programme with rows for every function."""
    copy = Path(shutil.copytree(FOLDER, tmp_path_factory.mktemp("inputs") / "programme"))
    people = pd.read_csv(copy / "achievements.csv", dtype=str, keep_default_na=False)
    counted = people["indicator_code"].isin(["CO01", "CO03", "CO05"]) & people["value"].ne("")
    people.loc[counted, "women"] = (people.loc[counted, "value"].astype(float) // 2).astype(int).astype(str)
    people.to_csv(copy / "achievements.csv", index=False)
    with (copy / "achievements.csv").open("a", encoding="utf-8") as file:
        file.write(RESULT)
    descriptor = json.loads((copy / "datapackage.json").read_text(encoding="utf-8"))
    descriptor["resources"].append({"name": "certification_targets", "path": "certification_targets.csv"})
    (copy / "datapackage.json").write_text(json.dumps(descriptor), encoding="utf-8")
    (copy / "certification_targets.csv").write_text(TARGETS, encoding="utf-8")
    return copy


@pytest.fixture(scope="module")
def invented(folder):
    return replace(pf.load_programme(folder), before=pf.load_programme(programme_folder("por-fse-lombardia-2007-2013")))


@pytest.fixture(scope="module")
def few(invented):
    """Few rows of the invented programme, those of its axis 1 about the two dates: enough to be read by a date."""
    tables = {name: getattr(invented, name) for name in ("finance", "achievements", "targets")}
    tables = {name: frame[frame["axis"] == "1"] for name, frame in tables.items()}
    tables["finance"] = tables["finance"][tables["finance"]["cutoff"].between("2016-01-01", "2019-12-31")]
    quantities = ["certified", "participants", "allocation", "decommitment_target_2018"]
    claims = invented.claims[invented.claims["quantity"].isin(quantities)]
    return replace(invented, claims=claims, **tables)


def results_of(programme):
    """What function `name` gives of a programme, worked out once."""
    return functools.cache(lambda name: FUNCTIONS[name](**arguments(name, programme)))


@pytest.fixture(scope="module")
def of_invented(invented):
    return results_of(invented)


@pytest.fixture(scope="module")
def of_few(few):
    return results_of(few)


@functools.cache
def made_of(programme):
    """What functions need that others give of a programme."""
    return {
        "people": pf.participants(programme.achievements, cutoff=CUTOFF),
        "frame": pf.financial_progress(programme, cutoff=CUTOFF),
    }


def arguments(name, programme, **given):
    """What function `name` needs of a programme, with `given` in place of it."""
    known = {"programme": programme, "lang": "en"} | DATES | OTHERS
    known |= {table: getattr(programme, table) for table in schema.TABLES} | made_of(programme)
    if "frame" not in PARAMETERS[name]:
        del known["lang"]
    return {parameter: known[parameter] for parameter in PARAMETERS[name] if parameter in known} | given


def refusal(name, programme, **given):
    with pytest.raises(ParameterError) as caught:
        FUNCTIONS[name](**arguments(name, programme, **given))
    return str(caught.value)


def test_the_public_functions_are_looked_at():
    assert {"check", "check_claims", "open_report", "participants", "residents", "decommitment"} <= set(FUNCTIONS)
    assert len(DATED) > 20
    assert len(TABLED) > 15


# --- dates ---


def marked(pairs, marks):
    return [pytest.param(*pair, marks=[mark for names, mark in marks if pair[0] in names]) for pair in pairs]


KINDS = {
    "date": datetime.date.fromisoformat,
    "datetime": lambda text: datetime.datetime.fromisoformat(f"{text} 23:59"),
    "timestamp": lambda text: pd.Timestamp(text).as_unit("ns"),
}


@pytest.mark.parametrize("name", dict(DATED))
def test_a_date_is_taken_as_text_date_datetime_or_timestamp_alike(few, of_few, name):
    expected = of_few(name)
    for as_kind in KINDS.values():
        dates = {parameter: as_kind(text) for parameter, text in DATES.items() if (name, parameter) in DATED}
        result = FUNCTIONS[name](**arguments(name, few, **dates))
        if isinstance(expected, pd.DataFrame):
            assert len(expected)
            pd.testing.assert_frame_equal(result, expected)
        else:  # a report
            assert result.cutoff == expected.cutoff
            pd.testing.assert_frame_equal(result.programme.finance, expected.programme.finance)


NO_DATES = (
    "31/12/2018",
    "2018-12",
    "20181231",
    "2018-12-31T00:00",
    " 2018-12-31",
    "2018-02-30",
    "",
    2018,
    True,
    pd.NaT,
    np.datetime64("2018-12-31"),
    pd.Timestamp("2018-12-31", tz="UTC"),
    ["2018-12-31"],
)


@pytest.mark.parametrize(("name", "parameter"), DATED)
def test_anything_else_is_refused_in_the_same_words(invented, name, parameter):
    for date in NO_DATES:
        said = refusal(name, invented, **{parameter: date})
        assert said == f"{parameter} {date!r} is not a date written YYYY-MM-DD"


def test_a_programme_is_cut_at_a_date_of_any_kind(invented):
    expected = invented.until(CUTOFF)
    assert expected.cutoffs[-1] == CUTOFF
    for date in (datetime.date(2018, 12, 31), datetime.datetime(2018, 12, 31), pd.Timestamp(CUTOFF)):
        for table in schema.TABLES:
            pd.testing.assert_frame_equal(getattr(invented.until(date), table), getattr(expected, table))
    for date in NO_DATES:
        with pytest.raises(ParameterError) as caught:
            invented.until(date)
        assert str(caught.value) == f"cutoff {date!r} is not a date written YYYY-MM-DD"


# --- frames ---


def cure(table):
    return f"Give the frame of a loaded programme, or schema.conform({table!r}, frame, programme=CCI)"


@pytest.mark.parametrize(("name", "table"), TABLED)
def test_a_frame_as_pandas_reads_it_is_refused(invented, of_invented, folder, name, table):
    plain = pd.read_csv(folder / f"{table}.csv")
    assert refusal(name, invented, **{table: plain}) == f"{table} has no column programme. {cure(table)}"
    own = plain.assign(programme=invented.cci)
    if table in ("population", "eu_commitments"):  # numbers and names alone: nothing is misread
        result = FUNCTIONS[name](**arguments(name, invented, **{table: own}))
        pd.testing.assert_frame_equal(result, of_invented(name))
        return
    said = refusal(name, invented, **{table: own})
    assert said.startswith(f"{table}: column ")
    assert said.endswith(cure(table))


MAY_LACK = ("reading_it", "reading_en", "men")  # words for readers, and what was not always asked


@pytest.mark.parametrize(("name", "table"), TABLED)
def test_a_frame_is_refused_for_each_column_it_lacks_or_misreads(invented, name, table):
    whole = getattr(invented, table)
    wanted = [column for column in schema.TABLES[table].columns if not (table == "axes" and column.optional)]
    if table == "axes":  # asked for the axes and which of them is technical assistance
        wanted = [column for column in wanted if column.name in ("axis", "technical_assistance")]
    if table == "eu_commitments":  # of one fund, and of a period without a flexibility amount
        left_out = ("fund", "region_category", "flexibility_amount_eur")
        wanted = [column for column in wanted if column.name not in left_out]
    for column in wanted:
        if column.name not in MAY_LACK:
            said = refusal(name, invented, **{table: whole.drop(columns=column.name)})
            assert said == f"{table} has no column {column.name}. {cure(table)}"
        wrong = [1.5] * len(whole) if column.kind in ("text", "date", "flag") else ["1.5"] * len(whole)
        said = refusal(name, invented, **{table: whole.assign(**{column.name: wrong})})
        assert said.startswith(f"{table}: column {column.name} holds values of type ")
        assert said.endswith(cure(table))
        if column.kind == "text":
            said = refusal(name, invented, **{table: whole.assign(**{column.name: pd.Series(["x"], dtype="str")})})
            assert said.startswith(f"{table}: column {column.name} holds missing cells, not texts")


@pytest.mark.parametrize(("name", "table"), TABLED)
def test_what_is_no_frame_is_refused(invented, name, table):
    assert refusal(name, invented, **{table: [1]}) == f"{table} is of type list, not a frame. {cure(table)}"


@pytest.fixture(scope="module")
def cured(invented, folder):
    """Table -> its frame as the cure gives it."""
    order = pd.CategoricalDtype(invented.sources["source"].tolist(), ordered=True)
    frames = {}
    for table in {table for _, table in TABLED}:
        texts = {column.name: str for column in schema.TABLES[table].columns if column.kind == "text"}
        plain = pd.read_csv(folder / f"{table}.csv", dtype=texts)
        frames[table] = schema.conform(table, plain, programme=invented.cci)
        if table != "axes":
            frames[table]["source"] = frames[table]["source"].astype(order)
    return frames


@pytest.mark.parametrize("name", dict(TABLED))
def test_the_cure_cures(invented, of_invented, cured, name):
    tables = {table: cured[table] for function, table in TABLED if function == name}
    result = FUNCTIONS[name](**arguments(name, invented, **tables))
    pd.testing.assert_frame_equal(result, of_invented(name))


OF_PROGRAMMES = [name for name in FUNCTIONS if "programme" in PARAMETERS[name]]


@pytest.mark.parametrize("name", OF_PROGRAMMES)
def test_what_is_no_programme_is_refused(invented, name):
    said = "programme is of type DataFrame: give a Programme, as load_programme(folder) returns it"
    with pytest.raises(ParameterError) as caught:
        FUNCTIONS[name](**arguments(name, invented) | {"programme": invented.finance})
    assert str(caught.value) == said


@pytest.mark.parametrize("table", schema.TABLES)
def test_a_programme_holds_only_frames_it_can_read(invented, folder, table):
    with pytest.raises(ParameterError) as caught:
        replace(invented, **{table: pd.read_csv(folder / f"{table}.csv")})
    assert str(caught.value).startswith(f"{table} has no column programme")
    assert str(caught.value).endswith(cure(table))


def test_people_are_those_of_the_functions_that_count_them(invented):
    people = pf.participants(invented.achievements, cutoff=CUTOFF)
    dated = people[people["data_date"].notna()]
    told = "Give what participants or residents return"
    for column in ("programme", "fund", "axis", "region_category", "unit", "source", "note", "data_date", "value"):
        said = refusal("per_capita_spend", invented, people=people.drop(columns=column))
        assert said == f"people has no column {column}. {told}"
    said = refusal("per_capita_spend", invented, people=dated.assign(data_date=dated["data_date"].astype(str)))
    told_dates = "column data_date holds values of type str ('2018-12-31'), not dates (datetime64[us])"
    assert said == f"people: {told_dates}. {told}"


# --- conform, which is the cure ---


def plain_axes(**columns):
    return pd.DataFrame({"axis": ["I"], "technical_assistance": ["no"]} | columns)


def test_a_flag_written_no_is_no():
    both = pd.DataFrame({"axis": ["I", "V"], "technical_assistance": ["no", "yes"]})
    assert schema.conform("axes", both, programme="P")["technical_assistance"].tolist() == [False, True]


@pytest.mark.parametrize(
    ("table", "frame", "columns"),
    [
        ("axes", plain_axes().drop(columns="technical_assistance"), "technical_assistance"),
        ("finance", pd.DataFrame({"axis": ["I"], "amount_eur": [1.0]}), "cutoff, stage"),
        ("population", pd.DataFrame({"area": ["x"], "year": [2018]}), "residents"),
        ("sources", pd.DataFrame({"title_it": ["x"]}), "source"),
    ],
)
def test_a_column_that_every_row_needs_is_not_made_up(table, frame, columns):
    with pytest.raises(ParameterError, match=f"^{table} has no column {columns}, which every row needs$"):
        schema.conform(table, frame, programme="P")


@pytest.mark.parametrize(
    ("table", "frame", "problem"),
    [
        ("axes", plain_axes(technical_assistance=["forse"]), "technical_assistance cannot be read as flag: 'forse' is"),
        ("axes", plain_axes(axis=[1]), "axis cannot be read as text: its codes were read as numbers"),
        ("sources", pd.DataFrame({"source": ["s"], "date": ["01/02/2018"]}), "date cannot be read as date: "),
        ("population", pd.DataFrame({"area": ["x"], "year": ["2018"], "residents": ["1.234,5"]}), "residents cannot"),
    ],
)
def test_what_would_become_something_else_is_not_conformed(table, frame, problem):
    with pytest.raises(ParameterError) as caught:
        schema.conform(table, frame, programme="P")
    assert str(caught.value).startswith(f"{table}: column {problem}")


def test_a_frame_without_its_programme_is_not_conformed():
    with pytest.raises(ParameterError, match=r"^axes has no column programme: give the code of the programme"):
        schema.conform("axes", plain_axes())
