# shellcheck shell=bash
# say which servers of the stack are up
takes \
  "${STATE_OPTION[@]}" \
  '--output FORMAT' 'table (default), or json: one list of {"name", "up", "pid", "ports", "seconds", "restarts": [{"at", "why"}], "note"}'
answer_help '' "$@" << 'HELP'
Prints each server with its process, its ports and its restarts (how often, when last, why), and names the servers that are
down. STATE/logs/supervisor.log has each restart.

@options

Exit status: 0 all are up, 1 one is down or no stack runs, 2 a bad argument.
HELP
require_java
[[ -f $TRAWL_DIST/stack/trawl-stack.jar ]] || die "nothing has been built, so no stack runs: build and start it with 'trawl up'" 1
find_stack "$@"
stack_command status "$@"
