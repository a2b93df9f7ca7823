# shellcheck shell=bash
# run Airflow's command line on the stack's Airflow, for example: trawl airflow dags list
takes "${STATE_OPTION[@]}"
# After another word it is Airflow's own --help.
if [[ ${1:-} == --help || ${1:-} == -h ]]; then
  answer_help 'ARGUMENT...' "$@" << 'HELP'
Runs Airflow's command line on the local stack's Airflow ('trawl up' starts it), for example trawl airflow dags list.
'trawl airflow help' lists what it takes.

@options
HELP
fi
if [[ ${1:-} == --state=* ]]; then
  set -- --state "${1#*=}" "${@:2}"
fi
if [[ ${1:-} == --state ]]; then
  [[ ${2:-} ]] || die "--state lacks its value: expected a folder"
  state=$(state_dir "$@")
  shift 2
else
  state=$(state_dir)
fi
[[ -f $state/conf/airflow/environment.sh ]] || die "no stack was started in $state: start it with 'trawl up'"
# shellcheck source=/dev/null
source "$state/conf/airflow/environment.sh"
exec "$TRAWL_VENV/bin/airflow" "$@"
