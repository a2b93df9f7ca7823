# shellcheck shell=bash
# find in a log what indicators and rules describe
takes \
  '!--format FORMAT' "the log's format, as trawl parse has it: a name, a file, several, or auto" \
  "${FORMATS_OPTION[@]}" \
  "${WITH_OPTION[@]}" \
  '--indicators FILE...' 'indicators, as trawl indicators reads them; put -- after several files: --indicators feed.txt threats.csv -- access.log' \
  '--index FILE' 'an index that trawl index build or a run of refresh-indicators wrote, instead of --indicators' \
  '--allowlist FILE...' 'allowlists in the form of the warning lists of MISP: a file, or a folder that contains files list.json. A detection that a list covers is printed with the name of the list as "suppressed"' \
  '--rules FILE...' 'rules: files and folders of Sigma rules (*.yml), STIX patterns (*.stix) and STIX bundles (*.json)' \
  "${RULE_OPTIONS[@]}" \
  '--strict' 'refuse all rules if one of them cannot be run' \
  "${JSON_OPTION[@]}"
answer_help '[FILE...]' "$@" << 'HELP'
Prints one JSON object for each detection: {"line":...,"indicator":{"type","value","source","line","id"},
"matched":{"field","value","how"},"suppressed":null,"event":{...}}; "line" counts in the log, "indicator"."line" in
the file of the indicator. With several logs each object also has its "file". The job enrich decides with the same code.
Without --indicators, --index and --rules the rules of the setting rules.folder are run; if it is empty, one of them is needed.

With --rules it prints one object for each rule that an event meets: {"rule":{"id","name"},"line":...,"level","score",
"why":[{"selection","field","value","part"}],"event":{...}}, and at the end one for each group that a correlation finds:
{"rule":{"id","name"},"group":{...},"lines":[...]}. A rule that cannot be run comes first: {"refused":{"file","line","reason"}};
the others are run. A rule whose fields no event has is named on stderr. docs/rules.md says more.

@options

A FILE is text, gzip or zstd; its first bytes say which. - or no FILE is standard input. A pattern in quotes is expanded:
'logs/*.gz'. All cores work; the output keeps the order of the lines.

Lines that are invalid and indicators that cannot be used are counted on stderr.
Exit status: 0 there was a detection, 1 there was none, 2 an error (one line on stderr).
HELP
terminal match "$@"
