"""No file of Python or bash is longer than a reader keeps in mind."""

from pathlib import Path

import pytest

HOME = Path(__file__).resolve().parents[2]
MOST = 400
FILES = [
    HOME / "bin" / "trawl",
    *(file for place in ("bin", "dags") for kind in ("py", "sh") for file in sorted((HOME / place).rglob(f"*.{kind}"))),
]


@pytest.mark.parametrize("file", FILES, ids=lambda file: str(file.relative_to(HOME)))
def test_a_file_has_at_most_400_lines(file):
    assert len(file.read_text("utf-8").splitlines()) <= MOST, "split it by what it does"
