# shellcheck shell=bash
# check files of indicators: print what each line became
takes \
  '--format FORMAT' "format of all files: auto (the default: told from each file's lines), plain (one indicator per line), csv, hosts, adblock, dnsmasq, rpz, suricata, user-agents or user-agent-regexes" \
  '--columns COLUMNS' 'the columns of CSV by the names in its header, if Trawl should not guess them: value=ioc,type=kind,confidence=score,valid_from=seen,valid_until=end,labels=malware,labels=tags' \
  '--allowlist FILE...' 'allowlists, as trawl match has them; "allowlisted" names the list that contains an indicator' \
  "${JSON_OPTION[@]}"
answer_help 'FILE...' "$@" << 'HELP'
Prints one JSON object for each indicator: {"type":...,"value":...,"source":...,"line":...,"valid_from":...,
"valid_until":...,"confidence":...,"labels":[...]}, and one for each line that is not an indicator:
{"rejected":{"line":...,"text":...,"reason":...}}. All cores work; the output keeps the order of the files.

@options

A FILE is text, gzip or zstd; its first bytes say which. - is standard input. A pattern in quotes is expanded:
'feeds/*.csv'.

Exit status: 0 there was an indicator, 1 there was none, 2 an error (one line on stderr; the other files are still
read).
HELP
terminal indicators "$@"
