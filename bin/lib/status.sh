# shellcheck shell=bash
# say which servers of the stack are up
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl status [--json] [--state FOLDER]

Prints each server with its process and ports, and how often, when last and why it was started again; names those that
are down. Exit status: 0 all are up, 1 one is down or no stack runs. --json prints a list of {"name", "up", "pid", "ports",
"seconds", "restarts": [{"at", "why"}], "note"}. STATE/logs/supervisor.log has each restart.
The stack is that of --state or TRAWL_STATE, else the one in .trawl/stack, else the demo's, if that one runs.
HELP
  exit 0
fi
require_java
[[ -f $TRAWL_DIST/stack/trawl-stack.jar ]] || die "nothing has been built, so no stack runs: 'trawl up' builds and starts it" 1
find_stack "$@"
stack_command status "$@"
