# shellcheck shell=bash
# the whole path on real servers: generated traffic, scheduled sweeps, and a summary that must add up
takes \
  '--log FILE' 'your own log instead of generated traffic; nothing is planted then' \
  '--format FORMAT' 'the format of --log: squid (default), combined or squid-combined' \
  '--indicators FILES' 'with --log: your own feeds, plain lists or CSV; several with commas' \
  '--lines N' 'lines to generate (default: 200000)' \
  '--seed N' 'another seed, other traffic (default: 1)' \
  '--keep' 'leaves the stack up (bin/trawl down --state .trawl/demo ends it)' \
  '--output FORMAT' 'table (default): a summary as text, or json: one object'
answer_help '' "$@" << 'HELP'
Installs and builds what is missing, starts Kafka, HDFS, HBase, Flume, Spark and Airflow from empty, lets three proxies
write their logs, lets Flume ship them, a hot job find detections as they come and *scheduled* Airflow runs sweep them, and
compares what was detected with what was planted, line by line, and what the hot job found with what the sweeps found.

@options

It takes about four minutes on 2 quiet cores with everything downloaded, and six if others keep them busy. Half of the lines
are written before a full minute and half after it, so a minute or two of that is waiting for windows to close.

Exit status: 0 all adds up, 1 results differ, a line is not accounted for or something failed, 2 a bad argument.
HELP
ready
require_disk 4 "the demo"
with_stack "$TRAWL_HOME/.trawl/demo"
unset TRAWL_CONF SPARK_CONF_DIR
PYTHONPATH=$TRAWL_HOME/bin/lib exec "$TRAWL_VENV/bin/python" -P -m demo "$@"
