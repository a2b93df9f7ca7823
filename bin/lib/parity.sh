# shellcheck shell=bash
# compare the detections of hot path and batch sweep in a window
takes \
  '!--window START/END' 'window of broker append time, UTC, for example 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z; a longer range is split into windows' \
  '--source NAME' 'name of the source in trawl.conf; not needed if there is only one' \
  "${TABLE_OPTION[@]}" \
  "${SETTING_OPTIONS[@]}"
answer_help '' "$@" << 'HELP'
Compares the detections of the hot path with those of the batch sweep, window by window. A difference has a reason (other
indicators, border, not yet, before the hot path began, deleted before it was read, copy, healed, other field) or is
unexplained. docs/hbase.md explains the reasons.

@options

Exit status: 0 equal, or every difference explained; 1 an unexplained difference, or a failure; 2 a bad argument.
HELP
ready
use_stack "$@"
query parity "$@"
