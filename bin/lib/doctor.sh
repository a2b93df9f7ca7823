# shellcheck shell=bash
# check the machine, the settings and every server; say what is wrong and what to do
takes \
  "${SETTING_OPTIONS[@]}" \
  "${STATE_OPTION[@]}" \
  '--output FORMAT' 'table (default), or json: one list of {"status", "name", "found", "do"}'
answer_help '' "$@" << 'HELP'
Prints one line per check: ok, warn or FAIL, its name, what it found, and what to do. It checks Java, Maven,
Python, disk, memory, ports, the local stack and versions; and, if a trawl.conf is named or a local stack runs, the settings,
the clock, Kafka and the sources' topics, the folders of lake, state and reports (it writes a file there and deletes it), HDFS,
HBase, Spark and Airflow. It installs, builds and starts nothing. It asks all servers at the same time; each has 9 s to answer.

@options

Exit status: 0 nothing fails, 1 something does, 2 a bad argument.
HELP

output=table named=${TRAWL_CONF:-} asked=()
while (($#)); do
  case $1 in
    --output | --conf | --set | --state)
      [[ ${2:-} ]] || die "$1 lacks its value (--help lists the options)"
      set -- "$1=$2" "${@:3}"
      ;;
    --output=*)
      output=${1#*=}
      require_format "$output"
      shift
      ;;
    --conf=?* | --set=?*)
      [[ $1 != --conf=* ]] || named=${1#*=}
      asked+=("$1")
      shift
      ;;
    --state=?*) TRAWL_STATE=$(realpath -m -- "${1#*=}") && shift ;;
    *) unknown_option "$1" ;;
  esac
done
if [[ -n $named && ! -r $named ]]; then
  die "--conf $named: no such file, or it cannot be read"
fi

[[ -f $TRAWL_HOME/conf/trawl.conf && -f $TRAWL_HOME/dags/requirements.lock ]] ||
  die "$TRAWL_HOME is not the folder of Trawl: it has no conf/trawl.conf (TRAWL_HOME names it)"

failed='' lines=()
# quoted TEXT: as JSON has it.
quoted() {
  local text=${1//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "${text//[[:cntrl:]]/ }"
}

# finding STATUS NAME FOUND [DO]
finding() {
  [[ $1 != FAIL ]] || failed=yes
  if [[ $output == json ]]; then
    lines+=("  {\"status\": $(quoted "$1"), \"name\": $(quoted "$2"), \"found\": $(quoted "$3"), \"do\": $(quoted "${4:-}")}")
  else
    printf '%-5s %-18s %s%s\n' "$1" "$2" "$3" "${4:+; $4}"
  fi
}

# told COMMAND...: what a command prints, or the one line with which it ends; its exit status.
told() {
  local said status=0
  said=$("$@" 2>&1) || status=$?
  printf '%s\n' "${said#trawl doctor: }"
  return "$status"
}

built=''
[[ ! -f $TRAWL_DIST/jobs/trawl-cli.jar ]] || built=yes

# shellcheck disable=SC2310 # a check may fail
java_found() { (require_java && printf '%s\n' "JDK 17 in $JAVA_HOME"); }
# shellcheck disable=SC2310
jre_found() { (find_java && printf '%s\n' "$JAVA_HOME"); }
java=''
if said=$(told java_found); then
  java=yes
  finding ok java "$said"
elif [[ $built ]] && run=$(told jre_found); then
  java=yes
  finding warn java "Java 17 in $run, but no JDK: jobs run, nothing can be built" "install a JDK 17 to build"
else
  finding FAIL java "${said%%: *}" "${said#*: }"
fi

if [[ $java ]] && said=$(timeout 10 mvn --version 2> /dev/null); then
  version=$(sed -nE '1s/.*Maven ([0-9]+\.[0-9.]+).*/\1/p' <<< "$said")
  if [[ $version =~ ^([0-9]+)\.([0-9]+) ]] && ((BASH_REMATCH[1] > 3 || BASH_REMATCH[2] >= 8)); then
    finding ok maven "$version"
  else
    finding warn maven "${version:-of no version that it says}" "install Maven 3.8 or newer: it is needed to build"
  fi
else
  # What is built runs without it.
  finding "$([[ $built ]] && echo warn || echo FAIL)" maven "not found" "install Maven 3.8 or newer (Debian: apt-get install maven): it is needed to build"
fi

if said=$(told find_python); then
  finding ok python "3.11 at $said"
else
  finding FAIL python "${said%%: *}" "${said#*: }"
fi

wanted=$(sha256sum < "$TRAWL_HOME/dags/requirements.lock" 2> /dev/null || true)
spark=''
if [[ -x $TRAWL_VENV/bin/python && -f $TRAWL_HOME/.trawl/venv.stamp && $(< "$TRAWL_HOME/.trawl/venv.stamp") == "$wanted" ]]; then
  for jar in "$SPARK_HOME"/jars/spark-core_*.jar; do
    spark=${jar##*-} spark=${spark%.jar}
  done
  finding ok installed "Airflow $(sed -nE 's/^apache-airflow==([^ ]+).*/\1/p' "$TRAWL_HOME/dags/requirements.lock"), Spark $spark in .trawl/venv"
elif [[ -x $TRAWL_VENV/bin/python ]]; then
  finding warn installed ".trawl/venv differs from dags/requirements.lock" "run bin/trawl install (other commands do it too)"
else
  finding warn installed "Airflow and Spark are not installed" "run bin/trawl install (other commands do it too)"
fi

if [[ -z $built ]]; then
  finding warn built "nothing has been built" "run bin/trawl install (other commands do it too)"
elif [[ -f $TRAWL_DIST/.built ]] && newer_sources "$TRAWL_DIST/.built"; then
  finding warn built "sources are newer than the jars of target/dist" "run bin/trawl install (other commands do it too)"
else
  finding ok built "$(find "$TRAWL_DIST/jobs" -name 'trawl-*.jar' ! -name trawl-cli.jar | wc -l) jobs in target/dist"
fi

pom_spark=$(sed -nE 's|.*<spark.version>([^<]*)</spark.version>.*|\1|p' "$TRAWL_HOME/pom.xml" 2> /dev/null | head -n 1)
if [[ $spark && $pom_spark && $spark != "$pom_spark" ]]; then
  finding warn versions "Spark $spark is installed, jobs are built for $pom_spark" "bin/trawl install"
elif [[ $pom_spark ]]; then
  finding ok versions "$("$TRAWL_HOME/bin/trawl" version 2> /dev/null | tr -s '\n ' ' ' | sed 's/ $//')"
fi

free=$(df -Pk "$TRAWL_HOME" | awk 'NR == 2 { print int($4 / 1048576) }')
if ((free < 3)); then
  finding FAIL disk "$free GB free at $TRAWL_HOME" "free some space: installing, building and the local stack need 3 GB each"
elif ((free < 10)); then
  finding warn disk "$free GB free at $TRAWL_HOME" "have 10 GB for installing, building and the local stack"
else
  finding ok disk "$free GB free at $TRAWL_HOME"
fi

state=$TRAWL_HOME/.trawl/stack up=''
[[ -z ${TRAWL_STATE:-} ]] || state=$TRAWL_STATE
if [[ -z ${TRAWL_STATE:-} ]] && demo_alone; then
  state=$TRAWL_HOME/.trawl/demo
fi
! runs "$state" || up=yes

memory=$(awk '/^MemTotal:/ { all = $2 } /^MemAvailable:/ { free = $2 } END { printf "%.1f %.1f", free / 1048576, all / 1048576 }' /proc/meminfo 2> /dev/null || true)
if [[ $memory ]]; then
  said="${memory% *} of ${memory#* } GB free, $(nproc) cores"
  if [[ -z $up ]] && ((${memory%%.*} < 4)); then
    finding warn memory "$said" "have 6 GB free for the local stack and its jobs (a cluster has its own)"
  elif (($(nproc) < 2)); then
    finding warn memory "$said" "have two cores for the local stack and its jobs (a cluster has its own)"
  else
    finding ok memory "$said"
  fi
fi

if [[ $up ]]; then
  finding ok ports "used by the stack in ${state#"$TRAWL_HOME"/}"
  if [[ $java && -f $TRAWL_DIST/stack/trawl-stack.jar ]]; then
    TRAWL_STATE=$state
    # shellcheck disable=SC2310
    stack_status() { (find_java && stack_command status > /dev/null); }
    if said=$(told stack_status); then
      finding ok stack "every server of ${state#"$TRAWL_HOME"/} is up"
    else
      finding FAIL stack "${said#trawl status: } (${state#"$TRAWL_HOME"/})" "start the missing servers with bin/trawl up; bin/trawl status and bin/trawl logs NAME have details"
    fi
  fi
else
  shift_by=${TRAWL_PORT_SHIFT:-0} taken=()
  while read -r name port; do
    if (exec 3<> "/dev/tcp/127.0.0.1/$((port + shift_by))") 2> /dev/null; then
      taken+=("$((port + shift_by)) ($name)")
    fi
  done < <(sed -nE 's/^port\.([a-z-]+) *= *([0-9]+).*/\1 \2/p' "$TRAWL_HOME/conf/stack.conf" | grep -v '^shift ')
  if ((${#taken[@]})); then
    finding warn ports "in use: $(printf '%s, ' "${taken[@]}" | sed 's/, $//')" "start the local stack with bin/trawl up --port-shift 1000 (only the local stack needs these ports)"
  else
    finding ok ports "those of conf/stack.conf are free"
  fi
  finding ok stack "none runs (bin/trawl up starts one)"
fi

# A conf/trawl.conf that a site has made its own is as good as one that is named.
own=$(sed -nE 's/^kafka\.bootstrap *= *([^ ]*).*/\1/p' "$TRAWL_HOME/conf/trawl.conf" 2> /dev/null || true)
if [[ -z $named && -z $up && $own == 127.0.0.1:9092 && ${#asked[@]} -eq 0 ]]; then
  finding ok servers "not asked: no trawl.conf is named and no local stack runs (--conf FILE, TRAWL_CONF, or bin/trawl up)"
elif [[ -z $java || -z $built || ! -d $SPARK_HOME/jars ]]; then
  finding FAIL servers "not asked: this needs Java and bin/trawl install" "bin/trawl install, then bin/trawl doctor again"
else
  [[ $named ]] || export TRAWL_CONF=$state/conf/trawl.conf
  [[ $named || $up ]] || unset TRAWL_CONF
  find_java
  ended=''
  while IFS=$'\t' read -r status name found advice; do
    if [[ $status == end ]]; then
      ended=$name said=$found
      continue
    fi
    [[ -z $found ]] || finding "$status" "$name" "$found" "$advice"
  done < <(
    exec 3>&1
    status=0
    said=$( (query doctor ${spark:+--spark "$spark"} "${asked[@]}") 2>&1 >&3) || status=$?
    printf 'end\t%s\t%s\n' "$status" "${said//$'\t'/ }"
  )
  if [[ $ended != 0 && $ended != 1 ]]; then
    finding FAIL servers "the servers could not be asked: ${said:-status ${ended:-none}}" "build again with bin/trawl install"
  fi
fi

if [[ $output == json ]]; then
  printf '[\n%s\n]\n' "$(printf '%s\n' "${lines[@]}" | sed '$!s/$/,/')"
fi
[[ -z $failed ]]
