# shellcheck shell=bash
# Airflow's own command line, on the stack's Airflow (as: trawl airflow dags list)
case ${1:-} in
  --help | -h)
    cat << 'HELP'
usage: trawl airflow ARGUMENT...     as: trawl airflow dags list

Airflow's own command line, on the local stack's Airflow ('trawl up' starts it). 'trawl airflow help' lists what it takes.
HELP
    exit 0
    ;;
esac
if [[ ${1:-} == --state ]]; then
  [[ ${2:-} ]] || die "--state lacks its value: expected a folder"
  state=$(state_dir "$@")
  shift 2
else
  state=$(state_dir)
fi
[[ -f $state/conf/airflow/environment.sh ]] || die "no stack was started in $state: 'trawl up' starts it"
# shellcheck source=/dev/null
source "$state/conf/airflow/environment.sh"
exec "$TRAWL_VENV/bin/airflow" "$@"
