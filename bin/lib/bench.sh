# shellcheck shell=bash
# measure Trawl on this machine: bench NAME, bench all; without a name it lists them
takes \
  '--output FORMAT' 'table (default), or json: one object with figures, ratios and goals'
# Its own options are the Java program's: it is asked if it has been built.
if ! wants_help "$@" || [[ ${1:-} == -* || ! -f $TRAWL_DIST/bench/trawl-bench.jar || ! -d $SPARK_HOME/jars ]]; then
  answer_help '[NAME|all]' "$@" << 'HELP'
Measures Trawl on this machine; without a name it lists the benches. Once Trawl is built, 'trawl bench NAME --help' says what
a bench measures, how long it takes and which options it has.

  path       the batch path from Kafka to detections: each job's time, compared with a floor and a peer
  hot        the hot path: how soon a line is an alert, how many lines per second, new indicators, a backlog
  window     a scheduled window: overhead and CPU of its run, and how soon its detections are in HBase
  sightings  trawl sightings of a domain that 10,000 clients contact each hour for a year
  growth     commits, metadata, heap and ledger after 100 and after 10,000 windows, with maintain each day
  parse      nanoseconds to parse a line, by format
  index      nanoseconds to match an event with 10k, 100k, 1.2M and 10M indicators
  match      finding indicators in a log: one thread in memory, the index file, bin/trawl match; compared with peers
  lookalike  nanoseconds to judge a distinct host with 10, 1,000 and 100,000 brands
  rules      nanoseconds to judge an event with 142 and 3,000 Sigma rules; compared with pySigma and DuckDB
  all        all benches, one after the other

@options

Exit status: 0 every goal is met, 1 a goal is missed or nothing could be measured, 2 a bad argument.
How to read the figures: docs/benchmarks.md.
HELP
fi
case ${1:-} in
  path | hot | window | sightings | growth | parse | index | match | lookalike | rules | all | --output* | '') ;;
  -*) unknown_option "$1" ;;
  *) die "bench '$1' is unknown: expected path, hot, window, sightings, growth, parse, index, match, lookalike, rules or all" ;;
esac
if wants_help "$@"; then
  find_java
else
  ready
fi
[[ -f $TRAWL_DIST/bench/trawl-bench.jar ]] ||
  die "target/dist/bench/trawl-bench.jar is missing: build with 'mvn -Dquick package'" 1
# What is measured are the jobs' own jars; Spark's jars come before what it does not ship.
SPARK_LOCAL_IP=127.0.0.1 exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx4g "${TRAWL_SPARK_OPENS[@]}" "-Dtrawl.home=$TRAWL_HOME" \
  -Dlog4j2.configurationFile=classpath:io/trawl/bench/log4j2.properties \
  -cp "$TRAWL_DIST/bench/trawl-bench.jar:$TRAWL_DIST/stack/trawl-stack.jar:$TRAWL_DIST/jobs/*:$SPARK_HOME/jars/*:$TRAWL_DIST/lib/*" \
  io.trawl.bench.BenchCommand "$@"
