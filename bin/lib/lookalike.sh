# shellcheck shell=bash
# say which brand a host looks like, by which technique and why, and which hosts are odd
takes \
  '--brands FILE' 'your brands, one per line: the domain, then names=, domains=, partners= (docs/lookalikes.md)' \
  '--popular FILE' 'a popularity list: one domain or RANK,DOMAIN per line, or a MISP warninglist; its hosts are not reported, and without --brands its first are the brands' \
  '--top NUMBER' 'how many of the popularity list are brands (default: 1000, with --brands none)' \
  '--internal NAMES' "your internal names, separated by commas, besides localhost, .local, .internal, .lan, .home.arpa; a suffix begins with a dot: intranet,.corp" \
  '--least SCORE' 'the least score that is reported (default: 50)' \
  '--variants BRAND' 'list hosts that look like a domain and would be reported, for example paypal.com' \
  "${JSON_OPTION[@]}"
answer_help '[HOST...|-]' "$@" << 'HELP'
Prints one JSON object per host or URL: {"host":...,"finding":...}. The finding is null, or has "kind":"lookalike" with brand,
technique, score, the parts of the score and a reason, or "kind":"host" with rule, level and reason, for an odd host: an address,
a name that DNS does not allow, a URL without a host. Without brands only such hosts and names that mix scripts are found.
Without a HOST, or with -, the hosts are the lines of standard input.

@options

Exit status: 0 something was found, 1 nothing, 2 an error (one line on stderr).
HELP
terminal lookalike "$@"
