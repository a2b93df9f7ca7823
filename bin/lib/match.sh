# shellcheck shell=bash
# find what indicators meet in a log
if wants_help "$@"; then
  cat << 'HELP'
usage: trawl match --format FORMAT (--indicators FILE [--indicators FILE]... | --index FILE)
                   [--allowlist FILE]... [--table] [FILE...]

Prints one JSON object for each detection: {"line":...,"indicator":{"type","value","source","line","id"},
"matched":{"field","value","how"},"suppressed":null,"event":{...}}; "line" is the log's, "indicator"."line" that of its
own file; with several logs each names its "file", too. The same code as the job enrich decides.

  --format FORMAT    squid, combined or squid-combined, as trawl parse has them
  --indicators FILE  indicators, as trawl indicators reads them; given again for another file. With -- behind it, any
                     number: --indicators feed.txt threats.csv -- access.log
  --index FILE       an index that trawl index build or a run of refresh-indicators wrote, instead of --indicators
  --allowlist FILE   allowlists in the form of MISP's warning lists, a file or a folder with files list.json beneath it: what
                     they cover is printed with the list's name as "suppressed"; given again, or with --, as --indicators
  --table            a table for people instead of JSON

FILEs are text, or packed by gzip or zstd, as their first bytes tell; - or none is standard input. A pattern in quotes is
followed here: 'logs/*.gz'. Lines are worked on by all cores and come out in their order.

Lines that are invalid and indicators that cannot be used are counted on stderr.
Exit status: 0 there was a detection, 1 there was none, 2 an error (one line on stderr).
HELP
  exit 0
fi
terminal match "$@"
