# shellcheck shell=bash
# submit a job to Spark by hand, follow it, print its report
case ${1:-} in
  --help | -h | '')
    cat << 'HELP'
usage: trawl run JOB [ARGUMENT...]     as: trawl run ingest --source proxy --window 2026-11-24T10:00:00Z/2026-11-24T11:00:00Z

JOB is ingest, validate, enrich, load, audit, refresh-indicators or hot-detect, or one of your own, whose jar is
target/dist/jobs/trawl-JOB.jar and whose main class --main CLASS names; 'trawl run JOB --help' lists its arguments. The
job runs on the cluster that trawl.conf names, as Airflow would have it run; hot-detect runs until Ctrl-C ends it. Exit
status: the job's own (0 done, 1 failed, 2 a bad argument or setting).
HELP
    exit "$([[ ${1:-} ]] && echo 0 || echo 2)"
    ;;
esac
ready
with_stack "$(state_dir)"
exec "$TRAWL_VENV/bin/python" -m trawl_dags.run "$@"
