# shellcheck shell=bash
# print the canonical form of indicators: domains, addresses, ranges, URLs, ports, paths, hashes
takes \
  "${JSON_OPTION[@]}"
answer_help '[VALUE...|-]' "$@" << 'HELP'
Prints one JSON object per value, defanged or not: {"input":...,"type":...,"canonical":...,"host":...} or
{"input":...,"error":...}. An indicator matches a log field if both have the same canonical form. Without a VALUE, or with -, the
values are the lines of standard input. Put -- before a VALUE that begins with -.

@options

Exit status: 0 a value has a canonical form, 1 none has, 2 an error (one line on stderr).
HELP
terminal canonical "$@"
