"""What people write with Polars to find indicators in a proxy log: a peer of `trawl match` for `bin/trawl bench match`.

Usage: polars_match.py LOG INDICATORS OUT        (POLARS_MAX_THREADS sets the threads)

LOG, INDICATORS and OUT are as for duckdb_match.py, and what is not known is the same. A host of more than six labels is
not looked up whole.
"""

import sys

import polars as pl

FIELDS = (
    r"^(?P<time>\d+\.\d{3})\s+(?P<elapsed>\d+)\s+(?P<client>\S+)\s+(?P<action>[A-Z_]+)/(?P<status>\d{3})\s+(?P<bytes>\d+)"
    r"\s+(?P<method>[A-Z_]+)\s+(?P<url>\S+)\s+(?P<user>\S+)\s+(?P<hierarchy>[A-Z_]+)/(?P<peer>\S+)\s+(?P<type>\S+)"
)
HOST = r"^(?:[a-z]+://)?([^/:?]+)"
MOST_PARENTS = 4


def text_columns(path: str, separator: str, *names: str) -> pl.LazyFrame:
    return pl.scan_csv(
        path,
        has_header=False,
        separator=separator,
        quote_char=None,
        schema=dict.fromkeys(names, pl.String),
        ignore_errors=True,
        truncate_ragged_lines=True,
        # Lines that are no UTF-8 would end it.
        encoding="utf8-lossy",
    )


def main() -> None:
    log, table, out = sys.argv[1:]
    hosts = (
        text_columns(log, "\x01", "line")
        .select("line", pl.col("line").str.extract_groups(FIELDS).alias("fields"))
        .select("line", pl.col("fields").struct.field("url").str.extract(HOST, 1).alias("host"))
        .filter(pl.col("host").is_not_null())
    )
    # The host and the domains above it; null where there are fewer labels.
    suffixes = [pl.col("host")] + [
        pl.col("host").str.extract(r"^(?:[^.]*\.){%d}([^.]+\..+)$" % parents, 1)
        for parents in range(1, MOST_PARENTS + 1)
    ]
    indicators = (
        text_columns(table, "\t", "kind", "value").filter(pl.col("kind").is_in(["domain", "ip"])).select("value")
    )
    (
        hosts.with_columns(pl.concat_list(suffixes).list.drop_nulls().alias("candidate"))
        .explode("candidate")
        .join(indicators, left_on="candidate", right_on="value")
        .select("line")
        .sink_csv(out, include_header=False, separator="\x01", quote_style="never")
    )


if __name__ == "__main__":
    main()
