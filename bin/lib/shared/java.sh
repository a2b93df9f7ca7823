# shellcheck shell=bash
# The Java programs behind the sub-commands, and how each is started.

# is_installed_job JOB: whether the job can be asked for its help without installing or building anything.
is_installed_job() {
  [[ $1 && -f $TRAWL_DIST/jobs/trawl-$1.jar && -x $TRAWL_VENV/bin/python && -d $SPARK_HOME/jars ]]
}

# with_spark JAR CLASS ARGS: a program of the jar, started by "${jvm[@]}". Spark's jars come before what it does not ship: its
# Hadoop client wins over the one in HBase's jar. The program's own jar comes last, so that the archive of drivers' classes,
# where there is one, serves here too.
with_spark() {
  local jar=$1 archive=$TRAWL_HOME/.trawl/classes/drivers.jsa
  shift
  # What the JVM has to say of its archive it says on standard output, where the answer goes.
  [[ ! -s $archive ]] || jvm=(-Xlog:disable -Xlog:all=off "-XX:SharedArchiveFile=$archive" "${jvm[@]}")
  exec "$JAVA_HOME/bin/java" "${jvm[@]}" -cp "$SPARK_HOME/jars/*:$TRAWL_DIST/lib/*:$jar" "$@"
}

# query SUB-COMMAND ARGS: the Java program that reads HBase and the lake.
query() {
  local jvm=("${TRAWL_CLIENT_JVM[@]}")
  with_spark "$TRAWL_DIST/jobs/trawl-cli.jar" io.trawl.cli.query.Cli "$@"
}

# What Spark needs of Java 17, as org.apache.spark.launcher.JavaModuleOptions has it.
TRAWL_SPARK_OPENS=()
for opened in java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent \
  java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar; do
  TRAWL_SPARK_OPENS+=("--add-opens=java.base/$opened=ALL-UNNAMED")
done
unset opened

# sweep_without_servers ARGS: the jobs in one JVM, on a local Spark.
sweep_without_servers() {
  local jvm more
  # A larger young generation than the default costs nothing here and takes a second off.
  jvm=(-XX:+UseSerialGC -Xmn256m -Xshare:auto -XX:-UsePerfData "${TRAWL_SPARK_OPENS[@]}" "-Dtrawl.python=$TRAWL_VENV/bin/python"
    "-Dtrawl.sweep.lake=$TRAWL_HOME/.trawl/sweep")
  [[ ! -t 2 ]] || jvm+=(-Dtrawl.progress=true)
  # Up to here compiling twice costs more than it brings.
  ! is_short 268435456 "$@" || jvm+=(-XX:TieredStopAtLevel=1)
  read -r -a more <<< "${TRAWL_JAVA_OPTS:-}"
  jvm+=("${more[@]}")
  # Arguments and names of files are UTF-8, whatever the locale.
  export LC_ALL=C.UTF-8 SPARK_LOCAL_IP=127.0.0.1
  with_spark "$TRAWL_DIST/sweep/trawl-sweep.jar" io.trawl.sweep.SweepCommand "$@"
}

# backtest ARGS: rules on the events of the lake, in one JVM, on a local Spark.
backtest() {
  local jvm more
  jvm=(-XX:+UseSerialGC -Xmn256m -Xshare:auto -XX:-UsePerfData "${TRAWL_SPARK_OPENS[@]}")
  read -r -a more <<< "${TRAWL_JAVA_OPTS:-}"
  jvm+=("${more[@]}")
  export LC_ALL=C.UTF-8 SPARK_LOCAL_IP=127.0.0.1
  with_spark "$TRAWL_DIST/jobs/trawl-backtest.jar" io.trawl.backtest.BacktestCommand "$@"
}

# terminal SUB-COMMAND ARGS: the Java program that needs neither Spark nor a server, in a JVM that starts quickly.
terminal() {
  local jar=$TRAWL_DIST/terminal/trawl-terminal.jar archive jvm more c1_alone=16777216
  find_java
  build_terminal
  [[ -f $jar ]] || die "target/dist/terminal/trawl-terminal.jar is missing: build with 'mvn -Dquick package -pl jobs/cli/files -am'"
  # What the JVM has to say it says on standard output, where the answer goes.
  # A young generation that stays in the cache costs no more than a large one, and 100 MB less.
  jvm=(-Xlog:disable -Xlog:all=off -XX:+UseSerialGC -XX:-UsePerfData -Xshare:auto -Xms32m -Xmn16m)
  archive=$(class_archive "$jar")
  [[ -z $archive ]] || jvm+=("-XX:SharedArchiveFile=$archive")
  # Up to here compiling twice costs more than it brings. Of Squid's log match passes over nearly all lines.
  [[ $1 != match || " $* " != *" --format"[\ =]"squid "* ]] || c1_alone=1073741824
  if [[ $1 == formats || $1 == canonical && $# -gt 1 && ${*: -1} != - ]] || is_short "$c1_alone" "${@:2}"; then
    jvm+=(-XX:TieredStopAtLevel=1)
  fi
  # Progress on a terminal, unless the answer goes there, too.
  [[ -t 1 || ! -t 2 ]] || jvm+=(-Dtrawl.progress=true)
  case $1 in parse | match | formats | rules) jvm+=("-Dtrawl.formats=$(formats_folder)") ;; esac
  case $1 in match | rules) rule_settings ;; esac
  read -r -a more <<< "${TRAWL_JAVA_OPTS:-}"
  # Arguments and names of files are UTF-8, whatever the locale.
  LC_ALL=C.UTF-8 exec "$JAVA_HOME/bin/java" "${jvm[@]}" "${more[@]}" -cp "$jar" io.trawl.cli.files.Terminal "$@"
}

# setting KEY: prints a setting of the trawl.conf that TRAWL_CONF names, else of Trawl's own.
setting() {
  local conf=${TRAWL_CONF:-$TRAWL_HOME/conf/trawl.conf} line value=''
  [[ -r $conf ]] || return 0
  while IFS= read -r line; do
    [[ ! $line =~ ^"$1"[\ ]*=[\ ]*(.*[^\ ])[\ ]*$ ]] || value=${BASH_REMATCH[1]}
  done < "$conf"
  printf '%s\n' "$value"
}

# rule_settings: hands the settings of rules over, in the array jvm.
rule_settings() {
  local key value
  for key in folder placeholders fields stix.mapping stix.misuse; do
    value=$(setting "rules.$key")
    [[ -z $value ]] || jvm+=("-Dtrawl.rules.$key=$value")
  done
}

# formats_folder: prints the setting formats.folder.
formats_folder() {
  local folder
  folder=$(setting formats.folder)
  folder=${folder#file://}
  if [[ $folder == *://* ]]; then
    say "trawl $TRAWL_SUBCOMMAND: the formats in $folder are not known here: --formats names a copy of them on this machine"
    folder=''
  fi
  printf '%s\n' "$folder"
}

# class_archive JAR: prints the archive of the jar's classes for this Java, which takes up to half off a start; nothing
# where there is none. It is made at first use, of a run through all commands.
class_archive() {
  local archive=$TRAWL_HOME/.trawl/terminal/classes${JAVA_HOME//\//-}.jsa
  if [[ ! $archive -nt $1 || $JAVA_HOME/lib/server/libjvm.so -nt $archive ]]; then
    mkdir -p "${archive%/*}" 2> /dev/null && [[ -w ${archive%/*} ]] || return 0
    # An empty file says that it cannot be made, and that it need not be tried again.
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xlog:disable -Xlog:all=off "-XX:ArchiveClassesAtExit=$archive.$$" -cp "$1" \
      io.trawl.cli.files.Training > /dev/null 2>&1 < /dev/null || : > "$archive.$$"
    touch "$archive.$$"
    mv -f "$archive.$$" "$archive"
  fi
  [[ ! -s $archive ]] || printf '%s\n' "$archive"
}

# is_short BYTES WORD...: whether the files among the words have fewer bytes together.
is_short() {
  local word before='' size total=0 limit=$1 files=()
  shift
  for word; do
    # An index is mapped, not read.
    [[ ! -f $word || $before == --index ]] || files+=("$word")
    before=$word
  done
  ((${#files[@]})) || return 1
  for size in $(stat -Lc %s -- "${files[@]}" 2> /dev/null || echo 999999999); do
    total=$((total + size))
  done
  ((total < limit))
}
