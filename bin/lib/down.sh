# shellcheck shell=bash
# end the local stack; its data stays
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl down [--state FOLDER]

Ends every server and everything they started; data and logs stay in the state folder (default: .trawl/stack, or,
if no stack runs there, the one that the demo left in .trawl/demo).
HELP
  exit 0
fi
require_java
[[ -f $TRAWL_DIST/stack/trawl-stack.jar ]] || die "nothing has been built, so no stack runs: 'trawl up' builds and starts it"
find_stack "$@"
stack_command down "$@"
