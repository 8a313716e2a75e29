"""Write docs/programme-folder.md, which is made from the package's declarations of the tables."""

from __future__ import annotations

from pathlib import Path

from porfse_analysis.loaders.template import describe
from porfse_analysis.schema import TABLES

ROOT = Path(__file__).parents[1]


PREDECESSOR = """\
The programme of the period before stands there as one text, its code or its folder given relative to this one:
`"predecessor": "2007IT052PO006"` or `"predecessor": "../por-fse-2007-2013"`. A code is looked for in the folders
beside this one and then among the bundled programmes. Front page and `compare_cutoffs` set the two beside each
other at the same month of life (`pf.beside_predecessor`), and its data are part of what makes a page due. It is
optional, and one that is wrong takes no report away: `porfse check` says in one line what is wrong (not there,
several folders of the code, cannot be read, not of an earlier period). Its own predecessor is not followed. Every
command keeps it; a folder saved elsewhere keeps the text as it is, so a code travels better."""

CODES = """\
A sheet of a new date is a new row of `sources` and rows of the tables it has figures for: `porfse add FOLDER FILE`
takes a workbook, or a CSV file whose header tells its table, matches rows by the key of the table and prints what is
new and what changes. One row that cannot be taken and nothing is written; an empty cell erases nothing; `--dry-run`
writes nothing; the folder as it was is kept as `FOLDER.previous` and `--undo` brings it back. Documents that go on
one another have the same `series` in `sources`: amounts, rates, participants and target ratios and their changes
follow the series, sums of participants take what its documents put right among themselves; each figure cites its
document. Of two documents of one series and date the one with the later `date` counts, then the lower row; what it
replaces is a finding; axes, funds or categories that a later document corrects go into the sum in place of the figure
of all of them in the earlier one, where all of them are known. A document may be about some axes, funds or categories
of region only: these have their new figures, the programme keeps the last figure that is of all of them, with its
date (finding `some_axes`), and a plan that is silent on an axis drops none: write 0 as the allocation of an axis that
was dropped. An amount whose source publishes no allocation is set against the plan of the preferred source that has
one (note `plan_of_other_source`).

A fund left empty is the programme's only one, a category of region the only one of its fund; where there are several,
all of them together. A fund whose rows tell no category has none, as the youth initiative. Axis
`ALL`, and in a count of people no investment priority, are all of them too. Where one document tells a figure of all
and those of its parts, no sum has both: the figure of all counts, and parts that do not add up to it are a finding
(`beside_its_parts`). Payment applications take the parts where they do add up to it: each has a rate of its own.

A target meets its achievements where every code of the key is written alike, so codes have one spelling.
`FSE`, `8.i`, `co01` or `More Developed` are refused with what to write (`8.i: write 8i`), and so is an axis written
otherwise than in `axes`; nothing is changed silently. Codes of a programme's own (`SO1_1`, `R12b`) are whatever it
writes. `porfse check` names a target whose values stand under a neighbouring key: another fund, priority, category of
region or type.

Women and men (`women`, `men`) stand beside the published total, which counts whether or not they add up to it; men are
never taken to be the rest. The grand total of participants, with those whose data are incomplete (annual report, table
4A), has the indicator code `GRAND_TOTAL` and type `OESF`; it is added to no common indicator.

Counts of people are whole: residents, women and men, and values of the common indicators (CO, CR, EECO, EECR) of the
ESF, the YEI and the ESF+. `1.005` and `30.000` are refused: they may be thousands. Targets, measures, percentages
(unit `%`) and indicators of the programme's own may have decimals; a target of people (a common indicator, or a unit
such as `persons`) with three of them, `69.038`, is refused too. Where the source itself publishes fractions of
people, `"published_fractions": true` in `datapackage.json` says so; they are a finding then."""

COMMENTS = """## The evaluator's comments

"Where does a note of my own go?" Markdown files in the folder `comments` stand on the pages, signed as the evaluator's:

    comments/2018-09-30.md            on every page of that date, and on the front page while it is the latest
    comments/2018-09-30/axes.md       in that section; `porfse report --list-sections` names them
    comments/2018-09-30/axes.it.md    the same on Italian pages alone, in place of the one for all languages

A comment that is new, changed or gone makes its pages due, and no others. Comments of other dates do no harm; a file
named otherwise is refused with what is allowed. HTML is shown as text; links lead to http, https and mailto; images are
refused. No command writes, replaces or deletes a comment. A notebook of one's own has the comment of its date below its
title, and those of the sections it shows by `blocks.section`."""

WORKBOOK = """## As a workbook

`porfse new FOLDER` also makes `programme.xlsx`: a sheet per table with the same columns, drop-down lists and a help
text per column, the sheet `programme` (CCI, titles, licence) and a sheet that explains every column. Filled in, it
becomes a programme folder:

    porfse import workbook programme.xlsx --to my-programme

Cells are read strictly as they are. Every fault is named by sheet and cell (`finance!G12`) with its value and what to
do, those of one cause in one line (`--all` prints each); while there is one, nothing is written and the command ends
with 2. Into a folder of the same programme `--overwrite` replaces the tables the workbook has; all other tables and the
sources they cite, rules, comments and files stay, and the command names them.

- Codes are texts: an axis typed as the number 1 is refused, `01`, `1` and `1 bis` are three axes. The template formats
  these columns as text.
- Dates are date cells without a time of day, not texts, and not before 1990: a year typed into a date cell becomes a
  day of 1905. Both calendars of Excel (1900, 1904) are read.
- Numbers are number cells: not texts that look like numbers, not shown as percentages, with at most 15 digits, which
  is what Excel keeps. Amounts have at most two decimals.
- Formulas are refused, also those that keep the value they had when the file was saved: nothing tells whether it is
  still the one they give. Paste them as values.
- Merged cells, hidden sheets, hidden rows and columns with something in them, columns without a name, error values,
  logical values, blanks around a text, non-breaking spaces and characters that cannot be seen are refused.
- The table ends at its first empty row: something below one is refused; empty rows at the end are not read. A row of
  totals is refused as one.
- Sheets of tables that are not needed may be empty or missing; other sheets are refused, except the one that explains.
- Only `.xlsx` is read (not `.xls`, `.xlsb`, `.ods`, `.csv`), without a password, up to 400 MB unpacked."""


def folder_page() -> str:
    parts = [
        "# A programme folder",
        "CSV tables (UTF-8) and a `datapackage.json` that says how each is written: delimiter, decimal and grouping "
        "sign, date format, encoding. A cell without a figure is left empty. Columns marked optional may be left out. "
        "Rows of delimiters alone are passed over, a row of totals is refused as one. Every fault is named by file, "
        "row, column and value, those of one cause in one line; `porfse check FOLDER --all` prints each.",
        "Rules of the verdicts that the programme is to be judged by otherwise stand in `datapackage.json`, by the "
        'names of `rules_table`: `"rules": {"serious_counts": "achievement_set"}`. The pages name each changed rule.',
        'Who signs the pages stands there too, as one text: `"author": "Ufficio di valutazione, Ada Rossi"`. It is '
        "shown at the foot of every page made of the folder, as it is written; names of persons in the tables are "
        "never shown.",
        PREDECESSOR,
        CODES,
    ]
    parts.append(COMMENTS)
    for table in TABLES.values():
        need = "needed" if table.required else "may be missing"
        parts.append(f"## {table.name}\n\nKey: {', '.join(table.key)}. This table {need}.")
        parts.append(describe(table))
    parts.append(WORKBOOK)
    return "\n\n".join(parts) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "programme-folder.md").write_text(folder_page(), encoding="utf-8")
