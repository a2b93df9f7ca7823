# shellcheck shell=bash
# list the log formats, show or test one, tell which one a log is in, draft a new one
takes \
  "${FORMATS_OPTION[@]}" \
  '--output FORMAT' 'table (default), or json: one object per line; of the list and of detect' \
  '--sample FILE' 'a log, of which new makes a draft' \
  '--to FILE' "the draft's new file, for example my-gateway.yaml (default: standard output)"
answer_help '[list|show NAME|test [NAME...]|detect [FILE...]|new]' "$@" << 'HELP'
  trawl formats                  all formats; unverified ones were written without a real line
  trawl formats show NAME        layouts of the lines, what fills which field, samples with their events
  trawl formats test [NAME...]   whether each sample becomes the event that its declaration names; without NAME, of all formats
  trawl formats detect FILE...   which format the logs are in: tries all on the first 1,000 lines and some from further places
  trawl formats new --sample FILE   a first draft of a declaration, to be mended by hand

A NAME with / or .yaml in it is the file of a declaration: ./my-gateway.yaml. docs/formats.md explains declarations.

@options

detect never guesses: if two formats are as good, or none reads 95 % of the lines, it says so, and the status is 1.
Exit status: 0 listed, shown, tested, found or drafted; 1 a sample is not as it should be, or the format is not clear; 2 an error
(one line on stderr).
HELP
terminal formats "$@"
