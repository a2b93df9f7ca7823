# shellcheck shell=bash
# sweep logs with the jobs themselves, in one process and without a server
takes \
  '!--format FORMAT' 'name of a format, as trawl parse has them; several, as squid,nginx, are tried in this order' \
  '--formats FOLDER' "your own formats, a file each; a name of yours wins over Trawl's (default: setting formats.folder)" \
  '!--indicators FILE...' 'indicators, as trawl indicators reads them, not packed. With -- before the logs, any number: --indicators feed.txt threats.csv -- access.log' \
  '--allowlist FILE...' "allowlists in the form of MISP's warning lists, a file or a folder. What they cover is kept and marked as suppressed" \
  '--lake FOLDER' "the lake's folder; made if it is missing (default: .trawl/sweep in Trawl's folder)" \
  '--again' 'sweep logs again that were swept before with the same format and indicators' \
  '--output FORMAT' 'table (default), or json: one object'
answer_help 'LOG...' "$@" << 'HELP'
Runs the jobs refresh-indicators, ingest, validate, enrich and audit on log files, in one process: files in the place of
Kafka, an Iceberg lake in a folder in the place of HDFS, no HBase, no Airflow. Prints how many lines were valid, why the
others were not, which indicators were met most, and a line for DuckDB that reads the tables.

@options

LOGs are text files, plain or packed by gzip or zstd. - is standard input. A log is known by its content,
whatever its name: one that was swept before is not swept twice, one that has grown takes the place of what it was, any
other is added to the lake. docs/sweep.md has more.

Exit status: 0 done, 1 a job failed, 2 a mistake in the command line (one line on stderr).
HELP
ready
sweep_without_servers "$@"
