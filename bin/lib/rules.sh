# shellcheck shell=bash
# check, list, show, test, explain and backtest rules (Sigma, STIX patterns)
takes \
  '--rules FILE...' 'for show and explain: files and folders of rules (default: setting rules.folder)' \
  "${RULE_OPTIONS[@]}" \
  '--line NUMBER' 'for explain: which line of the log, from 1' \
  '--format FORMAT' "for explain: the log's format, as trawl parse has it" \
  "${FORMATS_OPTION[@]}" \
  "${WITH_OPTION[@]}" \
  '--window START/END' 'for backtest: time range of broker append time, UTC; with --lake the default is all windows' \
  '--source NAME' 'for backtest: name of the source in trawl.conf (default: the only one)' \
  '--lake FOLDER' "for backtest: a lake of trawl sweep, instead of the cluster's" \
  '--conf FILE' "for backtest: settings that differ from the defaults; default: \$TRAWL_CONF, else the local stack's" \
  '--set KEY=VALUE...' 'for backtest: one setting; takes precedence over the file' \
  '--output FORMAT' 'table (default), or json: one object per line; only for list, explain and backtest'
answer_help 'check|list|show ID|test|explain ID|backtest [FILE...]' "$@" << 'HELP'
  trawl rules check FILE...   prints one JSON object for each rule: {"valid":{"file","line","kind","id","name"}},
                              {"refused":{"file","line","reason"}} or {"not_sweepable":{"file","line","reason"}}
  trawl rules list [FILE...]  the rules with id, kind, level, log source and place
  trawl rules show ID         the text of a rule
  trawl rules test [FILE...]  whether each rule fires for the positive samples of its "tests" and for no negative one
  trawl rules explain ID --line N --format FORMAT LOG   part by part, why a rule matches a line or not
  trawl rules backtest [FILE...] --window START/END   what the rules would have found in the lake, per day, with up
                              to ten examples of each rule; writes nothing

FILE is a file or a folder: *.yml and *.yaml are Sigma rules, filters and correlations, *.stix has one STIX pattern per line,
*.json is a STIX bundle. Without FILE it is the setting rules.folder. docs/rules.md shows how to write, test and run a rule.

@options

Exit status: 0 all are valid, listed, shown, tested, or the rule matches; 1 a rule is refused, a sample is not judged as it should
be, or the rule does not match; 2 an error (one line on stderr). For backtest: 0 the rules find something, 1 nothing.
HELP
if [[ ${1:-} == backtest ]]; then
  shift
  ready
  # The lake of a sweep needs no stack.
  [[ " $* " == *" --lake"[\ =]* ]] || use_stack "$@"
  backtest "$@"
fi
terminal rules "$@"
