# shellcheck shell=bash
# print a server's log
takes \
  '--follow' 'keep printing new lines' \
  "${STATE_OPTION[@]}"
answer_help '[NAME]' "$@" << 'HELP'
Prints the log of a server as 'trawl status' names it, or of the supervisor; without a name it lists the logs.

@options

Exit status: 0 done, 2 there is no such log.
HELP
given=("$@") name='' follow=''
while (($#)); do
  case $1 in
    --state)
      [[ ${2:-} ]] || die "--state lacks its value: expected a folder"
      shift
      ;;
    --state=?*) ;;
    --follow | -f) follow=yes ;;
    -*) unknown_option "$1" ;;
    *)
      [[ $1 && -z $name ]] || die "'$1' is one too many: expected one name of a server, for example kafka"
      name=$1
      ;;
  esac
  shift
done
state=$(state_dir "${given[@]}")
[[ -d $state/logs ]] || die "there are no logs in $state: no stack was started there"
if [[ -z $name ]]; then
  find "$state/logs" -maxdepth 1 -name '*.log' -printf '%f\n' | sed 's/\.log$//' | sort
  exit 0
fi
[[ -f $state/logs/$name.log ]] ||
  die "there is no log of '$name': expected one of $(find "$state/logs" -maxdepth 1 -name '*.log' -printf '%f\n' | sed 's/\.log$//' | sort | paste -sd ' ')"
if [[ $follow ]]; then
  exec tail -n 200 -F "$state/logs/$name.log"
fi
exec cat "$state/logs/$name.log"
