# shellcheck shell=bash
# What the machine must have: Java, Maven, Python, disk.

# require_java: a JDK 17, found and exported as JAVA_HOME.
require_java() {
  local javac version
  if [[ -n ${JAVA_HOME:-} ]]; then
    [[ -x $JAVA_HOME/bin/javac ]] ||
      die "JAVA_HOME is $JAVA_HOME, which has no bin/javac: point it at a JDK 17, or unset it to use the one on the PATH"
  else
    javac=$(command -v javac) ||
      die "no JDK: install a JDK 17 (Debian: apt-get install openjdk-17-jdk-headless), or set JAVA_HOME"
    javac=$(readlink -f "$javac")
    JAVA_HOME=${javac%/bin/javac}
  fi
  version=$("$JAVA_HOME/bin/javac" -version 2>&1) || die "$JAVA_HOME/bin/javac does not run: $version"
  # The last line: above it a JVM may say which options it was given by the environment.
  version=${version##*$'\n'}
  [[ $version =~ ^javac\ 17([.+-]|$) ]] ||
    die "Trawl builds and runs on Java 17, but $JAVA_HOME has '$version': set JAVA_HOME to a JDK 17"
  export JAVA_HOME
}

# find_java: a Java 17 to run on, as JAVA_HOME; without starting it, since that takes as long as some commands.
find_java() {
  local java line version=
  if [[ -z ${JAVA_HOME:-} ]]; then
    java=$(command -v java) ||
      die "no Java: install Java 17 (Debian: apt-get install openjdk-17-jdk-headless), or set JAVA_HOME"
    java=$(readlink -f "$java")
    JAVA_HOME=${java%/bin/java}
  fi
  [[ -x $JAVA_HOME/bin/java ]] ||
    die "JAVA_HOME is $JAVA_HOME, which has no bin/java: point it at a Java 17, or unset it to use the one on the PATH"
  if [[ -r $JAVA_HOME/release ]]; then
    while read -r line; do
      [[ $line != JAVA_VERSION=* ]] || version=${line#JAVA_VERSION=}
    done < "$JAVA_HOME/release"
  else
    version=$("$JAVA_HOME/bin/java" -version 2>&1 | sed -n '1s/.* version //p')
  fi
  [[ $version =~ ^\"17([.+-]|\") ]] ||
    die "Trawl runs on Java 17, but $JAVA_HOME is ${version:-of no version that it says}: set JAVA_HOME to a Java 17"
  export JAVA_HOME
}

require_maven() {
  command -v mvn > /dev/null ||
    die "no Maven: install Maven 3.8 or newer (Debian: apt-get install maven)"
}

# find_python: prints a Python 3.11, or ends.
find_python() {
  local candidate found=()
  for candidate in ${TRAWL_PYTHON:+"$TRAWL_PYTHON"} python3.11 python3 python; do
    command -v "$candidate" > /dev/null || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' 2> /dev/null; then
      command -v "$candidate"
      return
    fi
    found+=("$candidate is $("$candidate" -V 2>&1 || true)")
  done
  if ((${#found[@]})); then
    die "Trawl needs Python 3.11, but ${found[0]}: install python3.11, or set TRAWL_PYTHON to one"
  fi
  die "no Python: install Python 3.11 (Debian: apt-get install python3 python3-venv), or set TRAWL_PYTHON to one"
}

# require_disk GB FOR: free room where .trawl lies.
require_disk() {
  local free
  free=$(df -Pk "$TRAWL_HOME" | awk 'NR == 2 { print int($4 / 1048576) }')
  ((free >= $1)) ||
    die "the disk of $TRAWL_HOME has $free GB free, but $2 needs $1 GB for .trawl and target: free some space"
}
