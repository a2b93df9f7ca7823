# shellcheck shell=bash
# follow the hot path's alerts as they come
takes \
  '--client ADDRESS' 'of this client only: an address, or a name' \
  '--indicator VALUE' 'of this indicator only' \
  '--from-start' 'begins with the oldest alert in the topic' \
  '--since TIME' 'begins with the alerts of this time: an instant (2026-11-24T10:00:00Z) or a duration back from now (PT1H, P7D)' \
  '--revisions' 'print an alert again with each revision' \
  '--for DURATION' 'stop after this time, for example PT10S; also the longest wait for the topic' \
  '--output FORMAT' 'table, or json: one object per line (default: table on a terminal, else json)' \
  "${SETTING_OPTIONS[@]}"
answer_help '' "$@" << 'HELP'
Prints the hot path's alerts as they come, until Ctrl-C or until its output is closed. An alert is the first detection of
one client and one indicator; those that follow within hot.suppression are its revisions.

@options

Exit status: 0 answered, 1 a server does not answer or something else failed, 2 a bad argument (one line on stderr).
HELP
ready
use_stack "$@"
# Lines on a terminal, JSON for any other reader.
[[ ! -t 1 ]] || TRAWL_CLIENT_JVM+=(-Dtrawl.terminal=true)
query tail "$@"
