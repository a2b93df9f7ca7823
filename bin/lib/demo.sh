# shellcheck shell=bash
# the whole path on real servers: generated traffic, scheduled sweeps, and a summary that must add up
takes \
  '--log FILE' 'your own log instead of generated traffic; nothing is planted then' \
  '--format FORMAT' 'the format of --log or of the generated lines: squid (default), combined, squid-combined, or, for --log, auto: told from its lines, or refused if they do not make it clear' \
  '--indicators FILES' 'with --log: your own feeds, plain lists or CSV; several with commas' \
  '--lines N' 'lines to generate (default: 200000)' \
  '--seed N' 'another seed, other traffic (default: 1)' \
  '--keep' 'keeps the stack running (stop it with bin/trawl down --state .trawl/demo)' \
  '--output FORMAT' 'table (default): a summary as text, or json: one object'
answer_help '' "$@" << 'HELP'
Installs and builds what is missing and starts empty servers: Kafka, HDFS, HBase, Flume, Spark and Airflow. Three proxies
write their logs, Flume ships them, a hot job finds detections as they come, and Airflow sweeps the windows by schedule. Then
the demo compares the detections with the planted hits, line by line, and the hot job's detections with those of the sweeps.

@options

The demo takes about four minutes on 2 quiet cores after the downloads, and six on busy ones. Half of the lines are written
before a full minute and half after it, so one or two minutes are spent waiting for windows to close.

Exit status: 0 all adds up, 1 results differ, a line is not accounted for or something failed, 2 a bad argument.
HELP
ready
require_disk 4 "the demo"
with_stack "$TRAWL_HOME/.trawl/demo"
unset TRAWL_CONF SPARK_CONF_DIR
PYTHONPATH=$TRAWL_HOME/bin/lib exec "$TRAWL_VENV/bin/python" -P -m demo "$@"
