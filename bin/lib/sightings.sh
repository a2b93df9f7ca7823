# shellcheck shell=bash
# print who contacted a domain, an address or a URL, and when
# Its arguments and its --help are the Java program's.
ready
with_stack "$TRAWL_HOME/.trawl/stack"
query sightings "$@"
