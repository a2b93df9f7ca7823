# shellcheck shell=bash
# measure Trawl on this machine: bench NAME, bench all; without a name it lists them
ready
[[ -f $TRAWL_DIST/bench/trawl-bench.jar ]] ||
  die "target/dist/bench/trawl-bench.jar is missing: build with 'mvn -Dquick package'" 1
# What is measured are the jobs' own jars; Spark's jars come before what it does not ship.
exec "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xmx4g "-Dtrawl.home=$TRAWL_HOME" \
  -Dlog4j2.configurationFile=classpath:io/trawl/bench/log4j2.properties \
  -cp "$TRAWL_DIST/bench/trawl-bench.jar:$TRAWL_DIST/stack/trawl-stack.jar:$TRAWL_DIST/jobs/*:$SPARK_HOME/jars/*:$TRAWL_DIST/lib/*" \
  io.trawl.bench.BenchCommand "$@"
