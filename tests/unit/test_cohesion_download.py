"""Downloading one programme, over real HTTP from a small server that behaves as the portal's interface does."""

import json
import sys
import threading
import time
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import cohesion_samples as samples
import cohesion_samples_2021 as new
import payment_samples as payments
import pytest

from porfse_analysis.errors import DataError, ParameterError
from porfse_analysis.loaders.cohesion import download as cohesion_download
from porfse_analysis.loaders.cohesion.download import Tables, default_cache, download_tables
from porfse_analysis.loaders.cohesion.registry import FORMS
from porfse_analysis.loaders.cohesion_data import import_downloaded
from porfse_analysis.loaders.folder import load_programme

LOMBARDIA, GIBRALTAR = "2014IT05SFOP007", "2014UK05SFOP005"
FINANCE, INDICATORS, PAYMENTS = "99js-gm52", "2q3n-nr7n", "gayr-92qh"


class Portal(ThreadingHTTPServer):
    """The interface of the portal, with the tables it serves and the mishaps it is told to have.

    `mishaps` is a list of functions, each used for one request: it answers in its own way, or returns a body.
    """

    daemon_threads = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.tables = {
            FINANCE: [self.bare(record) for record in samples.finance_records()],
            INDICATORS: [self.bare(record) for record in samples.indicator_records()],
            PAYMENTS: [self.bare(record) for record in payments.payment_records()],
            **{FORMS[kind].identifier: [self.bare(r) for r in records()] for kind, records in new.TABLES.items()},
        }
        self.mishaps = []
        self.requests = []
        self.headers = []
        self.address = f"http://127.0.0.1:{self.server_port}/resource"

    @staticmethod
    def bare(record):
        return {key: value for key, value in record.items() if value != ""}

    def handle_error(self, request, client_address):
        """The mishaps cut connections on purpose."""

    def answer(self, table, query):
        rows = self.tables[table]
        rows = [r for r in rows if all(r.get(k) == v for k, v in query.items() if k[0] != "$")]
        select, group = query.get("$select"), query.get("$group")
        if group:
            columns = group.split(",")
            counts = Counter(tuple(row.get(column) for column in columns) for row in rows)
            rows = [
                {k: v for k, v in zip(columns, key, strict=True) if v is not None} | {"n": str(count)}
                for key, count in counts.items()
            ]
        elif select:
            rows = [{"n": str(len(rows))}]
        start = int(query.get("$offset", 0))
        return rows[start : start + int(query.get("$limit", 1000))]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def log_message(self, *_):
        pass

    def do_GET(self):
        address = urlsplit(self.path)
        table = address.path.removeprefix("/resource/").removesuffix(".json")
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        self.server.requests.append((table, query))
        self.server.headers.append(self.headers)
        if table not in self.server.tables:
            return self.send(404, {"error": True, "message": "Dataset not found"})
        body = self.server.answer(table, query)
        if self.server.mishaps:
            mishap = self.server.mishaps.pop(0)
            if mishap is not None:
                body = mishap(self, body)
                if body is None:
                    return None
        return self.send(200, body)

    def send(self, status, body, **headers):
        content = json.dumps(body, ensure_ascii=False).encode()
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Type", "application/json;charset=utf-8")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)


def status(code, message="", **headers):
    return lambda handler, _: handler.send(code, {"error": True, "message": message}, **headers)


def cut(handler, _):
    """The connection is gone before anything was said."""
    handler.close_connection = True
    handler.connection.close()


def half(handler, body):
    """The answer says it is longer than what comes."""
    content = json.dumps(body).encode()
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(content)))
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])
    handler.close_connection = True


def half_and_says_nothing(handler, body):
    """The answer is cut, and only its JSON shows it."""
    content = json.dumps(body).encode()
    handler.send_response(200)
    handler.send_header("Connection", "close")
    handler.end_headers()
    handler.wfile.write(content[: len(content) // 2])
    handler.close_connection = True


@pytest.fixture
def portal():
    with Portal() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_token(monkeypatch):
    monkeypatch.delenv("SODA_APP_TOKEN", raising=False)
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def ask(portal, tmp_path):
    def asked(cci=LOMBARDIA, **options):
        given = {"base_url": portal.address, "cache": tmp_path / "cache", "backoff": 0.001} | options
        return download_tables(cci, **given)

    return asked


def rows_of(path):
    return json.loads(path.read_text(encoding="utf-8"))


def nothing_is_kept(tmp_path):
    return not [path for path in (tmp_path / "cache").rglob("*") if path.is_file()]


def test_a_programme_comes_whole(ask, portal, tmp_path):
    got = ask()
    assert isinstance(got, Tables)
    assert rows_of(got.files["finance"]) == [r for r in portal.tables[FINANCE] if r["cci"] == LOMBARDIA]
    assert rows_of(got.files["indicators"]) == [r for r in portal.tables[INDICATORS] if r["cci"] == LOMBARDIA]
    assert rows_of(got.files["payments"]) == [r for r in portal.tables[PAYMENTS] if r["cci"] == LOMBARDIA]
    assert got.last_cutoff == {"ESF": date(2022, 6, 30), "ERDF": date(2022, 6, 30), "YEI": date(2022, 6, 30)}
    assert got.retrieved == datetime.now(UTC).date()
    assert sorted(path.name for path in (tmp_path / "cache").iterdir()) == [LOMBARDIA]


def test_pages_are_asked_in_a_fixed_order(ask, portal):
    told = []
    got = ask(page_size=3, progress=lambda *step: told.append(step))
    assert len(rows_of(got.files["finance"])) == 10
    pages = [query for table, query in portal.requests if table == FINANCE and "$offset" in query]
    assert [query["$offset"] for query in pages] == ["0", "3", "6", "9"]
    assert {(query["$order"], query["$limit"], query["cci"]) for query in pages} == {(":id", "3", LOMBARDIA)}
    assert told[:4] == [("finance", 3, 10), ("finance", 6, 10), ("finance", 9, 10), ("finance", 10, 10)]
    assert told[-2:] == [("indicators", 9, 9), ("payments", 3, 3)]


def test_a_second_call_asks_nothing(ask, portal):
    first = ask()
    portal.requests.clear()
    assert ask() == first
    assert ask(f" {LOMBARDIA.lower()} ") == first
    assert portal.requests == []


def test_refresh_asks_anew(ask, portal):
    ask()
    portal.tables[FINANCE][0]["total_eligible_cost"] = "1.5"
    assert rows_of(ask().files["finance"])[0]["total_eligible_cost"] == "133615344.12"
    assert rows_of(ask(refresh=True).files["finance"])[0]["total_eligible_cost"] == "1.5"


def test_a_failed_refresh_leaves_the_cache_as_it_was(ask, portal):
    first = ask()
    before = first.files["finance"].read_bytes()
    portal.tables[FINANCE][0]["total_eligible_cost"] = "1.5"
    portal.mishaps = [None, None, None] + [status(500)] * 20
    with pytest.raises(DataError):
        ask(refresh=True)
    assert first.files["finance"].read_bytes() == before
    assert ask() == first


def test_a_damaged_cache_is_not_used(ask, portal, tmp_path):
    got = ask()
    (got.files["finance"].parent / "download.json").write_text('{"rows": {}}', encoding="utf-8")
    portal.requests.clear()
    ask()
    assert portal.requests
    got.files["finance"].unlink()
    assert ask().files["finance"].is_file()


def test_a_download_of_before_the_payments_is_asked_anew(ask, portal):
    got = ask()
    state = got.files["finance"].parent / "download.json"
    held = json.loads(state.read_text(encoding="utf-8"))
    del held["rows"]["payments"]
    state.write_text(json.dumps(held), encoding="utf-8")
    got.files["payments"].unlink()
    portal.requests.clear()
    assert len(rows_of(ask().files["payments"])) == 3
    assert {table for table, _ in portal.requests} == {FINANCE, INDICATORS, PAYMENTS}


@pytest.mark.long
@pytest.mark.parametrize(
    "mishap",
    [status(500), status(503, "busy"), cut, half, half_and_says_nothing],
    ids=["500", "503", "cut connection", "truncated body", "truncated JSON"],
)
def test_one_mishap_at_any_request_does_no_harm(mishap, ask, portal):
    whole = rows_of(ask(page_size=4).files["finance"])
    requests = len(portal.requests)
    for place in range(requests):
        portal.mishaps = [None] * place + [mishap]
        assert rows_of(ask(page_size=4, refresh=True).files["finance"]) == whole
        assert portal.mishaps == []


@pytest.mark.parametrize("mishap", [cut, half, half_and_says_nothing])
def test_what_is_never_whole_is_never_kept(mishap, ask, portal, tmp_path):
    portal.mishaps = [None, *[mishap] * 20]
    with pytest.raises(DataError, match="did not answer in 5 tries") as caught:
        ask()
    assert FINANCE in caught.value.file
    assert "Try again later" in str(caught.value)
    assert nothing_is_kept(tmp_path)


def test_the_reasons_are_told_once_each(ask, portal):
    portal.mishaps = [status(500), half_and_says_nothing, *[status(502)] * 3]
    with pytest.raises(DataError) as caught:
        ask()
    message = str(caught.value)
    assert "status 500; the answer was cut short or is no JSON; status 502." in message


def test_waiting_as_long_as_the_portal_asks(ask, portal, monkeypatch):
    waited = []
    monkeypatch.setattr(cohesion_download.time, "sleep", waited.append)
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    portal.mishaps = [status(429, Retry_After="7"), status(429, Retry_After=soon), status(429), status(503)]
    ask(backoff=1.0)
    assert waited[0] == 7
    assert 27 < waited[1] <= 30
    # no time given: 4 and 8 seconds, and a little at random
    assert 4 <= waited[2] <= 5
    assert 8 <= waited[3] <= 10


def test_really_waiting(ask, portal):
    portal.mishaps = [status(429, Retry_After="1")]
    start = time.monotonic()
    ask()
    assert time.monotonic() - start >= 1


def test_a_wait_that_is_too_long_is_told(ask, portal, tmp_path):
    portal.mishaps = [status(429, Retry_After="3600")]
    with pytest.raises(DataError, match="asks to wait 3600 seconds: try again then, or use a token"):
        ask()
    assert len(portal.requests) == 1
    assert nothing_is_kept(tmp_path)


def test_a_wait_that_makes_no_sense_is_passed_over(ask, portal):
    portal.mishaps = [status(429, Retry_After="soon")]
    assert ask().files["finance"].is_file()


@pytest.mark.parametrize(("code", "remedy"), [(403, "Check the application token"), (400, "Check the address")])
def test_a_refusal_is_not_repeated(code, remedy, ask, portal, tmp_path):
    portal.mishaps = [status(code, "Invalid app_token specified")]
    with pytest.raises(DataError, match=f"answered {code}: Invalid app_token specified. {remedy}"):
        ask()
    assert len(portal.requests) == 1
    assert nothing_is_kept(tmp_path)


def test_an_answer_that_is_no_list(ask, portal):
    portal.mishaps = [lambda handler, _: {"error": True, "message": "Query timed out"}]
    with pytest.raises(DataError, match="gave no list of rows: Query timed out"):
        ask()


def test_a_web_page_instead_of_rows(ask, portal):
    def page(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Length", "13")
        handler.end_headers()
        handler.wfile.write(b"<html></html>")

    portal.mishaps = [page] * 5
    with pytest.raises(DataError, match="the answer was cut short or is no JSON"):
        ask()


def test_no_number_of_rows(ask, portal):
    portal.mishaps = [lambda handler, _: []]
    with pytest.raises(DataError, match="gave no number of rows"):
        ask()


def test_nobody_answers(ask, portal):
    address = portal.address
    portal.server_close()
    with pytest.raises(DataError, match=r"did not answer in 5 tries: the connection failed \(ConnectionError\)"):
        ask(base_url=address)


def test_an_answer_that_does_not_come(ask, portal, monkeypatch):
    monkeypatch.setattr(cohesion_download, "_TIMEOUTS", (0.2, 0.05))

    def late(handler, body):
        time.sleep(0.2)
        return body

    portal.mishaps = [late]
    assert ask().files["finance"].is_file()
    portal.mishaps = [late] * 5
    with pytest.raises(DataError, match="no answer in time"):
        ask(refresh=True)


def leads_to(address):
    return lambda handler, _: handler.send(302, [], Location=address)


def test_an_answer_that_leads_to_another_host_is_not_followed(ask, portal, tmp_path):
    with Portal() as other:
        portal.mishaps = [leads_to(f"{other.address}/{FINANCE}.json")]
        with pytest.raises(DataError, match=f"leads to another host, 127.0.0.1:{other.server_port}") as refused:
            ask()
        assert other.requests == []
    assert "give the tables as files" in str(refused.value)
    assert len(portal.requests) == 1
    assert nothing_is_kept(tmp_path)


def test_the_token_is_sent_to_no_other_host(ask, portal):
    portal.mishaps = [leads_to(f"http://localhost:{portal.server_port}/resource/{FINANCE}.json")]
    with pytest.raises(DataError, match=f"leads to another host, localhost:{portal.server_port}"):
        ask(token="secret")
    assert len(portal.requests) == 1


def test_an_answer_that_leads_elsewhere_on_the_same_host_is_followed(ask, portal):
    def moved(handler, _):
        handler.send(302, [], Location=handler.path)

    portal.mishaps = [moved]
    assert ask().files["finance"].is_file()


def test_answers_that_lead_in_a_circle_end(ask, portal, tmp_path):
    portal.mishaps = [lambda handler, _: handler.send(302, [], Location=handler.path)] * 50
    with pytest.raises(DataError, match="leads from one address to the next without end"):
        ask()
    assert len(portal.requests) == cohesion_download._REDIRECTS + 1
    assert nothing_is_kept(tmp_path)


def test_the_limits_are_256_megabytes_and_five_minutes():
    assert (cohesion_download._MOST_BYTES, cohesion_download._MOST_SECONDS) == (268_435_456, 300.0)


def test_an_answer_that_is_too_large_is_not_read_to_its_end(ask, portal, monkeypatch, tmp_path):
    monkeypatch.setattr(cohesion_download, "_MOST_BYTES", 2**20)
    sent = []

    def endless(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Length", str(2**34))
        handler.end_headers()
        handler.close_connection = True
        while len(sent) < 1000:  # as many blocks as no reader would wait for
            handler.wfile.write(b" " * 2**16)
            sent.append(1)

    portal.mishaps = [endless]
    with pytest.raises(DataError, match="answers with more than 1 MB"):
        ask()
    assert len(sent) < 1000
    assert len(portal.requests) == 1
    assert nothing_is_kept(tmp_path)


def test_an_answer_that_comes_drop_by_drop_ends(ask, portal, monkeypatch, tmp_path):
    monkeypatch.setattr(cohesion_download, "_MOST_SECONDS", 0.2)

    def drops(handler, _):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.close_connection = True
        for _ in range(1000):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.02)

    portal.mishaps = [drops] * 5
    start = time.monotonic()
    with pytest.raises(DataError, match="did not answer in 5 tries: no whole answer in 0 seconds"):
        ask()
    assert time.monotonic() - start < 15  # read to its end each answer would take 20 seconds
    assert nothing_is_kept(tmp_path)


def test_what_is_no_address(ask):
    with pytest.raises(DataError, match="is not an address"):
        ask(base_url="cohesiondata")


def test_a_table_that_changes_while_it_is_read(ask, portal):
    """The count afterwards differs: everything is read again."""
    row = next(r for r in portal.tables[FINANCE] if r["cci"] == LOMBARDIA)
    new = row | {"year": "2019", "ver": "5", "reference_date": "2019-12-31T00:00:00.000"}

    def grows(handler, body):
        portal.tables[FINANCE].append(new)
        return body

    portal.mishaps = [None, grows]
    assert len(rows_of(ask().files["finance"])) == 11


def test_a_table_that_keeps_changing(ask, portal, tmp_path):
    def short(handler, body):
        return body[:-1] if len(body) > 1 else []

    portal.mishaps = [None, short, short, None] * 3
    with pytest.raises(DataError, match=r"the number of rows kept changing \(9 of 10, then 10; ") as caught:
        ask()
    assert "The portal is being updated: try again later" in str(caught.value)
    assert nothing_is_kept(tmp_path)


def test_a_row_sent_twice_is_found(ask, portal, tmp_path):
    """As many rows as there should be, but one in the place of another."""

    def twice(handler, body):
        return [*body[:-1], body[0]]

    portal.mishaps = [None, twice]
    with pytest.raises(DataError, match="with the same figures: a download is in the file twice"):
        ask()
    assert nothing_is_kept(tmp_path)


def test_a_programme_the_portal_does_not_have(ask, portal, tmp_path):
    with pytest.raises(ParameterError) as caught:
        ask("2014IT05SFOP070")
    message = str(caught.value)
    assert "The portal has no programme '2014IT05SFOP070'. Nearest: " in message
    assert LOMBARDIA in message
    assert message.count("2014") == 4
    assert nothing_is_kept(tmp_path)


def test_the_suggestion_may_fail(ask, portal):
    portal.mishaps = [None, None, *[status(500)] * 5]
    with pytest.raises(ParameterError, match=r"The portal has no programme '2014IT05SFOP070'.$"):
        ask("2014IT05SFOP070")


@pytest.mark.parametrize("cci", ["", "../../etc/passwd", "2014IT05SFOP007&$limit=1", "Lombardia"])
def test_what_is_no_code(cci, ask, portal):
    with pytest.raises(ParameterError, match="is not the code of a programme"):
        ask(cci)
    assert portal.requests == []


def test_a_programme_without_indicators(ask):
    got = ask("2014IT16M2OP002")
    assert sorted(got.files) == ["finance"]
    assert ask("2014IT16M2OP002") == got


def test_the_token_goes_along(ask, portal, monkeypatch):
    ask()
    assert {headers["X-App-Token"] for headers in portal.headers} == {None}
    portal.headers.clear()
    monkeypatch.setenv("SODA_APP_TOKEN", "from-the-environment")
    ask(refresh=True)
    assert {headers["X-App-Token"] for headers in portal.headers} == {"from-the-environment"}
    portal.headers.clear()
    ask(refresh=True, token="given")
    assert {headers["X-App-Token"] for headers in portal.headers} == {"given"}
    portal.headers.clear()
    ask(refresh=True, token="")
    assert {headers["X-App-Token"] for headers in portal.headers} == {None}


def test_the_date_of_the_last_year_is_that_of_all_programmes(ask):
    # all rows of this one say 2021-09-30 in 2022; 30 June 2022 is what the others say
    got = ask(GIBRALTAR)
    assert got.last_cutoff["ESF"] == date(2022, 6, 30)


def test_where_downloads_are_kept(monkeypatch, tmp_path):
    monkeypatch.setenv("PORFSE_CACHE", str(tmp_path))
    assert default_cache() == tmp_path / "cohesion-data"
    monkeypatch.delenv("PORFSE_CACHE")
    # the folder of caches of each system, as platformdirs knows it
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "x"))
    if sys.platform == "darwin":
        assert default_cache().parts[-4:] == ("Library", "Caches", "porfse", "cohesion-data")
    else:
        assert default_cache() == tmp_path / "x" / "porfse" / "cohesion-data"


def test_import_of_a_download(portal, tmp_path):
    options = {"base_url": portal.address, "cache": tmp_path / "cache", "backoff": 0.001}
    made = import_downloaded(GIBRALTAR, tmp_path / "gibraltar", **options)
    assert made.cutoffs == ["2020-12-31", "2021-12-31", "2022-06-30"]
    read = load_programme(tmp_path / "gibraltar")
    assert read.cutoffs == made.cutoffs
    assert read.sources["date"].iat[0].date() == datetime.now(UTC).date()
    portal.requests.clear()
    with pytest.raises(ParameterError, match="exists and is not empty"):
        import_downloaded(GIBRALTAR, tmp_path / "gibraltar", **options)
    assert portal.requests == []
    import_downloaded(GIBRALTAR, tmp_path / "gibraltar", overwrite=True, **options)


def test_a_failed_download_leaves_no_folder(portal, tmp_path):
    portal.mishaps = [status(500)] * 5
    options = {"base_url": portal.address, "cache": tmp_path / "cache", "backoff": 0.001}
    with pytest.raises(DataError):
        import_downloaded(LOMBARDIA, tmp_path / "new", **options)
    assert not (tmp_path / "new").exists()


def test_import_of_a_download_of_2021(portal, tmp_path):
    options = {"base_url": portal.address, "cache": tmp_path / "cache", "backoff": 0.001, "page_size": 4}
    made = import_downloaded(new.PROGRAMME, tmp_path / "programme", **options)
    assert made.cutoffs == ["2023-03-15", "2023-12-31", "2024-12-31"]
    read = load_programme(tmp_path / "programme")
    assert len(read.eu_commitments) == 7
    assert read.achievements["value"].sum() == 665
    assert set(read.sources["date"].dt.date) == {datetime.now(UTC).date()}
    asked = {table for table, _ in portal.requests}
    assert asked == {"hgyj-gyin", "7twf-r3rc", "9qee-iv7c", "xi3a-zddk"}
    portal.requests.clear()
    import_downloaded(new.PROGRAMME, tmp_path / "again", **options)
    assert portal.requests == []


def test_a_programme_of_2021_with_a_plan_alone(portal, tmp_path):
    for identifier in ("7twf-r3rc", "9qee-iv7c", "xi3a-zddk"):
        portal.tables[identifier] = []
    options = {"base_url": portal.address, "cache": tmp_path / "cache", "backoff": 0.001}
    made = import_downloaded(new.PROGRAMME, tmp_path / "programme", **options)
    assert made.sources["source"].tolist() == ["ec-hgyj-gyin"]
    with pytest.raises(ParameterError, match="Nearest: 2021IT05SFPR008"):
        import_downloaded("2021IT05SFPR009", tmp_path / "other", **options)


def test_a_plan_that_comes_by_transmission(portal, tmp_path):
    plan = [record for record in portal.tables["hgyj-gyin"] if record["cci"] == new.PROGRAMME]
    portal.tables["hgyj-gyin"] = [{**r, "tod_cycle": cycle} for cycle in ("202312", "202412") for r in plan]
    options = {"base_url": portal.address, "cache": tmp_path / "cache", "backoff": 0.001}
    made = import_downloaded(new.PROGRAMME, tmp_path / "programme", **options)
    plans = made.finance[made.finance["stage"] == "allocation"].groupby("cutoff")["amount_eur"].sum()
    assert plans.tolist() == [4150.5, 4150.5]
