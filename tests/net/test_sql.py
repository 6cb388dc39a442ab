# SPDX-License-Identifier: GPL-3.0-or-later
"""synhive sql: the records as a table, and nothing but reading."""

import csv
import json

import pytest

from console import (HOME, NOINPUT, USAGE, _store, answer, refusal, rows, run)


def ask(store, text, *more):
    return [list(json.loads(line).values()) for line in answer(
        "sql", "--store", store, *more, text, "-o", "json").splitlines()]


def test_a_row_is_that_of_records(store):
    assert (rows("sql", "--store", store, *HOME, "SELECT * FROM records")
            == rows("records", "--store", store, *HOME))


@pytest.mark.parametrize("text, expected", [
    ("SELECT count(*) FROM records", [[6]]),
    ("SELECT dport, count(*) FROM records GROUP BY 1 ORDER BY 2 DESC, 1",
     [[6667, 3], [22, 2], [4000, 1]]),
    ("SELECT sport FROM records WHERE dport IN (22, 80) ORDER BY 1",
     [[999], [4001]]),
    ("SELECT DISTINCT dst FROM records WHERE in_net(dst, '203.0.113.0/24') "
     "ORDER BY dst DESC", [["203.0.113.8"], ["203.0.113.7"]]),
    ("SELECT count(*) FROM records WHERE src = '::ffff:11.11.79.67'", [[4]]),
    ("SELECT count(*) FROM records WHERE dst BETWEEN '11.0.0.0' AND "
     "'12.0.0.0'", [[2]]),
    ("SELECT count(*) FROM records WHERE uid IS NULL", [[5]]),
    ("SELECT flags FROM records WHERE sensor = 'gw'", [["SYN"]]),
    ("SELECT count(*) FROM records WHERE time >= '2026-11-21T10:00:02Z'",
     [[3]]),
    ("SELECT count(*) FROM records WHERE time < '2026-11-21T11:00:02+01:00'",
     [[3]]),
    ("SELECT min(time), max(time) FROM records",
     [["2026-11-21T10:00:00Z", "2026-11-21T10:10:00Z"]]),
    ("SELECT time FROM records WHERE time = '2026-11-21 10:00:01.500'",
     [["2026-11-21T10:00:01.500Z"]]),
    # what is in one of two answers is told once
    ("SELECT count(*) FROM records WHERE dport = 22 OR sport = 4001 OR "
     "src = '11.11.79.67'", [[5]]),
    ("SELECT count(*) FROM records WHERE dport = '22'", [[2]]),
    ("SELECT count(*) FROM records WHERE dport = 2.5 OR dport = -1 OR "
     "dport > 70000 OR src = 'nobody'", [[0]]),
    ("SELECT count(*) FROM records a JOIN records b ON a.src = b.dst AND "
     "a.sport = b.dport", [[6]]),
    ("SELECT \"in\", \"out\" FROM records WHERE mark = 16", [[None, "eth0"]]),
    ("SELECT -5 AS a, 1.5 AS b, NULL AS c, 'x' AS d", [[-5, 1.5, None, "x"]]),
    ("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE "
     "i < 4) SELECT sum(i) FROM n;  -- that is all", [[10]]),
])
def test_questions_have_answers(store, text, expected):
    assert ask(store, text) == expected


def test_options_narrow_it(store):
    assert ask(store, "SELECT count(*) FROM records", "--since",
               "2026-11-21T10:00:02Z", "--until", "2026-11-21T10:00:03Z") == [
                   [2]]
    assert ask(store, "SELECT count(*) FROM records WHERE direction = 'out'",
               *HOME) == [[5]]
    assert ask(store, "SELECT DISTINCT direction FROM records") == [[None]]


def test_the_other_formats(store):
    text = "SELECT dst, count(*) AS n FROM records GROUP BY 1 ORDER BY n"
    table = answer("sql", "--store", store, text).splitlines()
    assert table[0].split() == ["DST", "N"] and len(table) == 4
    found = list(csv.reader(answer("sql", "--store", store, "-o", "csv",
                                   text).splitlines()))
    assert found[0] == ["dst", "n"] and len(found) == 4


@pytest.mark.parametrize("text, says", [
    ("DELETE FROM records", "may not be modified"),
    ("UPDATE records SET src = 1", "may not be modified"),
    ("INSERT INTO records(src) VALUES (1)", "only SELECT"),
    ("DROP TABLE records", "only SELECT"),
    ("CREATE TABLE x(a)", "only SELECT"),
    ("CREATE TEMP TABLE x AS SELECT * FROM records", "only SELECT"),
    ("ATTACH '/tmp/x' AS x", "ATTACH is not allowed here: only SELECT is"),
    ("PRAGMA query_only = 0", "PRAGMA is not allowed here: only SELECT is"),
    ("PRAGMA database_list", "only SELECT"),
    ("SELECT * FROM pragma_database_list", "only SELECT"),
    ("SELECT load_extension('/tmp/x')", "only SELECT"),
    ("VACUUM INTO '/tmp/x'", "only SELECT"),
    ("BEGIN", "only SELECT"),
    ("EXPLAIN SELECT 1", "only SELECT"),
    ("SELECT 1; SELECT 2", "column 10: one statement at a time"),
    ("", "no statement"),
    ("/* nothing */", "no statement"),
    ("SELEC 1", "column 1: near \"SELEC\": syntax error"),
    ("SELECT dprot FROM records",
     "column 8: no such column: dprot; did you mean 'dport'?"),
    ("SELECT * FROM connections", "no such table: connections"),
    ("SELECT in_net(src, '10.0.0.0/40') FROM records",
     "in_net(): not a network"),
    ("SELECT " + "1," * 40 + "1", "more than 32 columns"),
])
def test_nothing_else_is_allowed_and_errors_say_why(store, text, says):
    assert says in refusal(USAGE, "sql", "--store", store, text)


def test_an_error_shows_its_place(store):
    lines = refusal(USAGE, "sql", "--store", store,
                    "SELECT dprot FROM records").splitlines()
    assert lines[1:] == ["  SELECT dprot FROM records", "         ^~~~~"]


def test_json_has_each_name_once(store):
    text = "SELECT src, src FROM records"
    assert "two columns are called 'src'" in refusal(
        USAGE, "sql", "--store", store, "-o", "json", text)
    assert run("sql", "--store", store, text).returncode == 0


def test_no_statement_and_no_store_are_said(tmp_path, store):
    assert "which question?" in refusal(USAGE, "sql", "--store", store)
    assert str(tmp_path) in refusal(NOINPUT, "sql", "--store", tmp_path,
                                    "SELECT count(*) FROM records")
