# shellcheck shell=bash
# run all checks and tests: unit, job, DAG, and integration tests on the real servers
fast='' only='' faults='' seed='' minutes='' round=''
takes \
  '--fast' 'without the integration tests' \
  '--only PATTERN' "only the test classes whose name fits PATTERN, a shell pattern, for example JobsIT, '*ParserTest' or test_hot.py; builds what they need and checks nothing else" \
  '--faults' 'random faults instead of the tests' \
  '--seed N' 'with --faults: the same seed gives the same faults; without it one is chosen, and printed' \
  '--minutes M' 'with --faults: how long it runs (default: 10); 0 runs one round' \
  '--round R' 'with --faults: the first round'
answer_help '' "$@" << 'HELP'
Checks the scripts (shellcheck) and the DAGs (ruff, mypy) and runs every test: of the DAGs (pytest), of the Java modules
with their checkers (Maven), and the integration tests, which start stacks of real servers of their own (ports shifted by
1000 to 9500; a stack that is up is left alone). Checks and DAG tests run during the Java build. Two integration test
classes run at the same time, each with its own stack, if the machine has two cores and 12 GB of free memory; with 19 GB,
three do, and the modules' tests run at that time, too.

@options

--faults: in each round proxies write, a sweep and the hot path work, and at random moments random servers and processes are
killed or stopped, disks are full, the broker's clock is wrong; then every line must be counted, and both paths must have found
what was planted. Full disks need root (to mount a tmpfs), wrong clocks need libfaketime. Without them, those faults are skipped
and reported as skipped. docs/faults.md lists the findings. The integration tests include one short, fixed round.

A test that waits for long says what it waits for. At the end come the ten slowest classes and the total time; the last
line says how many tests passed and failed; exit status 1 if any failed. target/test-logs has each runner's log.
HELP
while (($#)); do
  case $1 in
    --fast) fast=yes ;;
    --only | --only=*)
      if [[ $1 == --only=* ]]; then
        only=${1#--only=}
      else
        only=${2:-}
        (($# == 1)) || shift
      fi
      [[ -n $only ]] || die "--only needs a pattern: expected the name of a test class or file, for example JobsIT or test_hot.py"
      ;;
    --faults) faults=yes ;;
    --seed | --minutes | --round | --seed=* | --minutes=* | --round=*)
      name=${1%%=*}
      if [[ $1 == *=* ]]; then
        value=${1#*=}
      else
        value=${2:-}
        (($# == 1)) || shift
      fi
      [[ $value =~ ^[0-9]{1,9}$ ]] || die "$name is '$value': expected a whole number, for example $name 7"
      # Java would read 010 as 8.
      value=$((10#$value))
      case $name in
        --seed) seed=$value ;;
        --minutes) minutes=$value ;;
        *)
          # The lines of all rounds before it are made first.
          ((value >= 1 && value <= 100000)) || die "--round is $value: expected a round from 1 to 100000, for example --round 3"
          round=$value
          ;;
      esac
      ;;
    *) unknown_option "$1" ;;
  esac
  shift
done
[[ -z $fast || -z $only ]] || die "--fast and --only do not go together: expected one of them"
[[ -z $faults || -z $fast$only ]] || die "--faults goes with neither --fast nor --only: expected one of them"
[[ -n $faults || -z $seed$minutes$round ]] || die "--seed, --minutes and --round go with --faults only: expected for example --faults --seed 7"
if [[ -n $faults ]]; then
  only=FaultsIT
  [[ -n $seed ]] || seed=$((SRANDOM % 1000000000))
fi

cd "$TRAWL_HOME" || die "$TRAWL_HOME cannot be entered"
# With --only: what fits. Without: all, by leaving the lists empty.
units=() integrations=() python=() modules=()
if [[ -n $only ]]; then
  while IFS= read -r file; do
    name=${file##*/}
    case $name in
      test_*.py) python+=("tests/$name") ;;
      *IT.java) integrations+=("${name%.java}") ;;
      *) units+=("${name%.java}") modules+=("${file%%/src/test/*}") ;;
    esac
  done < <(find dags/tests schemas jobs flume integration-tests bench \
    \( -name target -o -name node_modules \) -prune -o -type f \
    \( -name "$only.java" -o -name "$only" -o -name "$only.py" -o -name "test_$only.py" \) \
    \( -path '*/src/test/*Test.java' -o -path '*/src/test/*IT.java' -o -path 'dags/tests/test_*.py' \) -print | sort)
  ((${#units[@]} + ${#integrations[@]} + ${#python[@]})) ||
    die "no test class or file is named $only: expected for example JobsIT, '*ParserTest' or test_hot.py"
fi

require_java
require_maven
require_disk 5 "testing"
install_python
logs=$TRAWL_HOME/target/test-logs
mkdir -p "$logs"
rm -f "$logs"/pytest.xml "$logs"/beside.*
find . -path ./.trawl -prune -o \( -path '*/target/surefire-reports/*' -o -path '*/target/failsafe-reports/*' \) \
  -name '*.xml' -exec rm -f {} +
passed=0 failed=0 summary=() total=$EPOCHREALTIME
# Modules that do not need each other are built side by side; the integration tests need all of them, so they run last.
threads=$(nproc)
((threads <= 4)) || threads=4
# Integration tests mostly wait, so two or three classes run side by side, and the modules' tests beside them. Three stacks, the
# modules' tests and both Mavens were seen to take 14 GB; on two cores they were a load of 11 to 17.
memory=$(PYTHONPATH=$TRAWL_HOME/bin/lib "$TRAWL_VENV/bin/python" -P -c 'import moving; print(int(moving.available_gb()))')
forks=1 units_beside=''
((threads == 1 || memory < 12)) || forks=2
((forks == 1 || memory < 19 || $(nproc) < 3)) || forks=3
[[ $fast$only ]] || ((forks == 1 || memory < 19)) || units_beside=yes

# count NAME SECONDS PASSED FAILED [LOG]
count() {
  passed=$((passed + $3)) failed=$((failed + $4))
  summary+=("$(printf '%-34s %6s passed %4s failed %8s s' "$1" "$3" "$4" "$2")")
  printf '%s\n' "${summary[-1]}"
  if (($4)) && [[ -n ${5:-} ]]; then
    printf '  what it said: %s\n' "${5#"$TRAWL_HOME"/}"
  fi
}

# check NAME COMMAND...: one checker, one result.
check() {
  local name=$1 begun=$EPOCHREALTIME log=$logs/$1.log
  shift
  if "$@" > "$log" 2>&1; then
    count "$name" "$(seconds_since "$begun")" 1 0
  else
    tail -n 20 "$log"
    count "$name" "$(seconds_since "$begun")" 0 1 "$log"
  fi
}

# junit surefire|failsafe|FILE: passed and failed of Maven's reports of that runner, or of one report.
junit() {
  "$TRAWL_VENV/bin/python" -P bin/lib/junit.py count "$1"
}

in_dags() {
  (cd "$TRAWL_HOME/dags" && "$@")
}

# run_pytest [FILE...]: the tests of the DAGs, which need neither a stack nor the jobs' jars.
run_pytest() {
  local status=0 begun=$EPOCHREALTIME good bad
  (
    cd "$TRAWL_HOME/dags"
    export PYTHONPATH=$TRAWL_HOME/dags PATH=$SPARK_HOME/bin:$TRAWL_VENV/bin:$PATH
    export AIRFLOW_HOME=$TRAWL_HOME/target/airflow AIRFLOW__CORE__LOAD_EXAMPLES=False
    "$TRAWL_VENV/bin/python" -m pytest --basetemp "$TRAWL_HOME/target/pytest" --junit-xml "$logs/pytest.xml" "$@"
  ) > "$logs/pytest.log" 2>&1 || status=$?
  read -r good bad < <(junit "$logs/pytest.xml")
  # A run that ended before it had a result has failed all the same.
  ((status == 0 || bad > 0)) || bad=1
  ((bad == 0)) || tail -n 40 "$logs/pytest.log"
  count "DAGs (pytest)" "$(seconds_since "$begun")" "$good" "$bad" "$logs/pytest.log"
}

# in_group COMMAND...: runs it in the background, as $group, with a process group of its own: all of it ends with this script.
in_group() {
  set -m
  "$@" &
  group=$!
  set +m
  groups+=("$group")
}

# unmount_fault_disks: takes away the small disks of a --faults run that was killed.
unmount_fault_disks() {
  local folder mount
  [[ -r /proc/mounts ]] || return 0
  folder=$(pwd -P)/integration-tests/target/fault-disks
  while read -r _ mount _; do
    # A space in it is \040 there.
    printf -v mount '%b' "$mount"
    [[ $mount != "$folder"/* ]] || umount -l "$mount" || true
  done < <(cat /proc/mounts)
}

end_groups() {
  local each
  for each in "${groups[@]}"; do
    kill -- "-$each" 2> /dev/null || true
  done
}
groups=()
trap 'end_groups; unmount_fault_disks' EXIT
unmount_fault_disks

# beside COMMAND...: runs it in the background; await_beside takes what it has counted.
beside() {
  in_group counted "$@"
  beside_pid=$group
}

counted() {
  "$@"
  printf '%s\n' "$passed" "$failed" "${summary[@]}" > "$logs/beside.counts"
}

await_beside() {
  local more=()
  wait "$beside_pid" || true
  if [[ ! -f $logs/beside.counts ]]; then
    count "checks and DAGs" - 0 1
    return
  fi
  mapfile -t more < "$logs/beside.counts"
  passed=$((passed + more[0])) failed=$((failed + more[1])) summary=("${more[@]:2}" "${summary[@]}")
}

checks_and_dags() {
  check shellcheck "$TRAWL_VENV/bin/shellcheck" -x bin/trawl bin/lib/*.sh bin/lib/shared/*.sh
  check ruff in_dags "$TRAWL_VENV/bin/ruff" check . ../bin/lib
  check mypy in_dags "$TRAWL_VENV/bin/mypy" --no-error-summary
  run_pytest
}

# joined WORD...: with commas.
joined() {
  local IFS=,
  printf '%s' "$*"
}

# maven LOG OPTION...: what a person wants to see of it as it comes. A test that fails keeps no others from running: the reports
# are counted. The first compiler alone takes a fifth of the CPU off.
maven() {
  local log=$1
  shift
  MAVEN_OPTS="-Xmx2g -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ReservedCodeCacheSize=240m ${MAVEN_OPTS:-}" mvn -B --fail-at-end -Dmaven.test.failure.ignore=true "$@" 2>&1 | tee "$log" |
    sed -nuE 's/\x1b\[[0-9;]*m//g; s/^\[INFO\] Building (Trawl.*[^ ]) +\[.*/  \1/p; s/^\[[A-Z]+\] (Tests run: .* -- in .*)/    \1/p; s/^(waiting for .*, [0-9]+ s so far.*|round [0-9]+: .*)/      \1/p; /^\[ERROR\] .*(<<< (FAILURE|ERROR)!|COMPILATION|\.java:)/p' | archiving
}

# units_maven: the modules' tests, on what the other Maven has built. It compiles nothing again, and takes the time that the
# integration tests leave.
units_maven() {
  renice -n 10 "$BASHPID" > /dev/null 2>&1 || true
  maven "$logs/units.log" -Dquick -Dmaven.test.skip=false -Dmaven.compiler.useIncrementalCompilation=false -pl '!bench,!integration-tests' test
}

# archiving: passes lines on; when all modules have been built that the integration tests need, says so by a file, and begins to
# make the archive of drivers' classes.
archiving() {
  local line
  while IFS= read -r line; do
    printf '%s\n' "$line"
    if [[ -z $fast && $line == *"Trawl integration tests"* ]]; then
      : > "$logs/beside.built"
      driver_classes
    fi
  done
}

# run_maven OPTION...: builds and tests; each module is told as it comes, each test class as it ends, each long wait.
run_maven() {
  local status=0 units_status=0 begun=$EPOCHREALTIME good bad any seconds='' build log=$logs/maven.log
  [[ -z $units_beside ]] || set -- "$@" -Dunits.skip=true
  in_group maven "$logs/maven.log" -T "$threads" "-Dit.forks=$forks" "$@" verify
  build=$group
  if [[ $units_beside ]]; then
    while [[ ! -f $logs/beside.built ]] && kill -0 "$build" 2> /dev/null; do
      sleep 0.2
    done
    log=$logs/units.log
    in_group units_maven
    wait "$group" || units_status=$?
    seconds=$(seconds_since "$begun")
  fi
  wait "$build" || status=$?
  : "${seconds:=$(seconds_since "$begun")}"
  read -r good bad < <(junit surefire)
  # A run that ended before it had a result has failed all the same.
  ((units_status == 0 || bad > 0)) || bad=1
  any=$((good + bad))
  if [[ -z $only ]] || ((${#units[@]})); then
    count "Java modules (JUnit)" "$seconds" "$good" "$bad" "$log"
  fi
  if [[ -z $fast && -z $only ]] || ((${#integrations[@]})); then
    read -r good bad < <(junit failsafe)
    # Without a result they have not run, and something has failed.
    ((good + bad > 0 || status != 0)) || status=1
    count "integration tests (JUnit)" "$(seconds_since "$begun")" "$good" "$bad" "$logs/maven.log"
    any=$((any + good + bad))
  fi
  ((any > 0 || status != 0)) || status=1
  # Of a test that fails Maven says nothing here, so this is about anything else.
  if ((status)); then
    grep -m 10 -E '^\[ERROR\]' "$logs/maven.log" || true
    count "build and checkers (Maven)" "-" 0 1 "$logs/maven.log"
  elif [[ -z $only ]]; then
    count "build and checkers (Maven)" "-" 1 0
  fi
}

if [[ -z $only ]]; then
  say "checking, testing the DAGs, and building and testing the Java modules${fast:+ (without integration tests)}"
  beside checks_and_dags
  run_maven ${fast:+-DskipITs}
  await_beside
else
  say "testing $(joined "${units[@]}" "${integrations[@]}" "${python[@]##*/}")${seed:+ with seed $seed}"
  ((${#python[@]} == 0)) || run_pytest "${python[@]}"
  if ((${#units[@]} + ${#integrations[@]})); then
    options=(-Dquick -Dmaven.test.skip=false -Dsurefire.failIfNoSpecifiedTests=false -Dfailsafe.failIfNoSpecifiedTests=false)
    # Maven has no pattern for "none".
    options+=("-Dtest=$(joined "${units[@]:-NoUnitTest}")")
    if ((${#integrations[@]})); then
      # The stack has every job's jar, and the servers.
      options+=("-Dit.test=$(joined "${integrations[@]}")")
      [[ -z $faults ]] ||
        options+=("-Dtrawl.faults.seed=$seed" "-Dtrawl.faults.minutes=${minutes:-10}" "-Dtrawl.faults.round=${round:-1}")
    else
      options+=(-DskipITs -pl "$(joined "${modules[@]}")" -am)
    fi
    run_maven "${options[@]}"
  fi
fi

echo
echo "the slowest classes:"
"$TRAWL_VENV/bin/python" -P bin/lib/junit.py slowest "$logs/pytest.xml"
echo
printf '%s\n' "${summary[@]}"
echo
echo "$(seconds_since "$total") s in all"
echo "$passed passed, $failed failed"
((failed == 0))
