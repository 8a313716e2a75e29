"""Files of OpenCoesione, invented: any number of projects and payments, with what real files have, and their sums.

    python benchmarks/_opencoesione_records.py FOLDER [--rows 2000000] [--payments 10000000] [--seed 1]

`progetti_esteso.csv` has 60 columns and about a kilobyte a project, `pagamenti.csv` single payments. The same seed
gives the same files. What `write` returns is added up in whole cents beside the writing, not read from the files.
Persons are called COGNOME... NOME...: where one of them is found again, a name has got through.
"""

import argparse
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

PROGRAMMES = [f"2014IT05SFOP{place:03d}" for place in range(1, 21)]
AXES = ("1", "2", "3", "4", "5")
FIRST_DAY, DAYS = np.datetime64("2015-01-01"), 3_500
NEWEST = "2024-08-31"
_PIECE = 250_000
_FORMS = ("1.6.20", "2.4.30", "1.1.10", "1.2.20")  # two of organisations, a sole trader, a partnership
_TEXT = "Percorsi di formazione e accompagnamento al lavoro nel territorio, con attività di orientamento"

# label -> what stands in it; i is the number of the project, the other names are columns of what is drawn
_COLUMNS = {
    "COD_LOCALE_PROGETTO": "code",
    "CUP": "'G' || lpad((i % 700000)::VARCHAR, 14, '0')",
    "OC_TITOLO_PROGETTO": "code || ' - COGNOME' || i || ' NOME' || i",
    "OC_SINTESI_PROGETTO": f"'{_TEXT} (' || h % 9973 || '), richiesto da COGNOME' || i || ' NOME' || i",
    "OC_LINK": "'https://opencoesione.invalid/progetti/cognome' || i",
    "OC_COD_CICLO": "'2'",
    "OC_DESCR_CICLO": "'Ciclo di programmazione 2014-2020'",
    "FONDO_COMUNITARIO": "'FSE'",
    "OC_AREA_OBIETTIVO_UE": "'Regioni più sviluppate'",
    "OC_CODICE_PROGRAMMA": "programme",
    "OC_DESCRIZIONE_PROGRAMMA": "'POR FSE INVENTATO ' || right(programme, 3)",
    "COD_OB_TEMATICO": "CASE WHEN axis = '5' THEN '' ELSE lpad((7 + axis::INT)::VARCHAR, 2, '0') END",
    "COD_PRIORITA_INVEST": "CASE WHEN axis = '5' THEN '' ELSE (7 + axis::INT) || 'i' END",
    "OC_COD_CATEGORIA_SPESA": "lpad((100 + h % 20)::VARCHAR, 3, '0')",
    # accents encoded twice, in the whole column
    "OC_DESCR_CATEGORIA_SPESA": "'Accesso al lavoro e mobilitÃ\u00a0, campo ' || h % 20",
    "OC_COD_ARTICOLAZ_PROGRAMMA": "axis",
    "OC_DESCR_ARTICOLAZ_PROGRAMMA": "CASE WHEN axis = '5' THEN 'Assistenza tecnica' ELSE 'Asse ' || axis END",
    "OC_COD_SUBARTICOLAZ_PROGRAMMA": "axis || '.' || h % 4",
    "OC_DESCR_SUBARTICOLAZ_PROGRAMMA": "'Obiettivo specifico ' || axis || '.' || h % 4",
    "CUP_COD_NATURA": "'0' || (6 + h % 2)",
    "CUP_DESCR_NATURA": "'Concessione di aiuti e contributi, natura ' || h % 2",
    "COD_REGIONE": "'003'",
    "DEN_REGIONE": "'LOMBARDIA'",
    "COD_PROVINCIA": "'0030' || 10 + h % 12 || CASE WHEN i % 40 = 0 THEN ':::0030' || 10 + (h + 1) % 12 ELSE '' END",
    "DEN_PROVINCIA": "'PROVINCIA ' || h % 12 || CASE WHEN i % 40 = 0 THEN ':::PROVINCIA ' || (h + 1) % 12 ELSE '' END",
    "FINANZ_UE": "selected",
    "FINANZ_UE_FSE": "selected",
    "FINANZ_TOTALE_PUBBLICO": "selected",
    "FINANZ_STATO_PAC": "'0,00'",
    "FINANZ_PRIVATO": "' '",
    "COSTO_RENDICONTABILE_UE": "selected",
    "OC_IMPEGNI_GIURID_VINCOLANTI": "committed",
    "TOT_PAGAMENTI": "paid",
    "OC_TOT_PAGAMENTI_RENDICONTAB_UE": "paid",
    "OC_DATA_INIZIO_PROGETTO": "strftime(DATE '2015-01-01' + (h % 2000)::INT, '%Y%m%d')",
    "OC_DATA_FINE_PROGETTO_PREVISTA": "strftime(DATE '2016-01-01' + (h % 2000)::INT, '%Y%m%d')",
    # a few days that no calendar has
    "OC_DATA_FINE_PROGETTO_EFFETTIVA": "CASE WHEN i % 5000 = 7 THEN '20210229' ELSE '' END",
    "DATA_INIZIO_EFF_AGG_BANDO": "strftime(DATE '2014-10-01' + (h % 40 * 50)::INT, '%Y%m%d')",
    "DATA_INIZIO_EFF_STIP_ATTRIB": "strftime(DATE '2014-12-01' + (h % 40 * 50)::INT, '%Y%m%d')",
    "OC_STATO_PROGETTO": "'Concluso'",
    "COD_PROCED_ATTIVAZIONE": "'PR' || h % 40",
    "DESCR_PROCED_ATTIVAZIONE": "'Avviso pubblico per la presentazione di progetti, numero ' || h % 40",
    "DESCR_TIPO_PROCED_ATTIVAZIONE": "'Bando'",
    "OC_CODFISC_BENEFICIARIO": "lpad((h % 90000)::VARCHAR, 11, '0')",
    "OC_DENOM_BENEFICIARIO": "CASE WHEN h % 4 < 2 THEN 'ENTE ' || h % 90000 ELSE 'COGNOME' || i || ' NOME' || i END",
    "OC_COD_FORMA_GIU_BENEFICIARIO": f"{list(_FORMS)}[1 + h % 4]",
    "OC_DESCR_FORMA_GIU_BENEFICIARIO": "'Forma ' || h % 4",
    "OC_CODFISC_ATTUATORE": "'CGNNMO' || lpad((i % 100)::VARCHAR, 2, '0') || 'A01F205X'",
    "OC_DENOM_ATTUATORE": "'COGNOME' || i || ' NOME' || i",
    "OC_TOTALE_INDICATORI": "'2'",
    "COD_INDICATORE_1": "'201F'",
    "REALIZZATO_INDICATORE_1": "(i % 2) || ',00'",
    "COD_INDICATORE_2": "'201M'",
    "REALIZZATO_INDICATORE_2": "(1 - i % 2) || ',00'",
    "DESCR_INDICATORE_1": "'I disoccupati, compresi i disoccupati di lungo periodo (donne)'",
    "DESCR_INDICATORE_2": "'I disoccupati, compresi i disoccupati di lungo periodo (uomini)'",
    "OC_FLAG_VISUALIZZAZIONE": "shown",
    "OC_FLAG_AGGREGATO": "aggregate",
    "OC_FLAG_PAC": "'0'",
    "DATA_AGGIORNAMENTO": "CASE WHEN i % 7 = 0 THEN '20240630' ELSE '20240831' END",
}


def write(folder, rows, payments, seed=1, programmes=PROGRAMMES):
    """Writes the files into a folder; the sums of what counts: `totals` by programme and axis, `by_day` of payments.

    Amounts are whole cents. Set aside must be: a hundredth of the projects each that OpenCoesione does not show and
    that are counted in others, some of two programmes and without an axis; payments of no project and without a day.
    """
    drawn = np.random.default_rng(seed)
    programme = drawn.integers(len(programmes), size=rows)
    axis = drawn.integers(len(AXES), size=rows)
    fate = drawn.integers(1_000, size=rows)  # below 24: set aside
    counts = fate >= 24
    of = drawn.integers(rows, size=payments)
    cents = drawn.integers(1, 1_000_000, size=payments)
    day = drawn.integers(DAYS, size=payments)
    odd = drawn.integers(1_000, size=payments)  # 0: of an unknown project; 1: without a day
    known = odd > 1
    paid = np.bincount(of[known], weights=cents[known], minlength=rows).astype("int64")
    selected = paid + drawn.integers(100, 500_000, size=rows)
    committed = paid + (selected - paid) // 2
    frame = pd.DataFrame(
        {"i": np.arange(rows), "p": programme, "a": axis, "fate": fate}
        | {"selected": selected, "committed": committed, "paid": paid}
    )
    paid_frame = pd.DataFrame({"i": of, "p": programme[of], "day": day, "cents": cents, "odd": odd})
    with duckdb.connect() as link:
        _projects(link, Path(folder) / "progetti_esteso.csv", frame, programmes)
        _payments(link, Path(folder) / "pagamenti.csv", paid_frame)
    group = programme * len(AXES) + axis
    size = len(programmes) * len(AXES)
    index = pd.MultiIndex.from_product([programmes, AXES], names=["programme", "axis"])
    totals = pd.DataFrame(
        {
            name: np.bincount(group[counts], weights=values[counts], minlength=size).astype("int64")
            for name, values in (("selected", selected), ("committed", committed), ("paid", paid))
        },
        index=index,
    ).assign(projects=np.bincount(group[counts], minlength=size))
    counted = known & counts[of]
    by_day = np.bincount(group[of[counted]] * DAYS + day[counted], weights=cents[counted], minlength=size * DAYS)
    days = pd.DatetimeIndex(FIRST_DAY + np.arange(DAYS))
    return {"totals": totals, "by_day": pd.DataFrame(by_day.reshape(size, DAYS).astype("int64"), index, days)}


def _amount(name):
    return f"({name} // 100) || ',' || lpad(({name} % 100)::VARCHAR, 2, '0')"


def _code(name):
    """Codes with blanks and slashes, as there are."""
    return f"CASE WHEN {name} % 3 = 0 THEN 'LOM/' || {name} || ' - A' ELSE 'P' || lpad({name}::VARCHAR, 9, '0') END"


def _projects(link, path, frame, programmes):
    names = f"{list(programmes)}"
    link.execute(f"CREATE MACRO called(p) AS {names}[1 + p]")
    link.execute(f"CREATE MACRO another(p) AS {names}[1 + (p + 1) % {len(programmes)}]")
    drawn = f"""
        SELECT i, (hash(i) % 1000003)::BIGINT AS h, {_code("i")} AS code,
            CASE WHEN fate = 20 THEN called(p) || ':::' || another(p) ELSE called(p) END AS programme,
            CASE WHEN fate = 21 THEN '(assente)' WHEN fate = 22 THEN '0' WHEN fate = 23 THEN ''
                ELSE {list(AXES)}[1 + a] END AS axis,
            CASE WHEN fate < 10 THEN '1' WHEN fate < 500 THEN '0' ELSE '10' END AS shown,
            CASE WHEN fate BETWEEN 10 AND 19 THEN '1' ELSE '0' END AS aggregate,
            {_amount("selected")} AS selected, {_amount("committed")} AS committed,
            CASE WHEN paid = 0 THEN ' ' ELSE {_amount("paid")} END AS paid
        FROM piece"""
    columns = ", ".join(f'{sql} AS "{label}"' for label, sql in _COLUMNS.items())
    # an axis that is none is no number
    columns = columns.replace("axis::INT", "coalesce(TRY_CAST(axis AS INT), 0)")
    _copied(link, path, frame, f"SELECT {columns} FROM ({drawn})")


def _payments(link, path, frame):
    code = f"CASE WHEN odd = 0 THEN 'OTHER' || i ELSE {_code('i')} END"
    day = "CASE WHEN odd = 1 THEN '' ELSE strftime(DATE '2015-01-01' + day::INT, '%Y%m%d') END"
    columns = {
        "COD_LOCALE_PROGETTO": code,
        "OC_DATA_PAGAMENTI": day,
        "TOT_PAGAMENTI": _amount("cents"),
        "OC_TOT_PAGAMENTI_RENDICONTAB_UE": _amount("cents"),
        "OC_TOT_PAGAMENTI_FSC": "''",
        "OC_CODICE_PROGRAMMA": "called(p)",
        "OC_TIPO_PAGAMENTI": "'P'",
    }
    _copied(
        link,
        path,
        frame,
        "SELECT " + ", ".join(f'{sql} AS "{label}"' for label, sql in columns.items()) + " FROM piece",
    )


def _copied(link, path, frame, select):
    """Writes a query over pieces of a frame, in its order, as one CSV file."""
    part = path.with_suffix(".part")
    target = str(part).replace("'", "''")
    with path.open("wb") as out:
        for start in range(0, max(len(frame), 1), _PIECE):
            link.register("piece", frame.iloc[start : start + _PIECE])
            header = "true" if start == 0 else "false"
            link.execute(f"COPY ({select}) TO '{target}' (FORMAT csv, DELIMITER ';', HEADER {header}, FORCE_QUOTE *)")
            out.write(part.read_bytes())
    part.unlink()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=2_000_000)
    parser.add_argument("--payments", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    start = time.perf_counter()
    write(options.folder, options.rows, options.payments, options.seed)
    for path in sorted(options.folder.glob("*.csv")):
        print(f"{path.name}: {path.stat().st_size / 1e6:,.0f} MB")
    print(f"{time.perf_counter() - start:.0f} s")


if __name__ == "__main__":
    main()
