# shellcheck shell=bash
# build an index file of indicators, for match
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl index build --indicators FILE... --output FILE [--format FORMAT] [--columns COLUMNS]

Reads files of indicators and writes their index, which trawl match --index takes instead of the files: it is mapped, so
that match starts at once, however many indicators there are. The file is there whole or not at all, and one that is in
use may be replaced. Each file's lines are counted on stderr; nothing is printed.

  --indicators FILE  indicators, as trawl indicators reads them; any number of files
  --output FILE      the index
  --format FORMAT    what all files are written in, as trawl indicators has it (default: auto)
  --columns COLUMNS  what the columns of CSV are, as trawl indicators has it

Exit status: 0 written, 1 there was no indicator, and nothing is written, 2 an error (one line on stderr), and nothing is
written.
HELP
  exit 0
fi
terminal index "$@"
