# shellcheck shell=bash
# move a lake's tables from a Hadoop catalog to the catalog that the settings name
takes \
  '!--from TYPE' 'type of the catalog that the lake has: hadoop' \
  "${TABLE_OPTION[@]}" \
  "${SETTING_OPTIONS[@]}"
answer_help '' "$@" << 'HELP'
Registers each table in the catalog of lake.type and lake.catalog.*, with the newest state that the Hadoop catalog in
lake.warehouse has. It copies no rows. Snapshots keep their ids, so pinned windows and the ledger stay valid. Stop the DAGs
first: afterwards a job that writes by the old catalog is refused and must run again by the new one. You may interrupt the
command and run it again.

@options

Exit status: 0 done, 1 a failure, 2 a bad argument.
HELP
ready
use_stack "$@"
query migrate-lake "$@"
