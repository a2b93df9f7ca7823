# shellcheck shell=bash
# parse a log: print each line as an event, or the reason why it is invalid
takes \
  '!--format FORMAT' "squid (Squid's native access.log), combined (Apache's common, combined, vhost_combined and mod_ssl's request log) or squid-combined (Squid's logformat combined and common)" \
  "${JSON_OPTION[@]}"
answer_help '[FILE...]' "$@" << 'HELP'
Prints one JSON object per line: {"line":1,"event":{"@timestamp":...}} with the names of ECS, nested, or
{"line":2,"invalid":{"reason":...,"field":...,"message":...}}; with several files each object also has its "file".
A line is valid here if it is valid for the jobs.

@options

A FILE is text, gzip or zstd; its first bytes say which. - or no FILE is standard input. A pattern in quotes is expanded:
'logs/*.gz'. All cores work; the output keeps the order of the lines.

Exit status: 0 there was an event, 1 there was none, 2 an error (one line on stderr; the other files are still read).
HELP
terminal parse "$@"
