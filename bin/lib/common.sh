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

# newer_sources STAMP: whether anything that goes into a jar is newer.
newer_sources() {
  local newer
  newer=$(cd "$TRAWL_HOME" && find pom.xml conf/trawl.conf schemas jobs flume integration-tests bench \
    \( -name target -o -name test \) -prune -o -type f \
    \( -name '*.java' -o -name '*.avsc' -o -name '*.xml' -o -path '*/resources/*' -o -path 'conf/*' \) \
    -newer "$1" -print -quit 2> /dev/null || true)
  [[ -n $newer ]]
}

# ready: everything that is needed is installed and built.
ready() {
  require_java
  install_python
  build
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

# state_dir ARGS: prints the state folder that a command line means (--state, else .trawl/stack).
state_dir() {
  while (($#)); do
    if [[ $1 == --state && $# -gt 1 ]]; then
      realpath -m -- "$2"
      return
    fi
    shift
  done
  printf '%s\n' "${TRAWL_STATE:-$TRAWL_HOME/.trawl/stack}"
}

# with_stack STATE: sets the environment of commands that submit to a stack; without one, only Spark's.
with_stack() {
  export PYTHONPATH=$TRAWL_HOME/dags PATH=$SPARK_HOME/bin:$TRAWL_VENV/bin:$PATH
  if [[ -f $1/conf/spark/spark-defaults.conf ]]; then
    export SPARK_CONF_DIR=$1/conf/spark SPARK_LOCAL_IP=127.0.0.1
    export TRAWL_CONF=${TRAWL_CONF:-$1/conf/trawl.conf}
  fi
}

# query SUB-COMMAND ARGS: the Java program that reads HBase and the lake.
query() {
  # Spark's jars come before what it does not ship: its Hadoop client wins over the one in HBase's jar.
  exec "$JAVA_HOME/bin/java" "${TRAWL_CLIENT_JVM[@]}" \
    -cp "$TRAWL_DIST/jobs/trawl-cli.jar:$SPARK_HOME/jars/*:$TRAWL_DIST/lib/*" io.trawl.cli.Cli "$@"
}
