"""pySigma's translation of Sigma rules to SQL, run by DuckDB: a peer of Trawl's rules for `bin/trawl bench rules`.

Usage: sigma_match.py RULES EVENTS.jsonl

Prints an object for each rule that the backend translates: its id, the numbers of the events that it finds, and nanoseconds
of CPU, the least of three runs. One thread; texts are in lower case in table and rules, since "=" of DuckDB minds case.
"""

import json
import sys
import time
from pathlib import Path

import duckdb
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation
from sigma_backend_duckdb import DuckDBBackend

NAMES: dict[str, str | list[str]] = {
    "c-uri": "url.original",
    "cs-uri": "url.original",
    "c-uri-query": ["url.query", "url.original"],
    "cs-uri-query": ["url.query", "url.original"],
    "cs-uri-stem": "url.path",
    "c-uri-extension": "url.extension",
    "c-useragent": "user_agent.original",
    "cs-user-agent": "user_agent.original",
    "cs-method": "http.request.method",
    "sc-status": "http.response.status_code",
    "cs-host": ["url.domain", "destination.domain"],
    "cs-referer": "http.request.referrer",
    "cs-username": "source.user.name",
    "dst_ip": "destination.ip",
}
ABSENT = ["cs-cookie", "cs-content-type"]
RUNS = 3


def column(name: str) -> str:
    return name.replace(".", "_")


def load(base: duckdb.DuckDBPyConnection, events: str) -> None:
    names = sorted({name for names in NAMES.values() for name in ([names] if isinstance(names, str) else names)})
    columns = ", ".join(f"lower(json_extract_string(line, '$.\"{name}\"')) as {column(name)}" for name in names)
    columns += "".join(f', null::varchar as "{name}"' for name in ABSENT)
    base.execute(
        f"create table logs as select row_number() over () - 1 as number, {columns} from "
        f"(select line from read_csv('{events}', header = false, columns = {{'line': 'VARCHAR'}}, delim = '\\x01', "
        "quote = '', escape = '', auto_detect = false, max_line_size = 16777216))"
    )


def queries(backend: DuckDBBackend, text: str) -> list[str]:
    found = []
    for query in backend.convert(SigmaCollection.from_yaml(text)):
        where = str(query).split(" WHERE ", 1)[1]
        # A regular expression is another one in lower case.
        where = where if "regexp" in where else where.lower()
        found.append(f"select number from logs where {where}")
    return found


def main(rules: str, events: str) -> None:
    base = duckdb.connect(config={"threads": 1})
    load(base, events)
    mapping = {
        key: column(value) if isinstance(value, str) else [column(name) for name in value] for key, value in NAMES.items()
    }
    pipeline = ProcessingPipeline(items=[ProcessingItem(transformation=FieldMappingTransformation(mapping))])
    backend = DuckDBBackend(pipeline)
    for path in sorted(Path(rules).glob("*.yml")):
        text = path.read_text(encoding="utf-8")
        try:
            rule = str(SigmaCollection.from_yaml(text).rules[0].id)
            translated = queries(backend, text)
            least = 0
            numbers: set[int] = set()
            for run in range(RUNS):
                begun = time.process_time_ns()
                numbers = {row[0] for query in translated for row in base.execute(query).fetchall()}
                took = time.process_time_ns() - begun
                least = took if run == 0 else min(least, took)
        except Exception as refused:  # whatever the backend cannot do is not compared
            print(f"{path.name}: {refused}", file=sys.stderr)
            continue
        print(json.dumps({"rule": rule, "cpu_nanos": least, "events": sorted(numbers)}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
