# shellcheck shell=bash
# run all checks and tests: unit, job, DAG, and integration tests on the real servers
fast=''
case ${1:-} in
  --help | -h)
    cat << 'HELP'
usage: trawl test [--fast]

Checks the scripts (shellcheck) and the DAGs (ruff, mypy), then runs every test: of the DAGs (pytest), of the Java
modules with their checkers (Maven), and the integration tests, which start a stack of real servers beside any that is
up (ports shifted by 1000 and 2000). --fast leaves the integration tests out.

What each runner said is in target/test-logs. The last line says how many passed and failed; exit status 1 if any failed.
HELP
    exit 0
    ;;
  --fast) fast=yes ;;
  '') ;;
  *) die "option $1 is unknown: expected --fast or nothing" ;;
esac

require_java
require_maven
require_disk 5 "testing"
install_python
cd "$TRAWL_HOME" || die "$TRAWL_HOME cannot be entered"
logs=$TRAWL_HOME/target/test-logs
mkdir -p "$logs"
passed=0 failed=0 summary=()

# count NAME SECONDS PASSED FAILED
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

# junit FOLDER_PATTERN...: passed and failed of all JUnit reports of that name below the project.
junit() {
  find . -path "$1" -name '*.xml' -exec sed -nE '/<testsuite[ >]/{s/^.*(<testsuite[ >][^>]*>).*$/\1/p;q}' {} \; |
    awk '
      function of(name,   at) {
        at = match($0, " " name "=\"[0-9]+\"")
        return at ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : 0
      }
      { bad = of("failures") + of("errors"); failed += bad; passed += of("tests") - bad - of("skipped") }
      END { print passed + 0, failed + 0 }'
}

in_dags() {
  (cd "$TRAWL_HOME/dags" && "$@")
}

check shellcheck "$TRAWL_VENV/bin/shellcheck" -x bin/trawl bin/lib/*.sh
check ruff in_dags "$TRAWL_VENV/bin/ruff" check . ../bin/lib
check mypy in_dags "$TRAWL_VENV/bin/mypy" --no-error-summary

# Tests of the DAGs read the jobs' jars where there are some, but need no stack.
begun=$EPOCHREALTIME
rm -f "$logs/pytest.xml"
say "testing the DAGs"
status=0
(
  cd "$TRAWL_HOME/dags"
  export PYTHONPATH=$TRAWL_HOME/dags PATH=$SPARK_HOME/bin:$TRAWL_VENV/bin:$PATH
  export AIRFLOW_HOME=$TRAWL_HOME/target/airflow AIRFLOW__CORE__LOAD_EXAMPLES=False
  "$TRAWL_VENV/bin/python" -m pytest --basetemp "$TRAWL_HOME/target/pytest" --junit-xml "$logs/pytest.xml"
) > "$logs/pytest.log" 2>&1 || status=$?
read -r good bad < <(junit '*/target/test-logs/pytest.xml')
# A run that ended before it had a result has failed all the same.
((status == 0 || bad > 0)) || bad=1
((bad == 0)) || tail -n 40 "$logs/pytest.log"
count "DAGs (pytest)" "$(seconds_since "$begun")" "$good" "$bad" "$logs/pytest.log"

begun=$EPOCHREALTIME
find . -path ./.trawl -prune -o \( -path '*/target/surefire-reports/*' -o -path '*/target/failsafe-reports/*' \) \
  -name '*.xml' -exec rm -f {} +
say "building and testing the Java modules${fast:+ (without integration tests)}"
status=0
# Each module is told as it comes, each test class as it ends.
mvn -B --fail-at-end ${fast:+-DskipITs} verify 2>&1 | tee "$logs/maven.log" |
  sed -nuE 's/\x1b\[[0-9;]*m//g; s/^\[INFO\] Building (Trawl.*[^ ]) +\[.*/  \1/p; s/^\[[A-Z]+\] (Tests run: .* -- in .*)/    \1/p; /^\[ERROR\] .*(<<< (FAILURE|ERROR)!|COMPILATION|\.java:)/p' ||
  status=$?
read -r good bad < <(junit '*/target/surefire-reports/TEST-*.xml')
count "Java modules (JUnit)" "$(seconds_since "$begun")" "$good" "$bad" "$logs/maven.log"
any=$bad
if [[ -z $fast ]]; then
  read -r good bad < <(junit '*/target/failsafe-reports/TEST-*.xml')
  count "integration tests (JUnit)" "with above" "$good" "$bad" "$logs/maven.log"
  any=$((any + bad))
  ((good + bad > 0 || status != 0)) || status=1
fi
if ((status)) && ((any == 0)); then
  grep -m 10 -E '^\[ERROR\]' "$logs/maven.log" || true
  count "build and checkers (Maven)" "-" 0 1 "$logs/maven.log"
else
  count "build and checkers (Maven)" "-" 1 0
fi

echo
printf '%s\n' "${summary[@]}"
echo
echo "$passed passed, $failed failed"
((failed == 0))
