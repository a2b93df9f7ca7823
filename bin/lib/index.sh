# shellcheck shell=bash
# build an index file of indicators, for match
takes \
  '!--indicators FILE...' 'indicators, as trawl indicators reads them' \
  '!--output FILE' 'the index' \
  '--format FORMAT' 'what all files are written in, as trawl indicators has it (default: auto)' \
  '--columns COLUMNS' 'the columns of CSV, as trawl indicators has them'
TRAWL_SUBCOMMAND='index build' answer_help '' "$@" << 'HELP'
Reads files of indicators and writes their index, which trawl match --index takes instead of the files: it is mapped, so
match starts at once, however many indicators there are. The file is written atomically and may replace an index in use.
Each file's lines are counted on stderr; nothing is printed.

@options

Exit status: 0 written, 1 there was no indicator, and nothing is written, 2 an error (one line on stderr), and nothing is
written.
HELP
terminal index "$@"
