"""Writes which of SigmaLines' events each rule of the corpus finds by pySigma's SQLite backend.

Usage: verdicts.py RULES EVENTS.jsonl OUT.tsv

OUT has a line for each rule: its id, how many events it finds, and the SHA-256 of their numbers, each with a line feed.
It is jobs/lib/intel/src/test/resources/rules/pysigma.tsv, which SigmaAgreementTest compares with our own verdicts.
Needs pysigma==2.0.1 and pysigma-backend-sqlite==2.1.1. With a fourth argument, a folder, it writes the numbers there, too.
"""

import hashlib
import json
import re
import sqlite3
import sys
from pathlib import Path

from sigma.backends.sqlite import sqliteBackend
from sigma.collection import SigmaCollection
from sigma.processing.pipeline import ProcessingItem, ProcessingPipeline
from sigma.processing.transformations import FieldMappingTransformation

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


def main(rules: str, events: str, out: str, folder: str | None) -> None:
    columns = sorted({name for names in NAMES.values() for name in ([names] if isinstance(names, str) else names)})
    columns += [*ABSENT, "message"]
    base = sqlite3.connect(":memory:")
    base.create_function("REGEXP", 2, lambda pattern, text: text is not None and re.search(pattern, text) is not None)
    types = (f'"{name}" {"INTEGER" if name.endswith("status_code") else "TEXT"}' for name in columns)
    base.execute(f"CREATE TABLE logs (number INTEGER, {', '.join(types)})")
    with open(events, encoding="utf-8") as lines:
        base.executemany(
            f"INSERT INTO logs VALUES ({', '.join('?' * (len(columns) + 1))})",
            ([number, *map(json.loads(line).get, columns)] for number, line in enumerate(lines)),
        )
    pipeline = ProcessingPipeline(items=[ProcessingItem(transformation=FieldMappingTransformation(NAMES))])
    # Sigma does not mind case; without this, "=" of SQLite does.
    backend = sqliteBackend(pipeline, fulltext_field="message", collate_nocase=True)
    found = {}
    for path in sorted(Path(rules).glob("*.yml")):
        if path.name == "thor.yml":  # is no rule
            continue
        collection = SigmaCollection.from_yaml(path.read_text(encoding="utf-8"))
        numbers = set()
        for query in backend.convert(collection):
            numbers.update(row[0] for row in base.execute(query.replace("SELECT *", "SELECT number", 1)))
        found[str(collection.rules[0].id)] = sorted(numbers)
    with open(out, "w", encoding="utf-8") as file:
        for rule, numbers in sorted(found.items()):
            text = "".join(f"{number}\n" for number in numbers)
            file.write(f"{rule}\t{len(numbers)}\t{hashlib.sha256(text.encode()).hexdigest()}\n")
            if folder:
                Path(folder, rule).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4] if len(sys.argv) > 4 else None)
