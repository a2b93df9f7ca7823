# shellcheck shell=bash
# The help of a sub-command, made from its options; it starts, installs and builds nothing.
#
# A sub-command first says with `takes` which options it takes, in pairs: an option with its value's name, and what it does. A
# leading ! marks a required option, ... at the end one that may be repeated: '!--format FORMAT', '--set KEY=VALUE...'.
# Then it calls `answer_help OPERANDS "$@"` with its text as standard input. dags/tests/test_help.py and a
# HelpTest of each Java program check that a command takes exactly the options of its help.

options=()

# takes [OPTION TEXT]...: the options of the sub-command.
takes() {
  options=("$@")
}

# Options that many sub-commands have.
# shellcheck disable=SC2034
SETTING_OPTIONS=(
  '--conf FILE' "settings that differ from the defaults (conf/trawl.conf); default: \$TRAWL_CONF, else the local stack's"
  '--set KEY=VALUE...' 'one setting; takes precedence over the file'
)
# shellcheck disable=SC2034
STATE_OPTION=('--state FOLDER' "the local stack's folder (default: .trawl/stack, or the demo's, if only that one runs)")
# shellcheck disable=SC2034
TABLE_OPTION=('--output FORMAT' 'table (default), or json: one object per line')
# shellcheck disable=SC2034
FORMATS_OPTION=('--formats FOLDER' "your own formats, one .yaml file each; yours takes precedence over one of Trawl's with the same name (default: setting formats.folder)")
# shellcheck disable=SC2034
WITH_OPTION=('--with KEY=VALUE...' "what a generic format (csv, w3c, json, key-value, format-string) is to know of the lines, for example --with columns=timestamp,source_address,url_original (docs/formats.md)")
# shellcheck disable=SC2034
RULE_OPTIONS=(
  '--placeholders FILE' 'the values for %name% in Sigma rules with the modifier expand: a YAML file with a list for each name (default: setting rules.placeholders)'
  '--fields FILE' "names of fields in your rules that Trawl does not know: a YAML file, docs/rules.md (default: setting rules.fields)"
  '--stix-mapping FILE' 'where objects of STIX patterns are in an event, in addition to the shipped mapping: a YAML file, docs/stix.md (default: setting rules.stix.mapping)'
)
# shellcheck disable=SC2034
JSON_OPTION=('--output FORMAT' 'json (default): one object per line; or table')

# wants_help ARGS: whether --help or -h is among the options.
wants_help() {
  local word
  for word; do
    case $word in
      --) return 1 ;;
      --help | -h) return 0 ;;
    esac
  done
  return 1
}

# answer_help OPERANDS ARGS: if the arguments ask for it, prints the help and ends: usage, the text of standard input up to a
# line @options, the options, the rest of the text.
answer_help() {
  local operands=$1 line
  shift
  wants_help "$@" || return 0
  usage_line "$operands"
  echo
  while IFS= read -r line; do
    if [[ $line == @options ]]; then
      option_lines
    else
      printf '%s\n' "$line"
    fi
  done
  exit 0
}

# usage_line OPERANDS: the synopsis, made from the options.
usage_line() {
  local at word more words=()
  for ((at = 0; at < ${#options[@]}; at += 2)); do
    word=${options[at]} more=''
    [[ $word != *... ]] || word=${word%...} more=...
    if [[ $word == !* ]]; then
      word=${word#!}
      [[ -z $more ]] || more=" [$word]..."
    else
      word="[$word]"
    fi
    words+=("$word$more")
  done
  [[ -z $1 ]] || words+=("$1")
  wrapped "usage: trawl $TRAWL_SUBCOMMAND" "${words[@]}"
}

# option_lines: each option with what it does, in two columns.
option_lines() {
  local at name width=10 all=("${options[@]}" --help 'this text')
  for ((at = 0; at < ${#all[@]}; at += 2)); do
    name=${all[at]#!} name=${name%...}
    ((${#name} <= width)) || width=${#name}
  done
  for ((at = 0; at < ${#all[@]}; at += 2)); do
    name=${all[at]#!}
    # The words of the text, one by one.
    # shellcheck disable=SC2086
    set -f && wrapped "$(printf "  %-${width}s " "${name%...}")" ${all[at + 1]} && set +f
  done
}

# wrapped START WORD...: the words after the start, in lines of at most 120 characters.
wrapped() {
  local line=$1 indent=${#1} word begun=''
  shift
  for word; do
    if [[ $begun ]] && ((${#line} + ${#word} + 1 > 120)); then
      printf '%s\n' "$line"
      printf -v line '%*s' "$indent" ''
    fi
    line+=" $word" begun=yes
  done
  printf '%s\n' "$line"
}

# unknown_option WORD: ends, with the options that there are.
unknown_option() {
  local at names=''
  for ((at = 0; at < ${#options[@]}; at += 2)); do
    names+="${names:+, }$(option_name "${options[at]}")"
  done
  die "option $1 is unknown: expected ${names:-none} (--help explains them)"
}

# refuse_unknown ARGS: ends if one of the options is not the command's, before anything is installed or built.
refuse_unknown() {
  local word name at known value=''
  for word; do
    if [[ $value ]]; then
      value=''
      continue
    fi
    [[ $word != -- ]] || return 0
    [[ $word == --* ]] || continue
    known=''
    for ((at = 0; at < ${#options[@]}; at += 2)); do
      name=$(option_name "${options[at]}")
      [[ ${word%%=*} == "$name" ]] || continue
      known=yes
      [[ $word == *=* || ${options[at]} != *' '* ]] || value=yes
    done
    [[ $known ]] || unknown_option "${word%%=*}"
  done
}

# option_name OPTION: without the marks and the name of its value.
option_name() {
  local name=${1#!}
  name=${name%...}
  printf '%s' "${name%% *}"
}

# require_format WORD: ends where --output has another value than json or table.
require_format() {
  [[ $1 == json || $1 == table ]] || die "--output $1: expected json or table"
}
