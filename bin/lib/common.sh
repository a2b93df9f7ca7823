# shellcheck shell=bash
# What bin/trawl and its sub-commands share: where things are and one-line errors; the rest is in shared/.

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

# shellcheck source=bin/lib/shared/help.sh
source "${BASH_SOURCE[0]%/*}/shared/help.sh"
# shellcheck source=bin/lib/shared/machine.sh
source "${BASH_SOURCE[0]%/*}/shared/machine.sh"
# shellcheck source=bin/lib/shared/install.sh
source "${BASH_SOURCE[0]%/*}/shared/install.sh"
# shellcheck source=bin/lib/shared/stack.sh
source "${BASH_SOURCE[0]%/*}/shared/stack.sh"
# shellcheck source=bin/lib/shared/java.sh
source "${BASH_SOURCE[0]%/*}/shared/java.sh"
