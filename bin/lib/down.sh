# shellcheck shell=bash
# stop the local stack; its data stays
takes \
  "${STATE_OPTION[@]}"
answer_help '' "$@" << 'HELP'
Stops every server of the local stack and all processes that they started; data and logs stay in the state folder.

@options

Exit status: 0 nothing runs any more, 1 a failure, 2 a bad argument.
HELP
require_java
[[ -f $TRAWL_DIST/stack/trawl-stack.jar ]] || die "nothing has been built, so no stack runs: build and start it with 'trawl up'"
find_stack "$@"
stack_command down "$@"
