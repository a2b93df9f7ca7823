# shellcheck shell=bash
# print the canonical form of indicators: domains, addresses, ranges, URLs, ports, paths, hashes
takes \
  "${JSON_OPTION[@]}"
answer_help '[VALUE...|-]' "$@" << 'HELP'
Prints one JSON object per value, defanged or not: {"input":...,"type":...,"canonical":...,"host":...} or
{"input":...,"error":...}. An indicator and a log field with the same canonical form match. Without a VALUE, or with -, the
values are the lines of standard input. A VALUE that begins with - comes after --.

@options

Exit status: 0 a value has a canonical form, 1 none has, 2 an error (one line on stderr).
HELP
terminal canonical "$@"
