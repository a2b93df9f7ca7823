# shellcheck shell=bash
# Which local stack a command line means, and its own program.

# stack_command SUB-COMMAND ARGS: the stack's own program.
stack_command() {
  local subcommand=$1
  shift
  set -- "$subcommand" ${TRAWL_STATE:+--state "$TRAWL_STATE"} "$@"
  exec "$JAVA_HOME/bin/java" "${TRAWL_CLIENT_JVM[@]}" "-Dtrawl.home=$TRAWL_HOME" \
    -cp "$TRAWL_DIST/stack/trawl-stack.jar:$(< "$TRAWL_DIST/servers/kafka.classpath")" \
    io.trawl.stack.StackCommand "$@"
}

# check_settings ARGS: ends where one of the --set KEY=VALUE among them has a key that trawl.conf does not know.
check_settings() {
  local word before='' keys=() said
  for word; do
    case $before$word in
      --set=*) keys+=("${word#--set=}") ;;
      --set*=*) keys+=("$word") ;;
    esac
    before=
    [[ $word != --set ]] || before=--set
  done
  ((${#keys[@]})) || return 0
  said=$(PYTHONPATH=$TRAWL_HOME/dags "$TRAWL_VENV/bin/python" -m trawl_dags.settings "${keys[@]}" 2>&1) || die "$said"
}

# runs STATE: whether a stack runs there: the process of its supervisor lives.
runs() {
  local key value pid=
  [[ -r $1/run/supervisor ]] || return 1
  while read -r key _ value; do
    [[ $key != pid ]] || pid=$value
  done < "$1/run/supervisor"
  [[ $pid ]] && grep -qa 'trawl.server=supervisor' "/proc/$pid/cmdline" 2> /dev/null
}

# demo_alone: whether, of the two stacks that nobody has to name, only the demo's runs.
demo_alone() {
  ! runs "$TRAWL_HOME/.trawl/stack" && runs "$TRAWL_HOME/.trawl/demo"
}

# state_dir ARGS: prints the state folder that a command line means: --state, else TRAWL_STATE, else .trawl/stack, or the
# demo's if only that one runs.
state_dir() {
  while (($#)); do
    if [[ $1 == --state && $# -gt 1 ]]; then
      realpath -m -- "$2"
      return
    elif [[ $1 == --state=?* ]]; then
      realpath -m -- "${1#*=}"
      return
    fi
    shift
  done
  if [[ -z ${TRAWL_STATE:-} ]] && demo_alone; then
    say "using the demo's stack in .trawl/demo"
    printf '%s\n' "$TRAWL_HOME/.trawl/demo"
    return
  fi
  printf '%s\n' "${TRAWL_STATE:-$TRAWL_HOME/.trawl/stack}"
}

# find_stack ARGS: sets TRAWL_STATE to the demo's if the command line means that one.
find_stack() {
  if [[ -z ${TRAWL_STATE:-} && " $* " != *" --state"[\ =]* ]] && demo_alone; then
    say "using the demo's stack in .trawl/demo"
    TRAWL_STATE=$TRAWL_HOME/.trawl/demo
  fi
}

# use_stack ARGS: with_stack, of the stack that a command line means; settings that are named need none.
use_stack() {
  if [[ ${TRAWL_CONF:-} || " $* " == *" --conf"[\ =]* ]]; then
    with_stack "${TRAWL_STATE:-$TRAWL_HOME/.trawl/stack}"
  else
    with_stack "$(state_dir "$@")"
  fi
}

# with_stack STATE: sets the environment of commands that submit to a stack; without one, only Spark's.
with_stack() {
  export PYTHONPATH=$TRAWL_HOME/dags PATH=$SPARK_HOME/bin:$TRAWL_VENV/bin:$PATH
  if [[ -f $1/conf/spark/spark-defaults.conf ]]; then
    export SPARK_CONF_DIR=$1/conf/spark SPARK_LOCAL_IP=127.0.0.1
    export TRAWL_CONF=${TRAWL_CONF:-$1/conf/trawl.conf}
  fi
}
