# shellcheck shell=bash
# parse a log: print each line as an event, or the reason why it is invalid
takes \
  '!--format FORMAT' "the log's format: a name (trawl formats lists them), a declaration's file (./my-gateway.yaml), several with commas between them, tried in this order, or auto: told from the first lines; an error if they do not make it clear" \
  "${FORMATS_OPTION[@]}" \
  "${WITH_OPTION[@]}" \
  "${JSON_OPTION[@]}"
answer_help '[FILE...]' "$@" << 'HELP'
Prints one JSON object per line: {"line":1,"event":{"@timestamp":...}} with the names of ECS, nested, or
{"line":2,"invalid":{"reason":...,"field":...,"message":...}}; with several files each object also has its "file". A line
that carries several records ({"records":[...]}) gives an object for each, with its number as "record".
A line is valid here if it is valid for the jobs. In a W3C log the last line #Fields before a line names its columns; lines that
begin with # are not printed. A time without a year gets the year that brings it nearest to the last change of the file.

@options

A FILE is text, gzip or zstd; its first bytes say which. - or no FILE is standard input. A pattern in quotes is expanded:
'logs/*.gz'. All cores work; the output keeps the order of the lines.

Exit status: 0 there was an event, 1 there was none, 2 an error (one line on stderr; the other files are still read).
HELP
terminal parse "$@"
