# shellcheck shell=bash
# What bin/trawl and its sub-commands share: where things are, one-line errors, installing and building.

# The project's folder; TRAWL_HOME may name another one.
TRAWL_HOME=$(cd -- "${TRAWL_HOME:-$(dirname "${BASH_SOURCE[0]}")/../..}" 2> /dev/null && pwd -P) || {
  echo "trawl: TRAWL_HOME names no folder: expected Trawl's own, or nothing" >&2
  exit 2
}
export TRAWL_HOME
[[ -z ${TRAWL_STATE:-} ]] || TRAWL_STATE=$(realpath -m -- "$TRAWL_STATE")
TRAWL_DIST=$TRAWL_HOME/target/dist
TRAWL_VENV=$TRAWL_HOME/.trawl/venv
TRAWL_UV=$TRAWL_HOME/.trawl/tools/bin/uv
export SPARK_HOME=$TRAWL_VENV/lib/python3.11/site-packages/pyspark
# Small and soon there: for the commands that only ask or start something.
TRAWL_CLIENT_JVM=(-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto)

# die MESSAGE [STATUS]: one line on stderr, and the end; status 2 is a mistake of the user's.
die() {
  printf 'trawl%s: %s\n' "${TRAWL_SUBCOMMAND:+ $TRAWL_SUBCOMMAND}" "$1" >&2
  exit "${2:-2}"
}

# say MESSAGE: progress, on stderr, so that what a command answers stays clean.
say() {
  printf '%s\n' "$1" >&2
}

# seconds_since EPOCHREALTIME: with one decimal.
seconds_since() {
  local now=${EPOCHREALTIME/,/.} then=${1/,/.}
  awk -v a="$now" -v b="$then" 'BEGIN { printf "%.1f", a - b }'
}

# require_java: a JDK 17, found and exported as JAVA_HOME.
require_java() {
  local javac version
  if [[ -n ${JAVA_HOME:-} ]]; then
    [[ -x $JAVA_HOME/bin/javac ]] ||
      die "JAVA_HOME is $JAVA_HOME, which has no bin/javac: point it at a JDK 17, or unset it to use the one on the PATH"
  else
    javac=$(command -v javac) ||
      die "no JDK: install a JDK 17 (Debian: apt-get install openjdk-17-jdk-headless), or set JAVA_HOME"
    javac=$(readlink -f "$javac")
    JAVA_HOME=${javac%/bin/javac}
  fi
  version=$("$JAVA_HOME/bin/javac" -version 2>&1) || die "$JAVA_HOME/bin/javac does not run: $version"
  # The last line: above it a JVM may say which options it was given by the environment.
  version=${version##*$'\n'}
  [[ $version =~ ^javac\ 17([.+-]|$) ]] ||
    die "Trawl builds and runs on Java 17, but $JAVA_HOME has '$version': set JAVA_HOME to a JDK 17"
  export JAVA_HOME
}

require_maven() {
  command -v mvn > /dev/null ||
    die "no Maven: install Maven 3.8 or newer (Debian: apt-get install maven)"
}

# find_python: prints a Python 3.11, or ends.
find_python() {
  local candidate found=()
  for candidate in ${TRAWL_PYTHON:+"$TRAWL_PYTHON"} python3.11 python3 python; do
    command -v "$candidate" > /dev/null || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2> /dev/null; then
      command -v "$candidate"
      return
    fi
    found+=("$candidate is $("$candidate" -V 2>&1 || true)")
  done
  if ((${#found[@]})); then
    die "Trawl needs Python 3.11, but ${found[0]}: install python3.11, or set TRAWL_PYTHON to one"
  fi
  die "no Python: install Python 3.11 (Debian: apt-get install python3 python3-venv), or set TRAWL_PYTHON to one"
}

# require_disk GB FOR: free room where .trawl lies.
require_disk() {
  local free
  free=$(df -Pk "$TRAWL_HOME" | awk 'NR == 2 { print int($4 / 1048576) }')
  ((free >= $1)) ||
    die "the disk of $TRAWL_HOME has $free GB free, $2 needs $1 in .trawl and target: make room there"
}

# install_python: the virtual environment of dags/requirements.lock, once for each lock.
install_python() {
  local lock=$TRAWL_HOME/dags/requirements.lock stamp=$TRAWL_HOME/.trawl/venv.stamp wanted python begun log
  wanted=$(sha256sum < "$lock")
  if [[ -x $TRAWL_VENV/bin/python && -f $stamp && $(< "$stamp") == "$wanted" ]]; then
    return
  fi
  require_disk 3 "installing"
  python=$(find_python)
  mkdir -p "$TRAWL_HOME/.trawl"
  log=$TRAWL_HOME/.trawl/install.log
  begun=$EPOCHREALTIME
  rm -f "$stamp"
  # uv comes from the same lock, with its hash.
  local pin=$TRAWL_HOME/.trawl/uv.lock
  awk '/^uv==/ { on = 1 } on { print } on && !/\\$/ { exit }' "$lock" > "$pin"
  if [[ ! -x $TRAWL_UV || $("$TRAWL_UV" --version) != "uv $(sed -nE 's/^uv==([^ ]+).*/\1/p' "$pin")"* ]]; then
    say "installing uv into .trawl/tools"
    { "$python" -m venv --clear "$TRAWL_HOME/.trawl/tools" &&
      "$TRAWL_HOME/.trawl/tools/bin/pip" install --quiet --require-hashes --no-deps -r "$pin"; } > "$log" 2>&1 ||
      die "uv cannot be installed ($(last_line "$log")); all that was said is in .trawl/install.log" 1
  fi
  say "installing Airflow, Spark and what dags/ needs into .trawl/venv (1 GB; about 15 s, a minute or two with a cold cache)"
  { "$TRAWL_UV" venv --quiet --clear --python "$python" "$TRAWL_VENV" &&
    "$TRAWL_UV" pip install --python "$TRAWL_VENV/bin/python" --require-hashes --no-deps \
      --compile-bytecode -r "$lock"; } > "$log" 2>&1 ||
    die "the Python packages cannot be installed ($(last_line "$log")); all that was said is in .trawl/install.log" 1
  printf '%s\n' "$wanted" > "$stamp"
  say "installed in $(seconds_since "$begun") s"
}

last_line() {
  grep -v '^[[:space:]]*$' "$1" | tail -n 1
}

# build: the jars of target/dist, where a source is newer than they are; TRAWL_NO_BUILD takes them as they are.
build() {
  local stamp=$TRAWL_DIST/.built begun log=$TRAWL_HOME/target/build.log
  [[ -z ${TRAWL_NO_BUILD:-} ]] || return 0
  if [[ -f $stamp ]] && ! newer_sources "$stamp"; then
    return
  fi
  require_java
  require_maven
  require_disk 3 "building"
  mkdir -p "$TRAWL_DIST"
  begun=$EPOCHREALTIME
  say "building (the first time it downloads: about two minutes)"
  # Made before the build starts, so that a file changed while it runs is built the next time.
  touch "$TRAWL_DIST/.building"
  (cd "$TRAWL_HOME" && mvn -B -q -Dquick package) > "$log" 2>&1 ||
    die "the build failed ($(grep -m 1 -E '^\[ERROR\]' "$log" || last_line "$log")); all that was said is in target/build.log" 1
  mv "$TRAWL_DIST/.building" "$stamp"
  say "built in $(seconds_since "$begun") s"
}

# newer_sources STAMP [PATH...]: whether anything that goes into a jar, or what of it lies there, is newer.
newer_sources() {
  local newer stamp=$1
  shift
  (($#)) || set -- pom.xml conf/trawl.conf schemas jobs flume integration-tests bench
  newer=$(cd "$TRAWL_HOME" && find "$@" \
    \( -name target -o -name test \) -prune -o -type f \
    \( -name '*.java' -o -name '*.avsc' -o -name '*.xml' -o -path '*/resources/*' -o -path 'conf/*' \) \
    -newer "$stamp" -print -quit 2> /dev/null || true)
  [[ -n $newer ]]
}

# ready: everything that is needed is installed and built.
ready() {
  require_java
  install_python
  build
  driver_classes
}

# driver_classes: makes the archive of the classes that Spark's drivers and executors load, which takes half of the CPU time
# off a short job. It is made beside what comes next, at the lowest priority; until it is there, Java's own stands for it.
driver_classes() {
  local folder=$TRAWL_HOME/.trawl/classes list=$TRAWL_HOME/dist/driver-classes.lst.gz archive wanted path making
  # It only saves time: nothing fails without it.
  [[ -f $list ]] || return 0
  archive=$folder/drivers.jsa
  path="$SPARK_HOME/jars/*:$TRAWL_DIST/lib/*"
  wanted=$({ stat -Lc '%n %s %Y' "$SPARK_HOME"/jars/*.jar "$TRAWL_DIST"/lib/*.jar "$JAVA_HOME/lib/server/libjvm.so" &&
    cat "$list"; } | sha256sum) || return 0
  [[ ! -f $folder/stamp || $(< "$folder/stamp") != "$wanted" || ! -e $archive ]] || return 0
  # Another command may be making it.
  [[ ! -f $folder/making ]] || making=$(< "$folder/making")
  [[ -z ${making:-} ]] || ! kill -0 "$making" 2> /dev/null || return 0
  mkdir -p "$folder"
  rm -f "$folder"/drivers.*
  ln -s "$JAVA_HOME/lib/server/classes.jsa" "$archive"
  # In a session of its own: it may take longer than the command that began it.
  # shellcheck disable=SC2016
  setsid bash -c '
    folder=$1 java=$2 path=$3 wanted=$4
    echo $$ > "$folder/making"
    gunzip -c "$5" > "$folder/drivers.lst"
    nice -n 19 "$java" -Xshare:dump -XX:+UseSerialGC -Xmx1g -Xlog:disable -Xlog:all=off \
      "-XX:SharedClassListFile=$folder/drivers.lst" "-XX:SharedArchiveFile=$folder/drivers.new" -cp "$path" &&
      mv -f "$folder/drivers.new" "$folder/drivers.jsa"
    # Also where it failed: it would fail again.
    printf "%s\n" "$wanted" > "$folder/stamp"
    rm -f "$folder/drivers.lst" "$folder/drivers.new" "$folder/making"
  ' make-driver-classes "$folder" "$JAVA_HOME/bin/java" "$path" "$wanted" "$list" \
    > /dev/null 2>&1 < /dev/null &
}

# stack_command SUB-COMMAND ARGS: the stack's own program.
stack_command() {
  local subcommand=$1
  shift
  set -- "$subcommand" ${TRAWL_STATE:+--state "$TRAWL_STATE"} "$@"
  exec "$JAVA_HOME/bin/java" "${TRAWL_CLIENT_JVM[@]}" "-Dtrawl.home=$TRAWL_HOME" \
    -cp "$TRAWL_DIST/stack/trawl-stack.jar:$(< "$TRAWL_DIST/servers/kafka.classpath")" \
    io.trawl.stack.StackCommand "$@"
}

# check_settings ARGS: ends where one of the --set KEY=VALUE among them has a key that trawl.conf does not know.
check_settings() {
  local word before='' keys=() said
  for word; do
    case $before$word in
      --set=*) keys+=("${word#--set=}") ;;
      --set*=*) keys+=("$word") ;;
    esac
    before=
    [[ $word != --set ]] || before=--set
  done
  ((${#keys[@]})) || return 0
  said=$(PYTHONPATH=$TRAWL_HOME/dags "$TRAWL_VENV/bin/python" -m trawl_dags.settings "${keys[@]}" 2>&1) || die "$said"
}

# runs STATE: whether a stack runs there: the process of its supervisor lives.
runs() {
  local key value pid=
  [[ -r $1/run/supervisor ]] || return 1
  while read -r key _ value; do
    [[ $key != pid ]] || pid=$value
  done < "$1/run/supervisor"
  [[ $pid ]] && grep -qa 'trawl.server=supervisor' "/proc/$pid/cmdline" 2> /dev/null
}

# demo_alone: whether, of the two stacks that nobody has to name, only the demo's runs.
demo_alone() {
  ! runs "$TRAWL_HOME/.trawl/stack" && runs "$TRAWL_HOME/.trawl/demo"
}

# state_dir ARGS: prints the state folder that a command line means: --state, else TRAWL_STATE, else .trawl/stack, or the
# demo's if only that one runs.
state_dir() {
  while (($#)); do
    if [[ $1 == --state && $# -gt 1 ]]; then
      realpath -m -- "$2"
      return
    fi
    shift
  done
  if [[ -z ${TRAWL_STATE:-} ]] && demo_alone; then
    say "using the demo's stack in .trawl/demo"
    printf '%s\n' "$TRAWL_HOME/.trawl/demo"
    return
  fi
  printf '%s\n' "${TRAWL_STATE:-$TRAWL_HOME/.trawl/stack}"
}

# find_stack ARGS: sets TRAWL_STATE to the demo's if the command line means that one.
find_stack() {
  if [[ -z ${TRAWL_STATE:-} && " $* " != *" --state "* ]] && demo_alone; then
    say "using the demo's stack in .trawl/demo"
    TRAWL_STATE=$TRAWL_HOME/.trawl/demo
  fi
}

# use_stack ARGS: with_stack, of the stack that a command line means; settings that are named need none.
use_stack() {
  if [[ ${TRAWL_CONF:-} || " $* " == *" --conf"[\ =]* ]]; then
    with_stack "${TRAWL_STATE:-$TRAWL_HOME/.trawl/stack}"
  else
    with_stack "$(state_dir "$@")"
  fi
}

# with_stack STATE: sets the environment of commands that submit to a stack; without one, only Spark's.
with_stack() {
  export PYTHONPATH=$TRAWL_HOME/dags PATH=$SPARK_HOME/bin:$TRAWL_VENV/bin:$PATH
  if [[ -f $1/conf/spark/spark-defaults.conf ]]; then
    export SPARK_CONF_DIR=$1/conf/spark SPARK_LOCAL_IP=127.0.0.1
    export TRAWL_CONF=${TRAWL_CONF:-$1/conf/trawl.conf}
  fi
}

# is_installed_job JOB: whether the job can be asked for its help without installing or building anything.
is_installed_job() {
  [[ $1 && -f $TRAWL_DIST/jobs/trawl-$1.jar && -x $TRAWL_VENV/bin/python && -d $SPARK_HOME/jars ]]
}

# query SUB-COMMAND ARGS: the Java program that reads HBase and the lake.
query() {
  # Spark's jars come before what it does not ship: its Hadoop client wins over the one in HBase's jar.
  exec "$JAVA_HOME/bin/java" "${TRAWL_CLIENT_JVM[@]}" \
    -cp "$TRAWL_DIST/jobs/trawl-cli.jar:$SPARK_HOME/jars/*:$TRAWL_DIST/lib/*" io.trawl.cli.Cli "$@"
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
  # Arguments and names of files are UTF-8, whatever the locale.
  LC_ALL=C.UTF-8 SPARK_LOCAL_IP=127.0.0.1 exec "$JAVA_HOME/bin/java" "${jvm[@]}" "${more[@]}" \
    -cp "$TRAWL_DIST/sweep/trawl-sweep.jar:$SPARK_HOME/jars/*:$TRAWL_DIST/lib/*" io.trawl.sweep.SweepCommand "$@"
}

# find_java: a Java 17 to run on, as JAVA_HOME; without starting it, since that takes as long as some commands.
find_java() {
  local java line version=
  if [[ -z ${JAVA_HOME:-} ]]; then
    java=$(command -v java) ||
      die "no Java: install Java 17 (Debian: apt-get install openjdk-17-jdk-headless), or set JAVA_HOME"
    java=$(readlink -f "$java")
    JAVA_HOME=${java%/bin/java}
  fi
  [[ -x $JAVA_HOME/bin/java ]] ||
    die "JAVA_HOME is $JAVA_HOME, which has no bin/java: point it at a Java 17, or unset it to use the one on the PATH"
  if [[ -r $JAVA_HOME/release ]]; then
    while read -r line; do
      [[ $line != JAVA_VERSION=* ]] || version=${line#JAVA_VERSION=}
    done < "$JAVA_HOME/release"
  else
    version=$("$JAVA_HOME/bin/java" -version 2>&1 | sed -n '1s/.* version //p')
  fi
  [[ $version =~ ^\"17([.+-]|\") ]] ||
    die "Trawl runs on Java 17, but $JAVA_HOME is ${version:-of no version that it says}: set JAVA_HOME to a Java 17"
  export JAVA_HOME
}

# build_terminal: the one jar of the commands that need no cluster, where a source is newer than it is.
build_terminal() {
  local folder=$TRAWL_DIST/terminal stamp begun log=$TRAWL_HOME/target/build.log
  [[ -z ${TRAWL_NO_BUILD:-} ]] || return 0
  stamp=$folder/.built
  [[ ! $TRAWL_DIST/.built -nt $stamp ]] || stamp=$TRAWL_DIST/.built
  if [[ -f $folder/trawl-terminal.jar && -f $stamp ]] &&
    ! newer_sources "$stamp" pom.xml schemas jobs/parsing jobs/intel jobs/terminal; then
    return
  fi
  require_java
  require_maven
  require_disk 1 "building"
  mkdir -p "$folder"
  begun=$EPOCHREALTIME
  say "building (the first time it downloads: about a minute)"
  touch "$folder/.building"
  (cd "$TRAWL_HOME" && mvn -B -q -Dquick package -pl jobs/terminal -am) > "$log" 2>&1 ||
    die "the build failed ($(grep -m 1 -E '^\[ERROR\]' "$log" || last_line "$log")); all that was said is in target/build.log" 2
  mv "$folder/.building" "$folder/.built"
  say "built in $(seconds_since "$begun") s"
}

# class_archive JAR: prints the archive of the jar's classes for this Java, which takes up to half off a start; nothing
# where there is none. It is made at first use, of a run through all commands.
class_archive() {
  local archive=$TRAWL_HOME/.trawl/terminal/classes${JAVA_HOME//\//-}.jsa
  if [[ ! $archive -nt $1 || $JAVA_HOME/lib/server/libjvm.so -nt $archive ]]; then
    mkdir -p "${archive%/*}" 2> /dev/null && [[ -w ${archive%/*} ]] || return 0
    # An empty file says that it cannot be made, and that it need not be tried again.
    "$JAVA_HOME/bin/java" -XX:+UseSerialGC -Xlog:disable -Xlog:all=off "-XX:ArchiveClassesAtExit=$archive.$$" -cp "$1" \
      io.trawl.terminal.Training > /dev/null 2>&1 < /dev/null || : > "$archive.$$"
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

# terminal SUB-COMMAND ARGS: the Java program that needs neither Spark nor a server, in a JVM that starts quickly.
terminal() {
  local jar=$TRAWL_DIST/terminal/trawl-terminal.jar archive jvm more c1_alone=16777216
  find_java
  build_terminal
  [[ -f $jar ]] || die "target/dist/terminal/trawl-terminal.jar is missing: build with 'mvn -Dquick package -pl jobs/terminal -am'"
  # What the JVM has to say it says on standard output, where the answer goes.
  # A young generation that stays in the cache costs no more than a large one, and 100 MB less.
  jvm=(-Xlog:disable -Xlog:all=off -XX:+UseSerialGC -XX:-UsePerfData -Xshare:auto -Xms32m -Xmn16m)
  archive=$(class_archive "$jar")
  [[ -z $archive ]] || jvm+=("-XX:SharedArchiveFile=$archive")
  # Up to here compiling twice costs more than it brings. Of Squid's log match passes over nearly all lines.
  [[ $1 != match || " $* " != *" --format"[\ =]"squid "* ]] || c1_alone=1073741824
  if [[ $1 == canonical && $# -gt 1 && ${*: -1} != - ]] || is_short "$c1_alone" "${@:2}"; then
    jvm+=(-XX:TieredStopAtLevel=1)
  fi
  # Progress on a terminal, unless the answer goes there, too.
  [[ -t 1 || ! -t 2 ]] || jvm+=(-Dtrawl.progress=true)
  read -r -a more <<< "${TRAWL_JAVA_OPTS:-}"
  # Arguments and names of files are UTF-8, whatever the locale.
  LC_ALL=C.UTF-8 exec "$JAVA_HOME/bin/java" "${jvm[@]}" "${more[@]}" -cp "$jar" io.trawl.terminal.Terminal "$@"
}

# wants_help ARGS: whether --help or -h is among the options.
wants_help() {
  local word
  for word; do
    case $word in
      --) return 1 ;;
      --help | -h) return 0 ;;
    esac
  done
  return 1
}
