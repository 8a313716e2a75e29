"""How the codes of a key are written, and which values are counts of people.

A target meets its achievements where every code of the key is written alike: `FSE` beside `ESF` or `8.i` beside `8i`
would make it vanish. A spelling that is meant for a known code is therefore refused, never read as that code
(`misspelt`); codes of a programme's own (`RYEI`, `SO1_1`, `R12b`) are whatever the programme writes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import pandas as pd

__all__ = [
    "CCI_REMEDY",
    "CODES",
    "FUNDS",
    "INDICATOR_TYPES",
    "PEOPLE_UNITS",
    "PERCENTAGE_UNITS",
    "REGION_CATEGORIES",
    "axis_places",
    "cci_problem",
    "counts_people",
    "doubtful_target",
    "impossible_counts",
    "in_reading_order",
    "is_percentage",
    "is_result",
    "misspelt",
    "people_targets",
    "reading_order",
    "same_but_for_spelling",
    "thousands",
    "uncountable",
    "unknown_to_people",
    "whole_counts",
]

FUNDS = (
    *("ESF", "YEI", "ERDF", "CF", "ESF+", "JTF", "FEAD", "EAFRD", "EMFF", "EMFAF", "IPAE", "AMIF", "ISF", "BMVI"),
    *("Interreg Funds", "YEI ESF Matching Component", "YEI Specific Allocation"),
)
"""Every fund that occurs in the Commission's tables, and the others of shared management."""

REGION_CATEGORIES = (
    *("More developed", "Less developed", "Transition", "REACT-EU"),
    *("Outermost or Northern Sparsely Populated", "Outermost or northern sparsely populated"),
)
"""Categories of region as the Commission's tables write them; the last two are of 2014-2020 and of 2021-2027."""

INDICATOR_TYPES = ("OESF", "OYEI", "RESF", "RYEI", "COMMON", "OERDF", "OERDFCF", "RERDF")
"""Types of indicators as the Commission's tables code them; COMMON, of 2021-2027, is of every fund."""

_ESF_TYPES = ("OESF", "OYEI", "RESF", "RYEI", "")
_OTHER_TYPES = ("OERDF", "OERDFCF", "RERDF", "OEMFF", "REMFF", "COMMON_OUT", "COMMON_RES")
_ESF_FUNDS = ("ESF", "YEI", "ESF+", "YEI ESF Matching Component", "YEI Specific Allocation", "")
# of 2014-2020, with indicators of their own under the codes of the ESF
_OTHER_PROGRAMMES = ("ERDF", "CF", "IPAE", "EAFRD", "EMFF", "Interreg Funds")
_RESULT_TYPES = ("RESF", "RYEI")
_RESULT = re.compile(r"(?:CR|EECR)\d\d")


def counts_people(frame: pd.DataFrame) -> pd.Series:
    """Whether the indicator of a row is one of the ESF by its type: those count people, under codes others have too.

    A type that does not say the fund (COMMON, one of a programme's own) is of the ESF where the row's fund is.
    """
    types = frame["indicator_type"]
    rest = ~types.isin((*_ESF_TYPES, *_OTHER_TYPES))
    counted: pd.Series = types.isin(_ESF_TYPES)
    if rest.any():
        counted |= rest & (frame["fund"].isin(_ESF_FUNDS) if "fund" in frame else True)
    return counted


def unknown_to_people(frame: pd.DataFrame) -> pd.Series:
    """Whether `counts_people` leaves a row out though nothing says that its indicator is of something else."""
    elsewhere = frame["indicator_type"].isin(_OTHER_TYPES) | frame["fund"].isin(_OTHER_PROGRAMMES)
    unknown: pd.Series = ~(elsewhere | counts_people(frame))
    return unknown


def is_result(frame: pd.DataFrame) -> pd.Series:
    """Whether the indicator of a row is a result of the ESF: by its type, or by its code where the type is COMMON."""
    of_result: pd.Series = frame["indicator_type"].isin(_RESULT_TYPES)
    common = frame["indicator_type"].eq("COMMON")
    if common.any():
        codes = [code for code in frame["indicator_code"].unique() if _RESULT.fullmatch(code)]
        of_result |= common & counts_people(frame) & frame["indicator_code"].isin(codes)
    return of_result


_OTHER_NAMES: Mapping[str, Mapping[str, str]] = {
    "fund": {
        **{"FSE": "ESF", "FSE+": "ESF+", "FSEPLUS": "ESF+", "ESFPLUS": "ESF+", "FESR": "ERDF", "FC": "CF"},
        **{"IOG": "YEI", "FEASR": "EAFRD", "FEAMP": "EMFF", "FEAMPA": "EMFAF", "FAMI": "AMIF", "FSI": "ISF"},
    },
    "region_category": {
        **dict.fromkeys(("PIÙSVILUPPATE", "PIUSVILUPPATE", "PIÙSVILUPPATA", "PIUSVILUPPATA"), "More developed"),
        **dict.fromkeys(("MENOSVILUPPATE", "MENOSVILUPPATA"), "Less developed"),
        **dict.fromkeys(("INTRANSIZIONE", "TRANSIZIONE", "INTRANSITION"), "Transition"),
        "REACT": "REACT-EU",
    },
}
"""What a code is called in Italian documents, without blanks and signs."""

_REGION_WORDS = re.compile(r"^(?:REGIONI?|REGIONS?)|(?:REGIONI?|REGIONS?)$")

_ROMANS = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_PRIORITY = re.compile(rf"([1-9]\d?)({'|'.join(sorted(_ROMANS, key=len, reverse=True))}|[a-h])")
_OBJECTIVE = re.compile(r"([EIJMR]SO)(\d)(\d{1,2})")
_INDICATOR = re.compile(r"(CO(?:06|1[1-4])(?=A)|(?:CO|CR|EECO|EECR)\d\d$|RC[OR]\d{2,3}$)(A?)")

_OTHER_LENGTH = re.compile(r"(C[O0]|CR|EEC[O0]|EECR)(\d|0+\d{1,2})")

# letters of other alphabets that look like Latin ones
_LOOKALIKES = str.maketrans("АВСЕНІКМОРТХаеорсхіΑΒΕΗΙΚΜΟΡΤΧΝΖο", "ABCEHIKMOPTXaeopcxiABEHIKMOPTXNZo")


def _bare(text: str) -> str:
    """A code without blanks and signs but for +, all in capitals."""
    return re.sub(r"[^\w+]|_", "", text.translate(_LOOKALIKES)).upper()


def _of(known: tuple[str, ...], kind: str) -> Callable[[str], str]:
    """The known code that a text is meant for: the same letters, or what it is called elsewhere."""
    bare = {_bare(code): code for code in reversed(known)} | dict(_OTHER_NAMES.get(kind, {}))

    def meant(text: str) -> str:
        letters = _bare(text)
        return bare.get(_REGION_WORDS.sub("", letters) if kind == "region_category" else letters, "")

    return meant


def _numbers(text: str) -> int:
    """How many numbers a code has: ESO4.1.1 is no spelling of ESO4.11."""
    return len(re.findall(r"\d+", text))


def _priority(text: str) -> str:
    """The investment priority (8i, 10a) or specific objective (ESO4.1) that a text is meant for."""
    letters = _bare(text)
    priority = _PRIORITY.fullmatch(re.sub(r"^(?:PI|IP)?0*", "", letters).lower())
    if priority and _numbers(text) == 1:
        return "".join(priority.groups())
    objective = _OBJECTIVE.fullmatch(letters)
    return f"{objective[1]}{objective[2]}.{objective[3]}" if objective and _numbers(text) <= 2 else ""


def _indicator(text: str) -> str:
    """The common indicator that a text is meant for: CO01, CO06a, EECR03."""
    letters = _bare(text)
    code = _INDICATOR.fullmatch(letters)
    if code and _numbers(text) == 1:
        return f"{code[1]}{code[2].lower()}"
    # CO1, CO001, C001 for CO01: a number of another length, or a zero for the letter
    number = _OTHER_LENGTH.fullmatch(letters)
    if number and _numbers(text) == 1 and 0 < int(number[2]) < 100:
        return f"{number[1].replace('0', 'O')}{int(number[2]):02d}"
    return ""


CODES: Mapping[str, tuple[tuple[str, ...], Callable[[str], str]]] = {
    "fund": (FUNDS, _of(FUNDS, "fund")),
    "region_category": (REGION_CATEGORIES, _of(REGION_CATEGORIES, "region_category")),
    "indicator_type": (INDICATOR_TYPES, _of(INDICATOR_TYPES, "indicator_type")),
    "investment_priority": ((), _priority),
    "indicator_code": ((), _indicator),
}
"""Kind of code -> the codes that are always right, and which known code a text is meant for ("" for none)."""

_CLOSED = ("fund",)
"""Kinds of code of which there are no others than the known ones."""


@lru_cache(maxsize=4096)
def misspelt(kind: str, text: str) -> tuple[str, str]:
    """What is wrong with the spelling of a code and what to write; two empty texts when nothing is.

    >>> misspelt("fund", "FSE")[1], misspelt("investment_priority", "8.i")[1], misspelt("indicator_code", "co01")[1]
    ('FSE: write ESF', '8.i: write 8i', 'co01: write CO01')
    """
    known, meaning = CODES[kind]
    if text == "" or text in known:
        return "", ""
    meant = meaning(text)
    if meant and meant != text:
        return "is another spelling of a known code", f"{text}: write {meant}"
    if not meant and kind in _CLOSED:
        return f"is not a {kind} this table knows", f"Use one of: {', '.join(known)}"
    return "", ""


def same_but_for_spelling(text: str, known: list[str]) -> str:
    """The one of `known` that `text` differs from in case, blanks, signs, leading zeros alone; "" for none.

    >>> same_but_for_spelling("1bis", ["1", "1 bis"])
    '1 bis'
    """
    letters = _bare(text).lstrip("0")
    alike = [code for code in known if letters and _bare(code).lstrip("0") == letters]
    return alike[0] if len(alike) == 1 else ""


# --- counts of people ---

PERCENTAGE_UNITS = ("%", "percent", "per cent", "percentage", "percentuale", "per cento")
"""How sources write the unit of a percentage."""

PEOPLE_UNITS = (
    *("person", "persons", "people", "participant", "participants"),
    *("persona", "persone", "partecipante", "partecipanti"),
)
"""How sources write a unit that is people."""

_COUNTED = re.compile(r"(?:CO|CR|EECO|EECR)\d\d[a-z]?")
_OTHER_FUNDS = ("ERDF", "CF", "JTF")


def is_percentage(unit: str) -> bool:
    """Whether a unit is that of a percentage, however it is written: percentages do not add up."""
    return " ".join(unit.split()).casefold() in PERCENTAGE_UNITS


def whole_counts(table: str, frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Columns of a table that hold counts of people -> which of their rows do.

    Residents; women and men; claims about participants and recipients; values of the common indicators of the ESF
    (CO, CR, EECO, EECR) but for shares. Indicators of a programme's own, targets and measures may have fractions.
    """
    if table == "population":
        return {"residents": pd.Series(True, index=frame.index)}
    if table == "claims":
        people = frame["quantity"].eq("participants") | frame["quantity"].str.startswith("recipients_")
        return {"value": people}
    if table != "achievements":
        return {}
    own, counted = _of_people(frame)
    return {"value": own & counted} | {name: own for name in ("women", "men") if name in frame}


def people_targets(table: str, frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Columns of a table that hold targets of people -> which of their rows do.

    Targets may have fractions (half of 41,423), but one of three decimals, 69.038, may be thousands.
    """
    if table != "targets":
        return {}
    own, counted = _of_people(frame)
    if "unit" in frame:
        units = [unit for unit in frame["unit"].unique() if unit.strip().casefold() in PEOPLE_UNITS]
        counted |= frame["unit"].isin(units)
    return {column: own & counted for column in ("milestone", "target") if column in frame}


def impossible_counts(table: str, frame: pd.DataFrame) -> dict[str, pd.Series]:
    """Columns of a table -> which rows hold a number that people cannot have, or that may be thousands."""
    rows = {column: counted & frame[column].mod(1).gt(0) for column, counted in whole_counts(table, frame).items()}
    for column, aims in people_targets(table, frame).items():
        rows[column] = aims & frame[column].map(lambda value: thousands(f"{value:.15g}", ".") is not None).astype(bool)
    return rows


def _of_people(frame: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Which rows may count people at all, and which of them stand under a code that does."""
    own = pd.Series(data=True, index=frame.index)
    # a file that adds rows to a folder may leave out what is the same in all of them
    if "indicator_type" in frame:
        own &= counts_people(frame)
    if "fund" in frame:
        own &= ~frame["fund"].isin(_OTHER_FUNDS)
    if "unit" in frame:
        own &= ~frame["unit"].isin([unit for unit in frame["unit"].unique() if is_percentage(unit)])
    codes = [code for code in frame["indicator_code"].unique() if _COUNTED.fullmatch(code)]
    return own, frame["indicator_code"].isin(codes)


def thousands(text: str, decimal: str) -> tuple[int, int] | None:
    """The two numbers of digits that stand as those of a thousand and more do: 1 and 5 of 1.005, 30 and 0 of 30.000."""
    groups = re.fullmatch(rf"([1-9]\d{{0,2}}){re.escape(decimal)}(\d{{3}})", text, re.ASCII)
    return (int(groups[1]), int(groups[2])) if groups else None


_ONES = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"),
    *("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def _spelled(number: int) -> str:
    """A number from 1 to 999 in words, so that no sign in it can be taken for a decimal one."""
    hundreds, rest = divmod(number, 100)
    tens = _ONES[rest] if rest < 20 else "-".join(filter(None, (_TENS[rest // 10], _ONES[rest % 10])))
    return " and ".join(filter(None, (f"{_ONES[hundreds]} hundred" if hundreds else "", tens)))


def doubtful_target(text: str, decimal: str = ".") -> tuple[str, str]:
    """What is wrong with a target of people that may be thousands, and what to do.

    >>> doubtful_target("69.000")[1]
    '69.000: if sixty-nine thousand is meant, write 69000; else write it without a third decimal'
    """
    whole, meant = _meant(text, decimal)
    return "has three decimals: it may be thousands", (
        f"{text}: if {meant} is meant, write {whole}; else write it without a third decimal"
    )


def uncountable(text: str, decimal: str = ".") -> tuple[str, str]:
    """What is wrong with a count of people that is not written as a whole number, and what to do.

    >>> uncountable("1.005")[1]
    '1.005: a count of people is whole; if one thousand and five is meant, write 1005'
    """
    whole, meant = _meant(text, decimal)
    if not whole:
        return "is not a whole number", f"{text}: a count of people is whole"
    return "is not a whole number", f"{text}: a count of people is whole; if {meant} is meant, write {whole}"


def _meant(text: str, decimal: str) -> tuple[int, str]:
    """The thousands that a number may stand for, and in words; 0 where it cannot."""
    found = thousands(text, decimal)
    if found is None:
        return 0, ""
    joined = " and " if 0 < found[1] < 100 else " "
    words = f"{_spelled(found[0])} thousand" + (f"{joined}{_spelled(found[1])}" if found[1] else "")
    return found[0] * 1000 + found[1], words


_ROMAN = re.compile(r"(X{0,3})(IX|IV|V?I{0,3})")
_ROMAN_VALUES = {"I": 1, "V": 5, "X": 10}


def reading_order(labels: Iterable[str]) -> Callable[[str], tuple[int, str, int, str]]:
    """A key that sorts the axes of one programme: 2 before 10, IX before X, "1 bis" after 1."""
    # in a list A ... K the letter I is no number
    roman = "H" not in labels

    def key(label: str) -> tuple[int, str, int, str]:
        digits = re.match(r"(\D*?)0*(\d+)", label)
        if digits:
            return 0, digits[1], int(digits[2]), label
        head = re.split(r"\W", label, maxsplit=1)[0]
        if roman and head and _ROMAN.fullmatch(head):
            values = [_ROMAN_VALUES[sign] for sign in head]
            number = sum(-v if v < max(values[i:]) else v for i, v in enumerate(values))
            return 1, "", number, label
        return 2, label, 0, label

    return key


def axis_places(axes: pd.Series) -> pd.Series:
    """The place of each axis among these, as a reader expects them (`reading_order`); `ALL`, the whole, comes first."""
    labels = set(axes.astype("str"))
    key = reading_order(labels)
    ordered = sorted(labels, key=lambda label: (label != "ALL", key(label)))
    return axes.astype("str").map({label: place for place, label in enumerate(ordered)}).astype("int64")


def in_reading_order(column: pd.Series) -> pd.Series:
    """The key of `sort_values` for rows sorted by axis and other columns: an axis by its place, the rest as it is."""
    return axis_places(column) if column.name == "axis" else column


CCI_REMEDY = "Write the code of the programme as a text, as 2014IT05SFOP007"
_CCI = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,39}", re.ASCII)


def cci_problem(value: object) -> str:
    """Why something is not the code of a programme; "" where it may be one. It becomes part of names of files."""
    if not isinstance(value, str):
        return "is not a text"
    if value != value.strip() or " " in value:
        return "has a blank"
    return "" if _CCI.fullmatch(value) else "has signs that no code has: letters, figures, - and _ alone"
