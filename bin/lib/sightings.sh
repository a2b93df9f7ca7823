# shellcheck shell=bash
# print who contacted a domain, an address or a URL, and when
# Its arguments and its --help are the Java program's.
ready
with_stack "$(state_dir)"
query sightings "$@"
