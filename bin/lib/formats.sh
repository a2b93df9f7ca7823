# shellcheck shell=bash
# list the log formats, show or test one, tell which one a log is in, draft a new one
takes \
  "${FORMATS_OPTION[@]}" \
  '--output FORMAT' 'table (default), or json: one object per line; only for the list and for detect' \
  '--sample FILE' 'the log from which new makes a draft' \
  '--to FILE' "the draft's new file, for example my-gateway.yaml (default: standard output)"
answer_help '[list|show NAME|test [NAME...]|detect [FILE...]|new]' "$@" << 'HELP'
  trawl formats                  all formats; we saw no real line of those that are unverified
  trawl formats show NAME        layouts of the lines, columns that fill each field, samples with their events
  trawl formats test [NAME...]   whether each sample becomes the event that its declaration names; without NAME, of all formats
  trawl formats detect FILE...   which format the logs are in: tries all on the first 1,000 lines and some from further places
  trawl formats new --sample FILE   a first draft of a declaration, for you to correct by hand

A NAME with / or .yaml in it is the file of a declaration: ./my-gateway.yaml. docs/formats.md explains declarations.

@options

detect does not guess: if two formats are equally good, or none reads 95 % of the lines, it says so, and the status is 1.
Exit status: 0 listed, shown, tested, found or drafted; 1 a sample is not as it should be, or the format is not clear; 2 an error
(one line on stderr).
HELP
terminal formats "$@"
