# shellcheck shell=bash
# print detections, the newest first
# Its arguments and its --help are the Java program's.
ready
with_stack "$TRAWL_HOME/.trawl/stack"
query detections "$@"
