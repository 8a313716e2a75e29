"""What the workbook of a programme says to the person who fills it in, in Italian and English."""

from __future__ import annotations

from porfse_analysis.schema import Column

__all__ = ["ALLOWED", "CELL", "INTRO", "KIND", "MEANING_IT", "METADATA", "accepted", "meaning", "need"]

MEANING_IT = {
    "ESF, YEI, ERDF, CF": "ESF (FSE), YEI (IOG), ERDF (FESR), CF (Fondo di coesione)",
    "annual EU commitment, performance reserve included": "impegno annuale UE, riserva di efficacia compresa",
    "axis, or ALL": "asse, oppure ALL",
    "axis; empty when no source settles it": "asse; vuoto se nessuna fonte lo stabilisce",
    "category of region; empty where there is none": "categoria di regione; vuota dove non c'è",
    "category of region; empty: the only one of the fund, or none": "categoria di regione; vuota: l'unica del fondo, o "
    "nessuna",
    "fund; empty: the only one of the programme": "fondo; vuoto: l'unico del programma",
    "code of the area (NUTS)": "codice del territorio (NUTS)",
    "code of the axis as the programme writes it": "codice dell'asse come lo scrive il programma",
    "code of the axis as the programme writes it; ALL: the whole programme": (
        "codice dell'asse come lo scrive il programma; ALL: l'intero programma"
    ),
    "code of the indicator (CO01 ...)": "codice dell'indicatore (CO01 ...)",
    "cumulative amount in euro; empty: not published": "importo cumulato in euro; vuoto: non pubblicato",
    "cumulative value at the cutoff; empty: not published": "valore cumulato alla data; vuoto: non pubblicato",
    "date from which the row holds": "data da cui vale la riga",
    "date of publication or of the copy used": "data di pubblicazione o della copia usata",
    "date of the recipients": "data dei destinatari",
    "date the claim is of": "data a cui si riferisce l'affermazione",
    "date the figure is of, when it is not the cutoff": "data del dato, se non è la data di riferimento",
    "date the value is of, when it is not the cutoff": "data del valore, se non è la data di riferimento",
    "financial stage": "stadio finanziario",
    "first position published with that version": "prima posizione pubblicata con quella versione",
    "how the figure is meant": "come va inteso il dato (esatto, circa, più di, meno di)",
    "identifier of the claim": "identificativo dell'affermazione",
    "identifier of the measure": "identificativo della misura",
    "identifier of the source": "identificativo della fonte",
    "identifier of the source (table sources)": "identificativo della fonte (tabella sources)",
    "investment priority (8i, 9iv ...)": "priorità d'investimento (8i, 9iv ...)",
    "kind of indicator": "genere dell'indicatore",
    "licence": "licenza",
    "milestone, due by the date the period sets": "target intermedio, da raggiungere per la data del periodo",
    "of how many in all, when the value counts some of them": "di quanti in tutto, se il valore ne conta alcuni",
    "nominal reporting date of the published position": "data di riferimento nominale della posizione pubblicata",
    "of which women": "di cui donne",
    "page, slide or table": "pagina, diapositiva o tabella",
    "performance reserve within it": "riserva di efficacia compresa nell'impegno",
    "pre-financing received in the year, initial and annual": "prefinanziamento ricevuto nell'anno, iniziale e annuale",
    "recipients reached": "destinatari raggiunti",
    "report the value was taken from (2020.0: report of 2020)": (
        "rapporto da cui viene il valore (2020.0: rapporto del 2020)"
    ),
    "residents on 1 January": "residenti al 1° gennaio",
    "source of the titles": "fonte dei titoli",
    "source that settles the axis": "fonte che stabilisce l'asse",
    "strand of the programme the axis belongs to, in English": "filone del programma dell'asse, in inglese",
    "strand of the programme the axis belongs to, in Italian": "filone del programma dell'asse, in italiano",
    "final target, due by the date the period sets": "target finale, da raggiungere per la data del periodo",
    "the part paid by the Union (allocation rows)": "la parte a carico dell'Unione (righe allocation)",
    "thematic objective (08, 09, ... TA)": "obiettivo tematico (08, 09, ... TA)",
    "title in English": "titolo in inglese",
    "title in Italian": "titolo in italiano",
    "title, in English": "titolo, in inglese",
    "title, in Italian": "titolo, in italiano",
    "type of the indicator as the source codes it (OESF, RESF, RYEI ...)": (
        "tipo dell'indicatore come lo codifica la fonte (OESF, RESF, RYEI ...)"
    ),
    "unit of the last published digit": "unità dell'ultima cifra pubblicata",
    "unit of the value": "unità del valore",
    "unit of the value (EUR, participant, indicator, 1)": "unità del valore (EUR, participant, indicator, 1)",
    "unit; % marks a target that is a percentage": "unità; % segna un target in percentuale",
    "value stated; empty when the claim has none": "valore affermato; vuoto se non c'è",
    "version of the programme in force": "versione del programma in vigore",
    "version of the programme that sets the target": "versione del programma che fissa il target",
    "what is counted: a stage, participants, women_share ...": (
        "che cosa si conta: uno stadio, participants, women_share ..."
    ),
    "what the document says, in English": "che cosa dice il documento, in inglese",
    "what the document says, in Italian": "che cosa dice il documento, in italiano",
    "where it can be found": "dove si trova",
    "who is counted, in English": "chi si conta, in inglese",
    "who is counted, in Italian": "chi si conta, in italiano",
    "who published it": "chi l'ha pubblicata",
    "year": "anno",
    "year of the commitment": "anno dell'impegno",
    "yes for technical assistance, else no": "yes per l'assistenza tecnica, altrimenti no",
    "yes when the performance framework counts it": "yes se conta per il quadro di riferimento dell'efficacia",
}
"""The meanings of `schema`, in Italian."""

KIND = {
    "text": ("testo", "text"),
    "date": ("data senza ora", "date without time"),
    "amount": ("euro, due decimali al più, mai negativo", "euro, two decimals at most, never negative"),
    "number": ("numero, mai negativo", "number, never negative"),
    "year": ("anno, quattro cifre", "year, four digits"),
    "flag": ("yes o no", "yes or no"),
}

CELL = {
    "required": ("obbligatoria", "required"),
    "optional": ("colonna facoltativa", "optional column"),
    "empty": ("può restare vuota", "may be empty"),
}

ALLOWED = {
    "axes": ("un codice del foglio axes", "a code of sheet axes"),
    "axes_all": ("un codice del foglio axes, oppure ALL", "a code of sheet axes, or ALL"),
    "sources": ("un identificativo del foglio sources", "an identifier of sheet sources"),
    "date": ("data, mostrata AAAA-MM-GG", "date, shown YYYY-MM-DD"),
}

METADATA = {
    "cci": ("codice CCI del programma, come 2014IT05SFOP007", "CCI of the programme, as 2014IT05SFOP007"),
    "title_it": ("titolo del programma in italiano", "title of the programme in Italian"),
    "title_en": ("titolo del programma in inglese", "title of the programme in English"),
    "licence": (
        "licenza dei dati della cartella; vuota: quelle delle fonti",
        "licence of the folder's data; empty: those of the sources",
    ),
}
"""The rows of the sheet `programme`."""

INTRO = (
    (
        "Un foglio per tabella: una riga per dato, sotto la riga di intestazione. Servono sempre programme, axes, "
        "finance e sources; gli altri fogli possono restare vuoti o mancare.",
        "One sheet per table: one row per figure, below the header row. The sheets programme, axes, finance and "
        "sources are always needed; the others may stay empty or be missing.",
    ),
    (
        "Un dato non pubblicato resta vuoto, mai zero. I codici sono testo: 01, 1 e 1 bis sono assi diversi.",
        "A figure not published stays empty, never zero. Codes are text: 01, 1 and 1 bis are different axes.",
    ),
    (
        "Solo valori: niente formule, celle unite, righe, colonne o fogli nascosti, righe vuote in mezzo. Le formule "
        "si incollano come valori.",
        "Values only: no formulas, merged cells, hidden rows, columns or sheets, empty rows in between. Paste formulas "
        "as values.",
    ),
    (
        "Poi: porfse import workbook FILE --to CARTELLA. Ogni errore è detto con foglio e cella; finché ce n'è uno non "
        "si scrive nulla. Questo foglio non viene letto.",
        "Then: porfse import workbook FILE --to FOLDER. Every fault is named by sheet and cell; while there is one, "
        "nothing is written. This sheet is not read.",
    ),
)


def meaning(column: Column) -> tuple[str, str]:
    """What a column means, in Italian and English."""
    return MEANING_IT[column.meaning], column.meaning


def accepted(table: str, column: Column) -> tuple[str, str]:
    """What a cell of the column may hold, in Italian and English."""
    if column.allowed:
        words = ", ".join(column.allowed)
        return words, words
    if column.name == "axis" and table != "axes":
        return ALLOWED["axes"] if "ALL" not in column.meaning else ALLOWED["axes_all"]
    if column.name in ("source", "axis_source") and table != "sources":
        return ALLOWED["sources"]
    return ALLOWED["date"] if column.kind == "date" else KIND[column.kind]


def need(column: Column) -> tuple[str, str]:
    """Whether a cell may be left empty, or the whole column out, in Italian and English."""
    return CELL["required" if column.required else "optional" if column.optional else "empty"]
