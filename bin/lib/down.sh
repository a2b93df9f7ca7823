# shellcheck shell=bash
# end the local stack; its data stays
case ${1:-} in
  --help | -h)
    cat << 'HELP'
usage: trawl down [--state FOLDER]

Ends every server and everything they started; data and logs stay in the state folder (default: .trawl/stack).
HELP
    exit 0
    ;;
esac
require_java
[[ -f $TRAWL_DIST/stack/trawl-stack.jar ]] || die "nothing has been built, so no stack runs: 'trawl up' builds and starts it"
stack_command down "$@"
