# shellcheck shell=bash
# follow the hot path's alerts as they come
# Its arguments and its --help are the Java program's.
ready
with_stack "$(state_dir)"
# Lines for people on a terminal, JSON for whatever else reads.
[[ ! -t 1 ]] || TRAWL_CLIENT_JVM+=(-Dtrawl.terminal=true)
query tail "$@"
