"""Runs a command and says what it took, as one object of JSON: seconds of wall and CPU time (user and system, its
children included), peak resident memory in bytes of the largest process, seconds to the first byte of its answer (null
where there was none), and its exit status.

Usage: measure.py ANSWER COMMAND [ARGUMENT...]     (ANSWER takes what it prints)
"""

import json
import os
import subprocess
import sys
import time

PIECE = 1 << 16


def main() -> None:
    answer, *command = sys.argv[1:]
    first = None
    begun = time.perf_counter()
    with (
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process,
        open(answer, "wb") as out,
    ):
        while piece := os.read(process.stdout.fileno(), PIECE):
            first = first or time.perf_counter() - begun
            out.write(piece)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
    # Linux counts in KiB, macOS in bytes.
    peak = used.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    took = {
        "wall": wall,
        "cpu": used.ru_utime + used.ru_stime,
        "peak": peak,
        "first": first,
        "status": process.returncode,
    }
    print(json.dumps(took))


if __name__ == "__main__":
    main()
