"""Numbers as documents and tables write them: read exactly, or refused with the reason."""

from __future__ import annotations

from decimal import Decimal

import pytest
from babel.numbers import format_decimal
from hypothesis import given
from hypothesis import strategies as st

from porfse_analysis.amounts import Amount, number_fault, parse_number, read_amount

ITALIAN = {"decimal": ",", "group": "."}
ENGLISH = {"decimal": ".", "group": ","}
PLAIN = {"decimal": ".", "group": ""}
NOTATIONS = {"it": ITALIAN, "en": ENGLISH}

MILLION, BILLION, CENT = "1000000", "1000000000", "0.01"


@pytest.mark.parametrize(
    ("text", "value", "qualifier", "precision"),
    [
        # slide 1
        ("358.000.000,00 €", "358000000.00", "exact", CENT),
        ("227.100.000,00 €", "227100000.00", "exact", CENT),
        ("332.500.000,00 €", "332500000.00", "exact", CENT),
        ("20.000.000,00 €", "20000000.00", "exact", CENT),
        ("32 Mln €", "32000000", "exact", MILLION),
        # slide 2
        ("614 MLN €", "614000000", "exact", MILLION),
        ("356 MLN €", "356000000", "exact", MILLION),
        ("281 MLN €", "281000000", "exact", MILLION),
        ("144 MLN €", "144000000", "exact", MILLION),
        # slide 3
        ("più di 144 Meuro", "144000000", "more_than", MILLION),
        ("più di 187.000", "187000", "more_than", "1"),
        ("Più di 100.000", "100000", "more_than", "1"),
        ("Più di 14.000", "14000", "more_than", "1"),
        ("Più di 400", "400", "more_than", "1"),
        ("Circa 2000", "2000", "about", "1"),
        ("circa 2000", "2000", "about", "1"),
        ("Circa 30.000", "30000", "about", "1"),
        ("Circa 3000", "3000", "about", "1"),
        ("64", "64", "exact", "1"),
        # slide 4
        ("216 Mln €", "216000000", "exact", MILLION),
        ("15 Mln €", "15000000", "exact", MILLION),
    ],
)
def test_the_notations_of_the_information_sheet(text, value, qualifier, precision):
    assert read_amount(text) == Amount(Decimal(value), qualifier, Decimal(precision))


@pytest.mark.parametrize(
    ("text", "lang", "value", "qualifier", "precision"),
    [
        # the total of slide 1 is written with a decimal point and on two lines
        ("970.47 \n\nMln €", "en", "970470000", "exact", "10000"),
        ("EUR 970.47 million", "en", "970470000", "exact", "10000"),
        ("more than 187,000", "en", "187000", "more_than", "1"),
        ("about 2.5 billion", "en", "2500000000", "about", "100000000"),
        ("fewer than 14,000", "en", "14000", "less_than", "1"),
        ("970,47 Mln €", "it", "970470000", "exact", "10000"),
        ("€ 1.234,5", "it", "1234.5", "exact", "0.1"),
        ("€358.000.000,00", "it", "358000000.00", "exact", CENT),
        ("144Mln €", "it", "144000000", "exact", MILLION),
        ("1,2 miliardi", "it", "1200000000", "exact", "100000000"),
        ("oltre 2 mld €", "it", "2000000000", "more_than", BILLION),
        ("meno di 15 milioni", "it", "15000000", "less_than", MILLION),
        ("più\u00a0di\u00a0144\u00a0Meuro", "it", "144000000", "more_than", MILLION),
        ("ca. 3000 euro", "it", "3000", "about", "1"),
        ("0 Mln", "it", "0", "exact", MILLION),
    ],
)
def test_other_notations(text, lang, value, qualifier, precision):
    assert read_amount(text, lang=lang) == Amount(Decimal(value), qualifier, Decimal(precision))


@pytest.mark.parametrize(
    ("text", "lang", "named"),
    [
        ("332.500.000,0O €", "it", "332.500.000,0o"),  # a capital O for a zero
        ("970.47 Mln €", "it", "before the decimals"),  # English, said to be Italian
        ("970,47 million", "en", "before the decimals"),
        ("1.234.56", "it", "1.234.56"),
        ("12.34.567,00", "it", "12.34.567,00"),
        ("3 000", "it", "000"),
        ("144 Meuro,", "it", "meuro,"),
        ("144 Meuros", "it", "meuros"),
        ("47%", "it", "47%"),
        ("5 su 6", "it", "'su'"),
        ("pippo 144 Mln", "it", "'pippo'"),
        ("614 Mln Mln", "it", "said twice"),  # not 614 million million
        ("1 mld mln €", "it", "said twice"),
        ("614 Mln € EUR", "it", "said twice"),
        ("più di", "it", "di"),
        ("circa", "it", "circa"),
        ("Mln €", "it", "no number"),
        ("", "it", "no number"),
        ("NaN Mln", "it", "nan"),
        ("infinity", "en", "infinity"),
        ("1e6", "en", "1e6"),
        ("١٤٤ Mln", "it", "١٤٤"),  # Arabic-Indic digits
        ("more than 144 Mln", "it", "than"),  # words of another language
    ],
)
def test_what_is_not_an_amount_is_refused_by_name(text, lang, named):
    with pytest.raises(ValueError, match=r".+") as caught:
        read_amount(text, lang=lang)
    assert named in str(caught.value)


def test_an_unknown_language_is_refused():
    with pytest.raises(ValueError, match="'fr' is not one of it, en"):
        read_amount("144", lang="fr")


@pytest.mark.parametrize(
    ("text", "notation", "value"),
    [
        ("358000000.00", PLAIN, "358000000.00"),
        ("0", PLAIN, "0"),
        ("-12.5", PLAIN, "-12.5"),
        ("+7", PLAIN, "7"),
        ("1.234,56", ITALIAN, "1234.56"),
        ("1234,56", ITALIAN, "1234.56"),
        ("1.000", ITALIAN, "1000"),
        ("1,234.56", ENGLISH, "1234.56"),
        ("1.000", ENGLISH, "1.000"),
        ("12'345,6", {"decimal": ",", "group": "'"}, "12345.6"),
        ("1 234,5", {"decimal": ",", "group": " "}, "1234.5"),
    ],
)
def test_numbers_are_read_as_declared(text, notation, value):
    assert number_fault(text, **notation) == ""
    assert parse_number(text, **notation) == Decimal(value)


@pytest.mark.parametrize("text", ["332.500.000,0O", "nan", "NaN", "inf", "-inf", "Infinity", "NA", "n/a", "null", "-"])
@pytest.mark.parametrize("notation", [PLAIN, ITALIAN, ENGLISH], ids=["plain", "it", "en"])
def test_no_notation_makes_these_a_number(text, notation):
    assert number_fault(text, **notation) == "is not a number"
    with pytest.raises(ValueError, match="is not a number"):
        parse_number(text, **notation)


@pytest.mark.parametrize(
    ("text", "notation", "fault"),
    [
        ("1.234,56", PLAIN, "is not a number with '.' before the decimals and nothing between thousands, as declared"),
        ("1,234.56", PLAIN, "is not a number with '.' before the decimals and nothing between thousands, as declared"),
        ("1.5", ITALIAN, "is not a number with ',' before the decimals and '.' between thousands, as declared"),
        ("1,5", ENGLISH, "is not a number with '.' before the decimals and ',' between thousands, as declared"),
        ("1.2345.678,0", ITALIAN, "is not a number"),
        ("1.234,567.890", ITALIAN, "is not a number"),
        (" 12", PLAIN, "is not a number"),
        ("12 ", PLAIN, "is not a number"),
        ("1 234", PLAIN, "is not a number"),
        ("12.", PLAIN, "is not a number"),
        (".5", PLAIN, "is not a number"),
        ("1_000", PLAIN, "is not a number"),
        ("0x10", PLAIN, "is not a number"),
        ("1e3", PLAIN, "is not a number"),
        ("--1", PLAIN, "is not a number"),
        ("€ 5", PLAIN, "is not a number"),
        ("", PLAIN, "is not a number"),
        ("１２", PLAIN, "is not a number"),  # full-width digits
    ],
)
def test_another_notation_is_refused_with_the_reason(text, notation, fault):
    assert number_fault(text, **notation) == fault
    with pytest.raises(ValueError, match=r".+") as caught:
        parse_number(text, **notation)
    assert str(caught.value) == f"{text!r} {fault}"


amounts = st.decimals(min_value=-(10**13), max_value=10**13, places=2)
languages = st.sampled_from(sorted(NOTATIONS))


@given(number=amounts, lang=languages)
def test_a_formatted_number_reads_back_exactly(number, lang):
    assert parse_number(format_decimal(number, format="#,##0.00", locale=lang), **NOTATIONS[lang]) == number
    assert parse_number(format_decimal(number, format="0.00", locale=lang), **NOTATIONS[lang]) == number


@given(number=amounts, lang=languages)
def test_a_published_amount_reads_back_exactly(number, lang):
    amount = read_amount(f"{format_decimal(number, format='#,##0.00', locale=lang)} €", lang=lang)
    assert amount == Amount(number, "exact", Decimal("0.01"))


@given(number=st.integers(min_value=0, max_value=10**6), lang=languages)
def test_millions_are_read_to_the_last_published_digit(number, lang):
    amount = read_amount(f"{format_decimal(number, format='#,##0', locale=lang)} Mln €", lang=lang)
    assert amount == Amount(Decimal(number * 10**6), "exact", Decimal(10**6))


@given(number=st.integers(min_value=0, max_value=10**60))
def test_a_long_number_is_not_rounded(number):
    assert read_amount(f"{number} Mln", lang="it").value == Decimal(f"{number}000000")
    assert read_amount(f"{number},07", lang="it").value == Decimal(f"{number}.07")


# Amounts whose decimals are said to be thousands, or the other way round: both readings exist, only one is declared.
@given(whole=st.integers(min_value=1, max_value=999), decimals=st.integers(min_value=0, max_value=99))
def test_two_decimals_are_never_taken_for_thousands(whole, decimals):
    with pytest.raises(ValueError, match="as declared"):
        parse_number(f"{whole}.{decimals:02}", **ITALIAN)
    with pytest.raises(ValueError, match="as declared"):
        parse_number(f"{whole},{decimals:02}", **ENGLISH)


@given(text=st.text(max_size=30), lang=languages)
def test_any_text_is_refused_or_is_the_number_it_shows(text, lang):
    notation = NOTATIONS[lang]
    try:
        number = parse_number(text, **notation)
    except ValueError:
        return
    digits = text.lstrip("+-").replace(notation["group"], "").replace(notation["decimal"], ".")
    assert Decimal(digits) == number.copy_abs()  # abs() would round to the digits of the context
    assert set(text) <= set("+-0123456789.,")


@given(
    digits=st.text("0123456789", min_size=1, max_size=9), place=st.integers(0, 8), letter=st.sampled_from("OolISB€ '_")
)
def test_one_foreign_character_is_enough_to_refuse(digits, place, letter):
    text = digits[:place] + letter + digits[place:]
    for notation in (PLAIN, ITALIAN, ENGLISH):
        assert number_fault(text, **notation) == "is not a number"
