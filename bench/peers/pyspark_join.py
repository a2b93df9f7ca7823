"""The join that people write in PySpark: a regular expression, the parents of a host exploded, broadcast joins.

Every line that parses goes out, with the least of its indicators or null. A host matches a domain that it is or lies
beneath, an address, or a range of IPv4; a URL matches without its scheme and query. Reads a log and a table of
indicators (kind, tab, value), and writes Parquet.

`pyspark_join.py LOG INDICATORS OUT` answers each line on standard input with one line of JSON: a round's wall and CPU
time of the JVM, how many lines went out, and those with an indicator. It ends with its input.
"""

import json
import sys
import time
from pathlib import Path

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812

LINE = (
    r"^(\d+\.\d{3})\s+(\d+)\s+(\S+)\s+([A-Z_]+)/(\d{3})\s+(\d+)\s+([A-Z_]+)\s+(\S+)\s+(\S+)"
    r"\s+([A-Z_]+)/(\S+)\s+(\S+).*$"
)
COLUMNS = ["ts", "elapsed", "client", "result", "status", "bytes", "method", "url", "user", "hierarchy", "peer", "type"]
HOST = r"^(?:[a-z]+://)?([^/:?]+)"
ADDRESS = r"^\d+\.\d+\.\d+\.\d+$"
PAGE = r"^(?:[a-z]+://)?([^?]+)"
PARENTS = "transform(sequence(1, greatest(size(labels) - 1, 1)), i -> array_join(slice(labels, i, size(labels)), '.'))"
TICKS = 100


def number(address: Column) -> Column:
    """An IPv4 address as a number."""
    octets = F.split(address, "[.]")
    return sum(F.shiftleft(octets[i].cast("bigint"), 24 - 8 * i) for i in range(4))


def parse(log: DataFrame) -> DataFrame:
    """Lines of text to columns; what does not match is dropped."""
    columns = [F.regexp_extract("value", LINE, i).alias(name) for i, name in enumerate(COLUMNS, start=1)]
    return log.select(*columns).withColumn("host", F.regexp_extract("url", HOST, 1)).where("ts <> ''")


def hits(lines: DataFrame, indicators: DataFrame) -> DataFrame:
    """Each match of a line with an indicator: the line's id and the indicator's value."""
    names = indicators.where("kind in ('domain', 'ip')").select("value")
    by_name = (
        lines.withColumn("labels", F.split("host", "[.]"))
        .withColumn("candidate", F.explode(F.expr(PARENTS)))
        .join(F.broadcast(names), F.col("candidate") == F.col("value"))
        .select("id", "value")
    )
    parts = F.split("value", "/")
    first = number(parts[0])
    size = F.expr("shiftleft(1L, 32 - cast(split(value, '/')[1] as int))")
    ranges = (
        indicators.where("kind = 'cidr' and value not like '%:%'")
        .select("value", first.alias("first"), size.alias("size"))
        .select("value", "first", (F.col("first") + F.col("size") - 1).alias("last"))
    )
    by_range = (
        lines.where(F.col("host").rlike(ADDRESS))
        .withColumn("number", number(F.col("host")))
        .join(F.broadcast(ranges), F.col("number").between(F.col("first"), F.col("last")))
        .select("id", "value")
    )
    pages = indicators.where("kind = 'url'").select("value")
    by_page = (
        lines.withColumn("page", F.regexp_extract("url", PAGE, 1))
        .join(F.broadcast(pages), F.col("page") == F.col("value"))
        .select("id", "value")
    )
    return by_name.unionByName(by_range).unionByName(by_page)


def enrich(spark: SparkSession, log: str, indicators: str) -> DataFrame:
    """Every line with its indicator or null."""
    lines = parse(spark.read.text(log)).withColumn("id", F.monotonically_increasing_id())
    table = spark.read.csv(indicators, sep="\t", quote="", schema="kind string, value string")
    found = hits(lines, table).groupBy("id").agg(F.min("value").alias("ioc"))
    return lines.join(found, "id", "left")


class Jvm:
    """The process that does the work."""

    def __init__(self, spark: SparkSession) -> None:
        self.spark = spark
        self.process = Path(f"/proc/{spark.sparkContext._gateway.proc.pid}")

    def cpu(self) -> float:
        """Seconds of user and system time since it began."""
        fields = (self.process / "stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / TICKS

    def peak(self) -> float:
        """The most memory it has had, MB."""
        status = (self.process / "status").read_text()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def collect_garbage(self) -> None:
        """So that a round does not pay for what the one before it left."""
        self.spark._jvm.java.lang.System.gc()


def answer(**what: object) -> None:
    """One line of JSON."""
    print(json.dumps(what), flush=True)  # noqa: T201


def main() -> None:
    """Starts Spark, then one round for each line of input."""
    log, indicators, out = sys.argv[1:]
    spark = SparkSession.builder.master("local[2]").getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    jvm = Jvm(spark)
    answer(cpu=jvm.cpu())
    for _ in sys.stdin:
        jvm.collect_garbage()
        began, cpu = time.monotonic(), jvm.cpu()
        enrich(spark, log, indicators).write.option("compression", "zstd").mode("overwrite").parquet(out)
        wall, cpu = time.monotonic() - began, jvm.cpu() - cpu
        written = spark.read.parquet(out)
        found = written.where("ioc is not null").select(F.concat_ws(" ", "ts", "url"))
        lines = [row[0] for row in found.collect()]
        answer(wall=wall, cpu=cpu, peak=jvm.peak(), lines=written.count(), hits=lines)
    spark.stop()


main()
