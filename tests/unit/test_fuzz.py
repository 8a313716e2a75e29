"""Inputs changed at random, each in a way whose outcome is known: the same figures, or a refusal that names the place.

A seed and a number make a case, so that a case that fails is found again: `pytest tests/unit/test_fuzz.py --fuzz 1000`.
"""

import csv
import io
import json
import random
import re
import shutil
import zipfile

import cohesion_samples as samples
import pytest
import workbooks
from batch_tools import programme_of
from pandas.testing import assert_frame_equal

from porfse_analysis import load_programme, schema
from porfse_analysis.errors import PorfseError
from porfse_analysis.loaders.cohesion_data import programme_from_cohesion_data, read_finance
from porfse_analysis.loaders.workbook.reading import read_workbook

SAME, REFUSED, EITHER = "same figures", "refused", "refused, or the same figures"
SEED = 18


def figures(programme):
    """The rows of every table, in an order of their own."""
    frames = {}
    for name, table in schema.TABLES.items():
        frame = getattr(programme, name).astype({column: "str" for column in ("source",) if column in table.names})
        frames[name] = frame.drop(columns="series", errors="ignore").sort_values(list(table.key), kind="stable")
    return frames


def check(read, before, outcome, place, told):
    """The case ends as it must: nothing but our own errors, which name the place; never other figures."""
    refused = ""
    try:
        after = figures(read())
    except PorfseError as error:
        refused = str(error)
    except Exception as error:
        raise AssertionError(f"{told}: a traceback: {type(error).__name__}: {error}") from error
    if refused:
        assert outcome != SAME, f"{told}: {refused}"
        assert place in refused, f"{told}: {place} is not named: {refused}"
        return
    assert outcome != REFUSED, f"{told}: accepted"
    for name, frame in before.items():
        assert_frame_equal(
            after[name].reset_index(drop=True), frame.reset_index(drop=True), check_dtype=False, obj=f"{told}: {name}"
        )


# --- folders ---


class Folder:
    """A copy of a programme folder, and the ways to change one table or its declaration."""

    def __init__(self, path, chance):
        self.path, self.chance = path, chance
        self.descriptor = json.loads((path / "datapackage.json").read_text(encoding="utf-8"))
        self.rows = []
        while not self.rows:
            self.declared = chance.choice(self.descriptor["resources"])
            self.table, self.file = self.declared["name"], path / self.declared["path"]
            self.header, *self.rows = csv.reader(io.StringIO(self.file.read_text(encoding="utf-8"), newline=""))

    def columns(self, *kinds):
        return [c.name for c in schema.TABLES[self.table].columns if c.kind in kinds and c.name in self.header]

    def write(self, *, encoding="utf-8", ends="\n", **dialect):
        text = io.StringIO(newline="")
        csv.writer(text, lineterminator=ends, **dialect).writerows([self.header, *self.rows])
        self.file.write_bytes(text.getvalue().encode(encoding))

    def declare(self):
        (self.path / "datapackage.json").write_text(json.dumps(self.descriptor), encoding="utf-8")

    def cell(self, column, value):
        self.chance.choice(self.rows)[self.header.index(column)] = value


def _shuffled_columns(it):
    order = list(range(len(it.header)))
    it.chance.shuffle(order)
    it.header, it.rows = [it.header[at] for at in order], [[row[at] for at in order] for row in it.rows]
    it.write()


def _shuffled_rows(it):
    if it.table not in ("axes", "sources", "measures"):  # there the order is the programme's own
        it.chance.shuffle(it.rows)
    it.write()


def _other_dialect(it):
    mark = it.chance.choice([";", "\t", "|"])
    it.declared["dialect"] = {"delimiter": mark}
    it.write(delimiter=mark)
    it.declare()


def _italian(it):
    for column in it.columns("amount", "number"):
        at = it.header.index(column)
        for row in it.rows:
            row[at] = row[at].replace(".", ",")
        next(item for item in it.declared["schema"]["fields"] if item["name"] == column)["decimalChar"] = ","
    for column in it.columns("date"):
        at = it.header.index(column)
        for row in it.rows:
            row[at] = "/".join(reversed(row[at].split("-")))
        next(item for item in it.declared["schema"]["fields"] if item["name"] == column)["format"] = "%d/%m/%Y"
    it.write()
    it.declare()


def _marked(it):
    it.write(encoding="utf-8-sig", ends="\r\n", quoting=csv.QUOTE_ALL)


def _blank_lines(it):
    it.write()
    it.file.write_bytes(it.file.read_bytes() + b"\n" * it.chance.randint(1, 9) + b"," * (len(it.header) - 1) + b"\n")


def _more_said(it):
    it.descriptor["keywords"], it.declared["note"] = ["a"], {"b": [1]}
    it.declare()


def _no_number(it):
    columns = it.columns("amount", "number")
    if not columns:
        return _no_date(it)
    bad = [
        "abc",
        "1.234,5",
        "1e999",
        "-5",
        "NaN",
        "inf",
        "0x10",
        "1 000",
        "１２",
        "5%",
        "--1",
        "1_000",
        "TRUE",
        "1.2.3",
        "€ 5",
    ]
    it.cell(it.chance.choice(columns), it.chance.choice(bad))
    it.write()
    return it.file.name


def _no_date(it):
    columns = it.columns("date", "year")
    if not columns:
        return _no_header(it)
    bad = ["2018", "31/12/2018", "2018-13-01", "2018-02-30", "9999-12-31", "0001-01-01", "2018-9-30", "later", "99999"]
    column = it.chance.choice(columns)
    kind = schema.TABLES[it.table].column(column).kind
    it.cell(column, it.chance.choice([text for text in bad if not (kind == "year" and text == "2018")]))
    it.write()
    return it.file.name


def _no_header(it):
    required = [column.name for column in schema.TABLES[it.table].columns if column.required]
    at = it.header.index(it.chance.choice(required))
    it.header[at] = it.chance.choice(["", "amuont", it.header[at] + "_", it.header[at - 1]])
    it.write()
    return it.file.name


def _unknown_reference(it):
    columns = [c.name for c in schema.TABLES[it.table].columns if c.refers_to and c.name in it.header]
    if not columns:
        return _no_header(it)
    it.cell(it.chance.choice(columns), it.chance.choice(["nobody", "i", "ALLE", "=1+1", "../x"]))
    it.write()
    return it.file.name


def _twice(it):
    it.rows.append(list(it.chance.choice(it.rows)))
    it.write()
    return it.file.name


def _other_length(it):
    row = it.chance.choice(it.rows)
    row.append("") if it.chance.random() < 0.5 else row.pop()
    it.write()
    return it.file.name


def _not_text(it):
    content = bytearray(it.file.read_bytes())
    content.insert(it.chance.randrange(len(content)), it.chance.choice([0xFF, 0xC0, 0x00, 0x01, 0x1B]))
    it.file.write_bytes(bytes(content))
    return it.file.name


def _open_quote(it):
    row = it.chance.choice(it.rows)
    text = ",".join('"' + cell.replace('"', '""') + '"' for cell in row)
    kept = [",".join(it.header), text[: it.chance.randrange(1, len(text) - 1)].rstrip('"') + '"x']
    it.file.write_text("\n".join(kept), encoding="utf-8")
    return it.file.name


def _gone(it):
    it.file.unlink()
    return it.file.name


def _cut_descriptor(it):
    text = json.dumps(it.descriptor)
    (it.path / "datapackage.json").write_text(text[: it.chance.randrange(len(text) - 1)], encoding="utf-8")
    return "datapackage.json"


def _other_code(it):
    it.descriptor["cci"] = it.chance.choice(
        [2014, None, "", " 2014IT05SFOP007", "2014 IT", "..", "a/b", "a\\b", [], {}, True]
    )
    it.declare()
    return "datapackage.json"


def _deep(it):
    depth = it.chance.choice([2_000, 100_000])
    (it.path / "datapackage.json").write_text(it.chance.choice(["[", '{"cci":']) * depth, encoding="utf-8")
    return "datapackage.json"


def _another_path(it):
    it.declared["path"] = it.chance.choice(
        ["../x.csv", "/etc/passwd", "", ".", None, 5, ["a.csv"], "a/b.csv", "C:\\x.csv\0"]
    )
    it.declare()
    return ""


def _any_declaration(it):
    """Whatever is declared in place of what was: refused, or nothing has changed."""
    odd = [None, 0, -1, 1.5, "", "x", [], {}, [[]], {"a": {}}, True, "\0", "é" * 300]
    place = it.chance.choice([it.descriptor, it.declared, it.declared["schema"], *it.declared["schema"]["fields"]])
    key = it.chance.choice([key for key in place if key not in ("cci", "titles", "title", "author")] or ["name"])
    place[key] = it.chance.choice(odd)
    it.declare()
    return ""


FOLDERS = {
    SAME: (_shuffled_columns, _shuffled_rows, _other_dialect, _italian, _marked, _blank_lines, _more_said),
    REFUSED: (
        *(_no_number, _no_date, _no_header, _unknown_reference, _twice, _other_length, _not_text, _open_quote, _gone),
        *(_cut_descriptor, _other_code, _deep, _another_path),
    ),
    EITHER: (_any_declaration,),
}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    return programme_of(tmp_path_factory.mktemp("fuzz") / "plain", ["2018-12-31"], axis=["I", "ALL"])


def test_folders(plain, tmp_path, fuzz_cases):
    before = figures(load_programme(plain))
    for number in range(fuzz_cases):
        chance = random.Random(f"{SEED} folder {number}")
        outcome = chance.choice([SAME, REFUSED, REFUSED, EITHER])
        change = chance.choice(FOLDERS[outcome])
        folder = tmp_path / str(number)
        shutil.copytree(plain, folder)
        place = change(Folder(folder, chance)) or ""
        check(lambda folder=folder: load_programme(folder), before, outcome, place, f"case {number}, {change.__name__}")
        shutil.rmtree(folder)


# --- the Commission's tables ---


def _table_cells(content, chance, values):
    header, *rows = csv.reader(io.StringIO(content.decode(), newline=""))
    column = chance.choice(
        [at for at, name in enumerate(header) if name.startswith(("total_", "eu_amount", "year", "reference"))]
    )
    row = chance.choice([row for row in rows if row[column]])
    row[column] = chance.choice(values)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows([header, *rows])
    return out.getvalue().encode()


def _shuffle_lines(content, chance):
    header, *lines = content.decode().splitlines()
    chance.shuffle(lines)
    return "\n".join([header, *lines, ""]).encode()


def _shuffle_fields(content, chance):
    records = list(csv.reader(io.StringIO(content.decode(), newline="")))
    order = list(range(len(records[0])))
    chance.shuffle(order)
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows([[row[at] for at in order] for row in records])
    return out.getvalue().encode()


TABLES = {
    SAME: (
        _shuffle_lines,
        _shuffle_fields,
        lambda content, chance: b"\xef\xbb\xbf" + content,
        lambda content, chance: content.replace(b"\n", b"\r\n"),
    ),
    REFUSED: (
        lambda content, chance: _table_cells(content, chance, ["abc", "1.234,5", "NaN", "1e999", "0x1", "NA", "--"]),
        lambda content, chance: content.replace(chance.choice([b'"year"', b'"fund"', b'"cci"']), b'"x"', 1),
        lambda content, chance: content[: chance.randrange(1, 200)],
        lambda content, chance: b"\x1f\x8b" + content[2:],
        lambda content, chance: b"PK\x03\x04" + content,
        lambda content, chance: content.decode().encode("utf-16"),
        lambda content, chance: b"[" * 100_000,
    ),
}


def test_the_commissions_tables(fuzz_cases):
    content = samples.soda_csv(samples.finance_records())

    def read(content):
        return programme_from_cohesion_data(read_finance(io.BytesIO(content)), cci="2014IT05SFOP007")

    before = figures(read(content))
    for number in range(fuzz_cases):
        chance = random.Random(f"{SEED} table {number}")
        outcome = chance.choice([SAME, REFUSED])
        at = chance.randrange(len(TABLES[outcome]))
        changed = TABLES[outcome][at](content, chance)
        check(lambda changed=changed: read(changed), before, outcome, "", f"case {number}, {outcome} {at}")


# --- workbooks ---


def _parts(content):
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        return {name: parts.read(name) for name in parts.namelist()}


def _packed(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def _in_sheet(old, new):
    """A change of the XML of one sheet of a table, which then is to be named."""

    def change(content, chance):
        parts = _parts(content)
        names = re.findall(rb'<sheet [^>]*name="([^"]*)"', parts["xl/workbook.xml"])
        at = chance.choice([at for at, name in enumerate(names, start=1) if name in (b"finance", b"axes", b"sources")])
        part = f"xl/worksheets/sheet{at}.xml"
        changed = re.sub(old, lambda found: new(found, chance), parts[part], count=1)
        assert changed != parts[part], (old, names[at - 1])
        return _packed({**parts, part: changed}), names[at - 1].decode()

    return change


def _columns(found, chance):
    last = chance.choice([16_385, 2_000_000_000, 10**15])
    return b'<cols><col min="%d" max="%d" width="9" hidden="1"/>' % (chance.choice([1, 5, last]), last)


def _flipped(content, chance):
    changed = bytearray(content)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed), ""


WORKBOOKS = {
    REFUSED: (
        _in_sheet(rb"<cols>", _columns),
        _in_sheet(
            rb'<row r="2"', lambda found, chance: b'<row r="%d"' % chance.choice([2**20 + 1, 2_000_000_000, 0, -1])
        ),
        _in_sheet(
            rb"</sheetData>",
            lambda found, chance: found[0] + b'<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        ),
        _in_sheet(rb'<row r="2"', lambda found, chance: b'<row r="2" hidden="1"'),
        lambda content, chance: (content[: chance.randrange(len(content) - 30)], ""),
        lambda content, chance: (_packed({k: v for k, v in _parts(content).items() if k != "xl/workbook.xml"}), ""),
    ),
    SAME: (
        lambda content, chance: (
            _packed(dict(chance.sample(sorted(p.items()), len(p)) if (p := _parts(content)) else ())),
            "",
        ),
    ),
    EITHER: (_flipped,),
}


def test_workbooks(tmp_path, fuzz_cases):
    path = workbooks.fill(tmp_path / "book.xlsx", workbooks.small())
    content, before = path.read_bytes(), figures(read_workbook(path))
    for number in range(fuzz_cases):
        chance = random.Random(f"{SEED} workbook {number}")
        outcome = chance.choice([REFUSED, REFUSED, EITHER, SAME])
        change = chance.choice(WORKBOOKS[outcome])
        changed, place = change(content, chance)
        path.write_bytes(changed)
        check(lambda: read_workbook(path), before, outcome, place, f"case {number}, {outcome}")


def test_a_workbook_that_hides_columns_without_end_costs_nothing(tmp_path):
    """43 kB that would have taken gigabytes."""
    resource = pytest.importorskip("resource")
    path = workbooks.fill(tmp_path / "book.xlsx", workbooks.small())
    change = _in_sheet(rb"<cols>", lambda found, chance: b'<cols><col min="1" max="2000000000" width="9" hidden="1"/>')
    path.write_bytes(change(path.read_bytes(), random.Random(1))[0])
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(PorfseError, match=r"columns 1 to 2000000000.* lies beyond the end of a sheet"):
        read_workbook(path)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000  # kB
