# shellcheck shell=bash
# install and build everything into the project's folder
takes \
  '--relock' 'first make a new lock from dags/requirements.in, with the newest versions that fit'
answer_help '' "$@" << 'HELP'
Makes .trawl/venv from dags/requirements.lock (every package by its hash) and builds the jars of target/dist. It
skips what exists already.

@options

Exit status: 0 done, 1 a failure, 2 a bad argument.
HELP
(($# <= 1)) || die "'$2' is one too many: expected --relock or nothing"
case ${1-nothing} in
  --relock)
    [[ -x $TRAWL_UV ]] || install_python
    (cd "$TRAWL_HOME" && "$TRAWL_UV" pip compile --quiet --upgrade --no-annotate --python-version 3.11 --generate-hashes \
      --override dags/overrides.txt dags/requirements.in -o dags/requirements.lock)
    ;;
  nothing) ;;
  *) unknown_option "$1" ;;
esac
ready
say "everything is installed and built"
