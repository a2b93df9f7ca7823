# shellcheck shell=bash
# parse a log: each line as an event, or why it is none
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl parse --format FORMAT [--table] [FILE...]

Prints one JSON object a line: {"line":1,"event":{"@timestamp":...}} with the names of ECS, nested, or
{"line":2,"invalid":{"reason":...,"field":...,"message":...}}; with several files each names its "file", too.
Valid is what the jobs take for valid.

  --format FORMAT  squid (Squid's native access.log), combined (Apache's common, combined, vhost_combined and mod_ssl's
                   request log) or squid-combined (Squid's logformat combined and common)
  --table          a table for people instead of JSON

FILEs are text, or packed by gzip or zstd, as their first bytes tell; - or none is standard input. A pattern in quotes is
followed here: 'logs/*.gz'. Lines are worked on by all cores and come out in their order.

Exit status: 0 there was an event, 1 there was none, 2 an error (one line on stderr; other files are read all the same).
HELP
  exit 0
fi
terminal parse "$@"
