# shellcheck shell=bash
# read files of indicators, and say what each line became
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl indicators [--table] FILE...

Prints one JSON object for each indicator: {"type":...,"value":...,"source":...,"line":...,"valid_from":...,
"valid_until":...,"confidence":...,"labels":[...]}, and one for each line that is none:
{"rejected":{"line":...,"text":...,"reason":...}}. A file is a plain list or CSV with named columns.

  --table        a table for people instead of JSON
  --format auto  the file itself tells, which is the default

FILEs are text, or packed by gzip or zstd, as their first bytes tell; - is standard input. A pattern in quotes is followed
here: 'feeds/*.csv'.

Exit status: 0 there was an indicator, 1 there was none, 2 an error (one line on stderr; other files are read all the
same).
HELP
  exit 0
fi
terminal indicators "$@"
