# shellcheck shell=bash
# read files of indicators, and say what each line became
takes \
  '--format FORMAT' "what all files are written in: auto (each file's lines tell, which is the default), plain (one indicator per line), csv, hosts, adblock, dnsmasq, rpz, suricata, user-agents or user-agent-regexes" \
  '--columns COLUMNS' 'the columns of CSV by the names in its header, if they are not to be guessed: value=ioc,type=kind,confidence=score,valid_from=seen,valid_until=end,labels=malware,labels=tags' \
  '--allowlist FILE...' 'allowlists, as trawl match has them: an indicator that is on one has the list as "allowlisted"' \
  "${JSON_OPTION[@]}"
answer_help 'FILE...' "$@" << 'HELP'
Prints one JSON object for each indicator: {"type":...,"value":...,"source":...,"line":...,"valid_from":...,
"valid_until":...,"confidence":...,"labels":[...]}, and one for each line that is none:
{"rejected":{"line":...,"text":...,"reason":...}}. Files are read on all cores and come out in their order.

@options

FILEs are text, or packed by gzip or zstd, as their first bytes tell; - is standard input. A pattern in quotes is followed
here: 'feeds/*.csv'.

Exit status: 0 there was an indicator, 1 there was none, 2 an error (one line on stderr; other files are read all the
same).
HELP
terminal indicators "$@"
