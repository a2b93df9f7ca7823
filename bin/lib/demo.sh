# shellcheck shell=bash
# the whole path on real servers: generated traffic, scheduled sweeps, and a summary that must add up
case ${1:-} in
  --help | -h)
    cat << 'HELP'
usage: trawl demo [--keep] [--json] [--lines N] [--seed N]
       trawl demo --log FILE --format squid|combined|squid-combined --indicators FILE[,FILE...] [--keep] [--json]

Installs and builds what is missing, starts Kafka, HDFS, HBase, Flume, Spark and Airflow from empty, lets three proxies
write their logs, lets Flume ship them, a hot job find detections as they come and *scheduled* Airflow runs sweep them, and
compares what was detected with what was planted, line by line, and what the hot job found with what the sweeps found. Exit
status 1 where they differ or a line is not accounted for.

  --log FILE           your own log instead of generated traffic; nothing is planted then
  --format F           its format (default: squid)
  --indicators FILES   your own feeds: plain lists or CSV
  --lines N            lines to generate (default: 200000)
  --seed N             another seed, other traffic (default: 1)
  --keep               leaves the stack up (bin/trawl down --state .trawl/demo ends it)
  --json               the summary as one JSON object on standard output

It takes about four minutes on 2 quiet cores with everything downloaded, and six where others keep them busy. Half of the lines
are written before a full minute and half behind it, so a minute or two of that is waiting for windows to close.
HELP
    exit 0
    ;;
esac
ready
require_disk 4 "the demo"
with_stack "$TRAWL_HOME/.trawl/demo"
unset TRAWL_CONF SPARK_CONF_DIR
PYTHONPATH=$TRAWL_HOME/bin/lib exec "$TRAWL_VENV/bin/python" -P -m demo "$@"
