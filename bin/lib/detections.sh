# shellcheck shell=bash
# print detections, the newest first
# Its arguments and its --help are the Java program's.
ready
with_stack "$(state_dir)"
query detections "$@"
