# shellcheck shell=bash
# compare what hot path and batch sweep found in a window
# Its arguments and its --help are the Java program's.
ready
with_stack "$(state_dir)"
query parity "$@"
