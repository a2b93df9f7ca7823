# shellcheck shell=bash
# submit a job to Spark by hand, follow it, print its report
takes \
  '--source NAME' 'name of the source in trawl.conf; not for refresh-indicators and maintain' \
  '--window START/END' 'window of broker append time, UTC; a longer range is split into windows; several, separated by commas, are possible; not for refresh-indicators, maintain, backtest and hot-detect' \
  "${SETTING_OPTIONS[@]}" \
  '--run-id ID' 'name of this run in ledger and report' \
  '--report NAME' "the report's place in reports.dir" \
  '--check' 'check arguments and settings, submit nothing' \
  '--main CLASS' 'main class of your own job, for example example.MyJob'
# A job has options of its own: it is asked for its help if that needs neither installing nor building.
if ! is_installed_job "${1:-}"; then
  TRAWL_SUBCOMMAND='run JOB' answer_help '' "$@" << 'HELP'
Submits a job to the Spark cluster that trawl.conf names, as Airflow would, follows it and prints its report as JSON. JOB is
ingest, validate, enrich, load, audit, replay, refresh-indicators, maintain, backtest or hot-detect, or one of your own, whose
jar is target/dist/jobs/trawl-JOB.jar and whose main class --main CLASS names. hot-detect runs until Ctrl-C.

  trawl run ingest --source proxy --window 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z

Options of every job ('trawl run JOB --help' lists those of one, once it is built):

@options

Exit status: the job's own (0 done, 1 failed, 2 a bad argument or setting).
HELP
fi
[[ ${1:-} ]] || die "which job? expected trawl run JOB, for example trawl run ingest --source proxy --window START/END (--help lists the jobs)"
[[ $1 != -* ]] || die "$1 belongs after the job's name: expected trawl run JOB $1 (--help lists the jobs)"
if ! wants_help "$@"; then
  ready
fi
use_stack "$@"
exec "$TRAWL_VENV/bin/python" -m trawl_dags.run "$@"
