# shellcheck shell=bash
# move a lake's tables from a Hadoop catalog to the catalog that the settings name
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl migrate-lake --from hadoop [--json] [--conf FILE] [--set KEY=VALUE]...

Tells the catalog of lake.type and lake.catalog.* of each table's newest state, as the Hadoop catalog in lake.warehouse has it.
No row is copied; snapshots keep their ids, so pinned windows and the ledger stay good. Stop the DAGs first: a job that writes
by the old catalog is refused from then on, and has to run again by the new one. What was interrupted may be done again.

  --from TYPE        type of the catalog that the lake has: hadoop
  --json             one JSON object a table
  --conf FILE        settings that differ from the defaults (conf/trawl.conf); default: $TRAWL_CONF, else the local stack's
  --set KEY=VALUE    one setting; wins over the file

Exit status: 0 done, 1 a failure, 2 a bad argument.
HELP
  exit 0
fi
ready
use_stack "$@"
query migrate-lake "$@"
