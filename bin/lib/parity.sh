# shellcheck shell=bash
# compare what hot path and batch sweep found in a window
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl parity --window START/END [--source NAME] [--json] [--conf FILE] [--set KEY=VALUE]...
       as: trawl parity --window 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z

Compares the detections of the hot path with those of the batch sweep, window by window. A difference has a reason (other
indicators, border, not yet, before the hot path began, deleted before it was read, copy) or is unexplained.

  --window START/END window of broker append time, UTC; a longer range is cut into windows
  --source NAME      name of the source in trawl.conf; not needed if there is only one
  --json             one JSON object a line instead of a table
  --conf FILE        settings that differ from the defaults (conf/trawl.conf); default: $TRAWL_CONF, else the local stack's
  --set KEY=VALUE    one setting; wins over the file

Exit status: 0 equal, or every difference explained; 1 an unexplained difference, or a failure; 2 a bad argument.
HELP
  exit 0
fi
ready
use_stack "$@"
query parity "$@"
