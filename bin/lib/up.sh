# shellcheck shell=bash
# start the local stack, or those of its servers that do not run
takes \
  '--port-shift N' 'adds N to every port, so that this stack can run next to another one (also: TRAWL_PORT_SHIFT)' \
  '--without NAMES' "leaves servers out: kafka, hdfs, hbase, flume, spark, airflow, or one server's name; several with commas" \
  '--set KEY=VALUE...' "a key of the trawl.conf that the stack's jobs and DAGs read" \
  '--stack KEY=VALUE...' "a key of conf/stack.conf (ports, proxies, heaps, Airflow's database)" \
  '--state FOLDER' 'keeps data, logs and settings there (default: .trawl/stack)'
answer_help '' "$@" << 'HELP'
Starts Kafka, HDFS, HBase, Flume, Spark and Airflow on 127.0.0.1 and waits until all of them answer. Running
servers are left alone, dead ones are restarted with their data. The first time the command also installs and builds everything.

@options

While the stack is up, it restarts a server that dies or no longer answers, at most five times in ten minutes;
'trawl status' shows it (restart.* in conf/stack.conf).

A state folder keeps its options until you start a stack in it with other ones.
Exit status: 0 all are up, 1 a failure, 2 a bad argument.
HELP
refuse_unknown "$@"
ready
check_settings "$@"
stack_command up "$@"
