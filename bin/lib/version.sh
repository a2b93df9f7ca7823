# shellcheck shell=bash
# print the versions of Trawl and of what it runs on
takes
answer_help '' "$@" << 'HELP'
Prints the version of Trawl and of what it runs on.

@options
HELP
(($# == 0)) || die "'$1' is one too many: trawl version takes nothing"
pom=$TRAWL_HOME/pom.xml
[[ -f $pom ]] || die "$TRAWL_HOME is not the folder of Trawl: it has no pom.xml (TRAWL_HOME names it)"
property() {
  sed -nE "s|.*<$1>([^<]*)</$1>.*|\1|p" "$pom" | head -n 1
}
echo "trawl $(property revision)"
echo "  Spark $(property spark.version), Iceberg $(property iceberg.version), Kafka $(property kafka.version), Hadoop $(property hadoop.version), HBase $(property hbase.version), Flume $(property flume.version)"
echo "  Airflow $(sed -nE 's/^apache-airflow==([^ ]+).*/\1/p' "$TRAWL_HOME/dags/requirements.lock")"
