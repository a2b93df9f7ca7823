"""What people write with DuckDB to find indicators in a proxy log: a peer of `trawl match` for `bin/trawl bench match`.

Usage: duckdb_match.py LOG INDICATORS OUT THREADS split|suffix

LOG is Squid's native access.log, INDICATORS a table "kind TAB value" of canonical domains (which stand for their
subdomains) and IP addresses. OUT gets each line with a hit, once for each indicator. What the join does not know: URLs,
ranges, IPv6, referrers, the address that the proxy went to, an end of validity.

split takes the line apart at its spaces and looks at the URL's host, which is the least that gives these hits; suffix
takes all of its fields first, and so passes by lines that are none.
"""

import sys

import duckdb

FIELDS = (
    r"^(\d+\.\d{3})\s+(\d+)\s+(\S+)\s+([A-Z_]+)/(\d{3})\s+(\d+)\s+([A-Z_]+)\s+(\S+)\s+(\S+)\s+([A-Z_]+)/(\S+)\s+(\S+)"
)
NAMES = "['time','elapsed','client','action','status','bytes','method','url','usr','hierarchy','peer','type']"
HOST = "^(?:[a-z]+://)?([^/:?]+)"


def query(log: str, indicators: str, how: str) -> str:
    lines = (
        f"read_csv('{log}', header = false, columns = {{'line': 'VARCHAR'}}, delim = '\\x01', quote = '', escape = '', "
        "auto_detect = false, strict_mode = false, ignore_errors = true)"
    )
    known = (
        f"select value from read_csv('{indicators}', header = false, columns = {{'kind': 'VARCHAR', 'value': 'VARCHAR'}}, "
        "delim = '\\t', quote = '', auto_detect = false) where kind in ('domain', 'ip')"
    )
    if how == "split":
        hosts = (
            f"select line, regexp_extract(columns[7], '{HOST}', 1) as host "
            f"from (select line, string_split_regex(line, ' +') as columns from {lines})"
        )
    else:
        hosts = (
            f"select line, regexp_extract(r.url, '{HOST}', 1) as host "
            f"from (select line, regexp_extract(line, '{FIELDS}', {NAMES}) as r from {lines}) where r.time <> ''"
        )
    # The host and every domain above it.
    suffixes = (
        "unnest(list_transform(range(1, greatest(len(string_split(host, '.')), 2)), "
        "lambda i: array_to_string(string_split(host, '.')[i:], '.')))"
    )
    return f"""
        with indicators as ({known}), candidates as (select line, {suffixes} as candidate from ({hosts}))
        select line from candidates join indicators on candidate = value"""


def main() -> None:
    log, indicators, out, threads, how = sys.argv[1:]
    connection = duckdb.connect(config={"threads": int(threads)})
    connection.execute(
        f"copy ({query(log, indicators, how)}) to '{out}' (header false, delim '\\x01', quote '', escape '')"
    )


if __name__ == "__main__":
    main()
