# shellcheck shell=bash
# write a bill of materials, Java and Python, as CycloneDX
takes \
  '--output FILE' 'file of the bill (default: target/dist/bom.json); - is standard output'
answer_help '' "$@" << 'HELP'
Writes a bill of materials (CycloneDX 1.6, JSON). It lists each jar that Trawl ships or starts: Trawl's own, those of
target/dist/lib, those in Trawl's terminal jar, Spark's, and those of the local stack's servers. Parts inside a jar are listed
below it.
The bill also lists each Python package of dags/requirements.lock. A part has its package URL, its SHA-256, its licence where the
part names one, and the places that use it (trawl:used-by).

@options

Everything is read from the disk, nothing from a network. The same files give the same bill; docs/versions.md
explains the versions.
HELP
output=$TRAWL_DIST/bom.json
while (($#)); do
  case $1 in
    --output=*) output=${1#*=} ;;
    --output)
      (($# > 1)) || die "--output needs a file, for example --output bom.json"
      output=$2
      shift
      ;;
    *) die "'$1' is unknown: expected --output FILE or nothing" ;;
  esac
  shift
done
[[ -n $output ]] || die "--output is empty: expected a file, for example --output bom.json"
[[ $output == - || -d $(dirname -- "$output") || $output == "$TRAWL_DIST/bom.json" ]] ||
  die "the folder of '$output' is missing: expected a file in a folder that exists, for example bom.json"
[[ ! -d $output ]] || die "'$output' is a folder: expected a file, for example bom.json"
ready
PYTHONPATH=$TRAWL_HOME/bin/lib exec "$TRAWL_VENV/bin/python" -P -m bom "$output"
