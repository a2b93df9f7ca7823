# shellcheck shell=bash
# print who contacted a domain, an address or a range, or sent a user agent, and when
takes \
  '--user-agent TEXT' "instead of VALUE: who sent this user agent, exactly as the log has it, for example 'curl/8.5.0'" \
  '--since TIME' 'from this time on: an instant (2026-11-24T10:00:00Z) or a duration back from now (PT1H, P7D)' \
  '--limit N' 'at most N (default: 100)' \
  "${TABLE_OPTION[@]}" \
  "${SETTING_OPTIONS[@]}"
answer_help '[VALUE]' "$@" << 'HELP'
Prints who contacted VALUE, a domain (with its subdomains), an address or a range, for example evil.example, 192.0.2.1 or
192.0.2.0/24, and when: newest first, one line per value, client and window. The last line says how many there are.

@options

Exit status: 0 answered, 1 a server does not answer or something else failed, 2 a bad argument (one line on stderr).
HELP
ready
use_stack "$@"
query sightings "$@"
