# shellcheck shell=bash
# Installing and building: the virtual environment of dags/, the jars of target/dist, and archives of classes.

# ready: everything that is needed is installed and built.
ready() {
  require_java
  install_python
  build
  driver_classes
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
      die "uv cannot be installed ($(last_line "$log")); full log: .trawl/install.log" 1
  fi
  say "installing Airflow, Spark and what dags/ needs into .trawl/venv (1 GB; about 15 s, a minute or two with a cold cache)"
  { "$TRAWL_UV" venv --quiet --clear --python "$python" "$TRAWL_VENV" &&
    "$TRAWL_UV" pip install --python "$TRAWL_VENV/bin/python" --require-hashes --no-deps \
      --compile-bytecode -r "$lock"; } > "$log" 2>&1 ||
    die "the Python packages cannot be installed ($(last_line "$log")); full log: .trawl/install.log" 1
  printf '%s\n' "$wanted" > "$stamp"
  say "installed in $(seconds_since "$begun") s"
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
    die "the build failed ($(grep -m 1 -E '^\[ERROR\]' "$log" || last_line "$log")); full log: target/build.log" 1
  mv "$TRAWL_DIST/.building" "$stamp"
  say "built in $(seconds_since "$begun") s"
}

# build_terminal: the one jar of the commands that need no cluster, where a source is newer than it is.
build_terminal() {
  local folder=$TRAWL_DIST/terminal stamp begun log=$TRAWL_HOME/target/build.log
  [[ -z ${TRAWL_NO_BUILD:-} ]] || return 0
  stamp=$folder/.built
  [[ ! $TRAWL_DIST/.built -nt $stamp ]] || stamp=$TRAWL_DIST/.built
  if [[ -f $folder/trawl-terminal.jar && -f $stamp ]] &&
    ! newer_sources "$stamp" pom.xml formats schemas jobs/lib/parsing jobs/lib/intel jobs/cli/files; then
    return
  fi
  require_java
  require_maven
  require_disk 1 "building"
  mkdir -p "$folder"
  begun=$EPOCHREALTIME
  say "building (the first time it downloads: about a minute)"
  touch "$folder/.building"
  (cd "$TRAWL_HOME" && mvn -B -q -Dquick package -pl jobs/cli/files -am) > "$log" 2>&1 ||
    die "the build failed ($(grep -m 1 -E '^\[ERROR\]' "$log" || last_line "$log")); full log: target/build.log" 2
  mv "$folder/.building" "$folder/.built"
  say "built in $(seconds_since "$begun") s"
}

# newer_sources STAMP [PATH...]: whether anything that goes into a jar, or what of it lies there, is newer.
newer_sources() {
  local newer stamp=$1
  shift
  (($#)) || set -- pom.xml conf/trawl.conf formats schemas jobs flume integration-tests bench
  newer=$(cd "$TRAWL_HOME" && find "$@" \
    \( -name target -o -name test \) -prune -o -type f \
    \( -name '*.java' -o -name '*.avsc' -o -name '*.xml' -o -path '*/resources/*' -o -path '*/filtered/*' -o -path 'conf/*' -o -path 'formats/*' \) \
    -newer "$stamp" -print -quit 2> /dev/null || true)
  [[ -n $newer ]]
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

last_line() {
  grep -v '^[[:space:]]*$' "$1" | tail -n 1
}
