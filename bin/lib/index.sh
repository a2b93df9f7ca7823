# shellcheck shell=bash
# build an index file of indicators for match
takes \
  '!--indicators FILE...' 'indicators, as trawl indicators reads them' \
  '!--output FILE' 'the index' \
  '--format FORMAT' 'format of all files, as trawl indicators has it (default: auto)' \
  '--columns COLUMNS' 'the columns of CSV, as trawl indicators has them'
TRAWL_SUBCOMMAND='index build' answer_help '' "$@" << 'HELP'
Reads files of indicators and writes their index, which trawl match --index takes instead of the files. match maps it, so it
starts at once, however many indicators there are. The file is written atomically and may replace an index in use.
The command counts each file's lines on stderr and prints nothing on stdout.

@options

Exit status: 0 written, 1 there was no indicator, 2 an error (one line on stderr). With 1 and 2 nothing is written.
HELP
terminal index "$@"
