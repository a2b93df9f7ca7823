# shellcheck shell=bash
# print detections, the newest first
takes \
  '--client ADDRESS' 'of this client only: an address, or a name' \
  '--indicator VALUE' 'of this indicator only' \
  '--value VALUE' 'with this domain (or a subdomain), address or range only' \
  '--since TIME' 'from this time on: an instant (2026-11-24T10:00:00Z) or a duration back from now (PT1H, P7D)' \
  '--limit N' 'at most N (default: 100)' \
  '--lines' 'with --output json: the raw line of each, from the lake, if the lake still has it' \
  '--ledger' 'of what the hot path alone has: ask the ledger whether the batch sweep of its window is done' \
  "${TABLE_OPTION[@]}" \
  "${SETTING_OPTIONS[@]}"
answer_help '' "$@" << 'HELP'
Prints detections from HBase, the newest first; each has to meet all conditions.

@options

Exit status: 0 answered, 1 a server does not answer or something else failed, 2 a bad argument (one line on stderr).
HELP
ready
use_stack "$@"
query detections "$@"
