# shellcheck shell=bash
# parse a log: each line as an event, or why it is none
takes \
  '!--format FORMAT' "squid (Squid's native access.log), combined (Apache's common, combined, vhost_combined and mod_ssl's request log) or squid-combined (Squid's logformat combined and common)" \
  "${JSON_OPTION[@]}"
answer_help '[FILE...]' "$@" << 'HELP'
Prints one JSON object per line: {"line":1,"event":{"@timestamp":...}} with the names of ECS, nested, or
{"line":2,"invalid":{"reason":...,"field":...,"message":...}}; with several files each names its "file", too.
A line is valid here if it is valid for the jobs.

@options

FILEs are text, or packed by gzip or zstd, as their first bytes tell; - or none is standard input. A pattern in quotes is
followed here: 'logs/*.gz'. Lines are worked on by all cores and come out in their order.

Exit status: 0 there was an event, 1 there was none, 2 an error (one line on stderr; other files are read all the same).
HELP
terminal parse "$@"
