# shellcheck shell=bash
# start the local stack, or what of it does not run
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl up [--port-shift N] [--without NAME,...] [--set KEY=VALUE]... [--stack KEY=VALUE]... [--state FOLDER]

Starts Kafka, HDFS, HBase, Flume, Spark and Airflow on 127.0.0.1 and waits until all of them answer; what runs already
is left alone, what died is brought back with its data. The first time it also installs and builds what is needed.

  --port-shift N     adds N to every port, so that this stack runs beside another (also: TRAWL_PORT_SHIFT)
  --without NAMES    leaves servers out: kafka, hdfs, hbase, flume, spark, airflow, or one server's name
  --set KEY=VALUE    a key of the trawl.conf that the stack's jobs and DAGs read
  --stack KEY=VALUE  a key of conf/stack.conf (ports, proxies, heaps, Airflow's database)
  --state FOLDER     keeps data, logs and settings there (default: .trawl/stack)

While the stack is up, a server that dies or no longer serves is started again, five times in ten minutes at most;
'trawl status' tells of it (restart.* in conf/stack.conf).

A state folder remembers what it was started with until it is started with other options.
HELP
  exit 0
fi
ready
check_settings "$@"
stack_command up "$@"
