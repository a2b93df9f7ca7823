# shellcheck shell=bash
# print the canonical form of indicators: domains, addresses, ranges, URLs, ports, paths, hashes
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl canonical [--table] [VALUE...|-]

Prints one JSON object a value, defanged or not: {"input":...,"type":...,"canonical":...,"host":...} or
{"input":...,"error":...}. An indicator and a log field with the same canonical form meet. Without a VALUE, or with -, the
values are the lines of standard input. A VALUE that begins with - comes behind --.

  --table  a table for people instead of JSON

Exit status: 0 a value has a canonical form, 1 none has, 2 an error (one line on stderr).
HELP
  exit 0
fi
terminal canonical "$@"
