# shellcheck shell=bash
# run the jobs on log files, in one process, without a server
takes \
  '!--format FORMAT' 'name of a format (trawl formats lists them), or several with commas between them, for example squid,nginx: tried in this order' \
  '--formats FOLDER' "your own formats, one .yaml file each; yours takes precedence over one of Trawl's with the same name (default: setting formats.folder)" \
  "${WITH_OPTION[@]}" \
  '!--indicators FILE...' 'indicators, as trawl indicators reads them, not packed; put -- after several files: --indicators feed.txt threats.csv -- access.log' \
  '--allowlist FILE...' "allowlists in the form of MISP's warning lists, a file or a folder. A detection that a list covers is kept and marked as suppressed" \
  '--rules FILE...' 'Sigma rules (.yml) and STIX patterns (.stix, .json), files or folders; docs/rules.md' \
  '--placeholders FILE' 'values for %name% in Sigma rules' \
  '--fields FILE' 'names of fields in your rules that Trawl does not know: a YAML file (docs/rules.md)' \
  '--stix-mapping FILE' 'where objects of STIX patterns are in an event, in addition to the shipped mapping: a YAML file (docs/stix.md)' \
  '--brands FILE' 'your brands, one per line: hosts that look like one of them are found; docs/lookalikes.md' \
  '--odd-hosts LEVEL' 'also find odd hosts, from this level on: low, medium or high; docs/lookalikes.md (default: none)' \
  '--lake FOLDER' "the lake's folder; created if it is missing (default: .trawl/sweep in Trawl's folder)" \
  '--again' 'sweep logs again that were swept before with the same format and indicators' \
  '--output FORMAT' 'table (default), or json: one object'
answer_help 'LOG...' "$@" << 'HELP'
Runs the jobs refresh-indicators, ingest, validate, enrich and audit on log files, in one process: files instead of
Kafka, an Iceberg lake in a folder instead of HDFS, no HBase, no Airflow. Prints how many lines were valid, why the others
were not, which indicators were found most often, and a command that opens the tables in DuckDB.

@options

A LOG is text, gzip or zstd. - is standard input. A log is identified by its content, not by its name: a known log is not
swept again, a log that has grown replaces its old content, any other log is added to the lake. docs/sweep.md has more.

Exit status: 0 done, 1 a job failed, 2 a bad argument (one line on stderr).
HELP
ready
sweep_without_servers "$@"
