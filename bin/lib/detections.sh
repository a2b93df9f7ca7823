# shellcheck shell=bash
# print detections, the newest first
takes \
  '--client ADDRESS' 'of this client only: an address, or a name' \
  '--indicator VALUE' 'of this indicator only' \
  '--value VALUE' 'with this domain (or a subdomain), address or range only' \
  '--since TIME' 'from this time on: an instant (2026-11-24T10:00:00Z) or a duration back from now (PT1H, P7D)' \
  '--limit N' 'at most N (default: 100)' \
  '--lines' 'with --output json: the raw line of each, from the lake, if the lake still has it' \
  '--ledger' 'for detections that only the hot path has: ask the ledger whether their window has been swept' \
  "${TABLE_OPTION[@]}" \
  "${SETTING_OPTIONS[@]}"
answer_help '' "$@" << 'HELP'
Prints detections from HBase, newest first. The options are combined: a detection must meet all of them.

@options

Exit status: 0 answered, 1 a server does not answer or something else failed, 2 a bad argument (one line on stderr).
HELP
ready
use_stack "$@"
query detections "$@"
