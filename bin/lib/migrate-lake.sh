# shellcheck shell=bash
# move a lake's tables from a Hadoop catalog to the catalog that the settings name
takes \
  '!--from TYPE' 'type of the catalog that the lake has: hadoop' \
  "${TABLE_OPTION[@]}" \
  "${SETTING_OPTIONS[@]}"
answer_help '' "$@" << 'HELP'
Tells the catalog of lake.type and lake.catalog.* of each table's newest state, as the Hadoop catalog in lake.warehouse has it.
No row is copied; snapshots keep their ids, so pinned windows and the ledger stay good. Stop the DAGs first: a job that writes
by the old catalog is refused from then on, and has to run again by the new one. An interrupted migration may be run again.

@options

Exit status: 0 done, 1 a failure, 2 a bad argument.
HELP
ready
use_stack "$@"
query migrate-lake "$@"
