import re
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from trawl_dags import settings
from trawl_dags.settings import Settings, SettingsError, Source, duration, instant, iso, properties


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b = c", {"a.b": "c"}),
        ("a=b=c", {"a": "b=c"}),
        ("a: b", {"a": "b"}),
        ("a b c", {"a": "b c"}),
        ("  a =  b  ", {"a": "b"}),
        ("a =", {"a": ""}),
        ("a", {"a": ""}),
        ("# a = b\n! c = d\n\n   # e = f", {}),
        ("a = 1\r\nb = 2\rc = 3", {"a": "1", "b": "2", "c": "3"}),
        ("a = b, \\\n    c", {"a": "b, c"}),
        ("a = b \\\\\nc = d", {"a": "b \\", "c": "d"}),
        ("a\\ b\\=c = d", {"a b=c": "d"}),
        ("a = \\u00e9\\t\\q", {"a": "é\tq"}),
        ("a = ü # not a comment", {"a": "ü # not a comment"}),
        ("a = 1\na = 2", {"a": "2"}),
        ("a = \\uD83D\\uDE00", {"a": "\U0001f600"}),
    ],
)
def test_a_file_is_read_as_java_reads_it(text, expected):
    assert properties(text) == expected


def test_an_escape_that_java_refuses_is_refused_here_too_with_its_file(conf):
    said = r"settings file /.*/trawl\.conf: \\u12 is not an escape: expected four hexadecimal digits"
    with pytest.raises(SettingsError, match=said):
        conf("my.x = \\u12\n")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT1H", timedelta(hours=1)),
        ("pt1m30s", timedelta(seconds=90)),
        ("PT0.5S", timedelta(seconds=0.5)),
        ("P1D", timedelta(days=1)),
        ("P1DT2H", timedelta(hours=26)),
        ("PT0S", timedelta()),
    ],
)
def test_durations_are_iso_8601(text, expected):
    assert duration(text) == expected


@pytest.mark.parametrize("text", ["", "P", "PT", "1h", "PT1", "P1DT", "PT-1H", "P1M", "P1Y"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match="for example PT1H"):
        duration(text)


@pytest.mark.parametrize("text", ["PT1H", "PT1M", "PT24H", "PT1M30S", "PT0.5S", "PT0S"])
def test_a_duration_is_written_as_java_writes_it(text):
    assert iso(duration(text)) == text


def test_an_instant_has_a_zone():
    assert instant("2026-11-24T11:00:00+01:00") == datetime(2026, 11, 24, 10, tzinfo=UTC)
    for text in ("2026-11-24T10:00:00", "2026-11-24", "yesterday", ""):
        with pytest.raises(ValueError, match=r"zone|Invalid isoformat"):
            instant(text)


def test_a_sites_file_wins_over_the_defaults_and_a_key_over_both(conf):
    site = conf("window.margin = PT1S\n")
    assert site.text("window.margin") == "PT1S"
    assert site.text("source.proxy.topic") == "proxy-logs"
    assert Settings.load(overrides={"window.margin": "PT2S"}).duration("window.margin") == timedelta(seconds=2)


def test_the_file_is_the_named_one_else_the_environments_else_the_stacks_else_the_projects(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "HOME", tmp_path)
    for place in ("conf", ".trawl/stack/conf", "env", "named"):
        (tmp_path / place).mkdir(parents=True)
        (tmp_path / place / "trawl.conf").write_text(f"who = {place}\n")
    monkeypatch.setenv("TRAWL_CONF", str(tmp_path / "env/trawl.conf"))
    assert Settings.load(tmp_path / "named/trawl.conf").text("who") == "named"
    assert Settings.load().text("who") == "env"
    monkeypatch.delenv("TRAWL_CONF")
    assert Settings.load().text("who") == ".trawl/stack/conf"
    (tmp_path / ".trawl/stack/conf/trawl.conf").unlink()
    assert Settings.load().text("who") == "conf"
    assert Settings.load().file == tmp_path / "conf/trawl.conf"


def test_a_file_that_is_not_there_is_named():
    with pytest.raises(SettingsError, match=r"settings file /nowhere/trawl\.conf: No such file"):
        Settings.load("/nowhere/trawl.conf")


@pytest.mark.parametrize(
    ("text", "ask", "line"),
    [
        (
            "my.x = PT1",
            lambda s: s.duration("my.x"),
            "setting my.x = PT1: expected an ISO-8601 duration, for example PT1H",
        ),
        ("my.x = many", lambda s: s.number("my.x"), "setting my.x = many: expected a whole number, for example 4"),
        ("my.x = ja", lambda s: s.flag("my.x", True), "setting my.x = ja: expected true or false"),
        (
            "my.x = noon",
            lambda s: s.instant("my.x"),
            "setting my.x = noon: expected an instant, for example 2026-11-24T10:",
        ),
        ("", lambda s: s.text("my.x"), "setting my.x is missing: add 'my.x = ...' to"),
        ("", lambda s: s.source("dns"), "source dns is not in trawl.conf: it has proxy"),
        (
            "source.proxy.window = PT7H",
            lambda s: s.source("proxy"),
            "setting source.proxy.window = PT7H: expected a duration that divides a day",
        ),
        ("source.proxy.window = PT0S", lambda s: s.source("proxy"), "expected a duration that divides a day"),
        ("airflow.sources = a", lambda s: s.sources(), "there is no source a; expected some of proxy"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named_with_an_example(conf, text, ask, line):
    with pytest.raises(SettingsError) as refused:
        ask(conf(text))
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)


def test_sources_come_in_order_of_the_alphabet_unless_airflow_sources_lists_them(conf):
    two = "source.edge.topic = edge-logs\nsource.edge.window = PT15M\n"
    assert conf(two).sources() == ["edge", "proxy"]
    assert conf(f"{two}airflow.sources = proxy, edge").sources() == ["proxy", "edge"]
    assert conf(two).source("edge") == Source("edge", timedelta(minutes=15))
    assert conf("window.default = PT30M\nsource.edge.topic = t").source("edge").window == timedelta(minutes=30)


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("hot.btach", "hot.batch"),
        ("kafka.bootstap", "kafka.bootstrap"),
        ("source.web.fromat", "source.web.format"),
        ("source.proxy", "source.proxy.from"),
        ("job.hot-detect.executor.memry", "job.hot-detect.executor.memory"),
        ("job.slow.config.spark.locality.wait", "job.slow.conf.spark.locality.wait"),
        ("hadop.dfs.replication", "hadoop.dfs.replication"),
        ("lake.catalg.uri", "lake.catalog.uri"),
        ("mine.slow.folder", "rules.folder"),
        ("", "hot.port"),
    ],
)
def test_an_unknown_setting_hears_of_the_nearest(conf, key, nearest):
    said = f"setting {key} (--set) is unknown: did you mean {nearest}? (conf/trawl.conf lists"
    with pytest.raises(SettingsError, match=re.escape(said)):
        Settings.load(overrides={key: "1"})
    if key:
        with pytest.raises(SettingsError, match=rf"setting {re.escape(key)} \(/.*/trawl.conf\) is unknown"):
            conf(f"{key} = 1\n")


@pytest.mark.parametrize(
    "key",
    [
        "source.web.hosts",
        "job.slow.cores",
        "job.slow.conf.spark.locality.wait",
        "spark.conf.spark.locality.wait",
        "hadoop.dfs.replication",
        "lake.catalog.uri",
        "hbase.client.conf.hbase.rpc.timeout",
        "kafka.consumer.fetch.max.wait.ms",
        "kafka.producer.linger.ms",
        "my.slow.folder",
    ],
)
def test_keys_of_other_sources_of_a_job_and_of_families_are_known(conf, key):
    assert conf(f"{key} = 1\n").text(key) == "1"


PROJECT = settings.HOME
ASKS = re.compile(r"\.(?:text|number|duration|list|listed|under|flag|instant)\((?=\s*([^;]{1,160}))")
WORD = r'(?:f?"[^"]*"|[\w.]+(?:\(\))?(?:\.\w+\(\))*)'
NAMED = re.compile(rf"{WORD}(?:\s*\+\s*{WORD})*")
CONSTANT = re.compile(
    r'^\s*(?:(?:private|public|static|final|String)\s+)*([A-Z_]{2,})(?::\s*\w+)?\s*=\s*"([^"]+)"', re.MULTILINE
)
LOCAL = re.compile(r'\bString (\w+) =\s*((?:"[^"]*"|[\w.()]+)(?:\s*\+\s*(?:"[^"]*"|[\w.()]+))+);')


def sources():
    """Every file of code that asks for settings: of jobs, DAGs, the local stack and the benchmarks."""
    for place in ("jobs/**/src/main/java/**/*.java", "integration-tests/stack/src/main/java/**/*.java", "dags/**/*.py"):
        for source in PROJECT.glob(place):
            # Flume's configuration has a class Context with the same methods.
            if "/tests/" not in source.as_posix() and "org.apache.flume" not in source.read_text("utf-8"):
                yield source


def keys_of(text: str) -> set[str]:
    """Keys that code names where it asks for one: as text, by a constant, or put together.

    What it does not know of a name that is put together ("source." + name + ".kind") is an x in it.
    """
    constants = dict(CONSTANT.findall(text))
    local = dict(LOCAL.findall(text))
    found = set()
    for asked in ASKS.findall(text):
        expression = NAMED.match(asked)
        if expression is None:
            continue
        words = re.findall(WORD, local.get(expression[0], expression[0]))
        words = [part for word in words for part in re.findall(WORD, local.get(word, word))]
        names = [
            re.sub(r"\{[^}]*\}", "x", word.lstrip("f").strip('"'))
            if word.lstrip("f").startswith('"')
            else constants.get(word, "x")
            for word in words
        ]
        key = "".join(names)
        # Of a key whose end is not known nothing can be said.
        if names[-1] == "x" or words[-1].endswith('}"'):
            continue
        if re.fullmatch(r"[a-z][a-z0-9-]*\.[a-zA-Z0-9._-]*", key):
            found.add(key)
    return found


def keys_read() -> dict[str, str]:
    """Every key that is read, and a file that does."""
    return {key: source.name for source in sources() for key in keys_of(source.read_text(encoding="utf-8"))}


def test_keys_are_found_however_code_names_them():
    java = """
        static final String MOST = "audit.observables";
        String prefix = "source." + name + ".";
        String own = "job." + job.name() + ".driver.lines";
        settings.number(MOST); settings.text(prefix + "format"); settings.text(own, "").isEmpty();
        settings.duration("hot.batch"); settings.list("source." + run.source().name() + ".retired");
        settings.under("job." + job.name() + ".conf."); other.text(value); "x".substring(1);
    """
    assert keys_of(java) == {
        *("audit.observables", "source.x.format", "job.x.driver.lines", "hot.batch", "source.x.retired", "job.x.conf."),
    }
    assert keys_of('settings.text(f"job.{job}.{key}", "1"); s.number("airflow.retries", 4)') == {"airflow.retries"}


def test_every_key_that_is_read_stands_in_trawl_conf():
    text = (PROJECT / "conf" / "trawl.conf").read_text(encoding="utf-8")
    known = settings.Known(properties(text), text)
    read = keys_read()
    assert {
        *(
            "hot.batch",
            "spark.dist",
            "spark.ui",
            "hbase.compression",
            "hadoop.",
            "audit.observables",
            "maintain.orphans",
        ),
        *("source.x.format", "source.x.kind", "job.x.driver.lines", "job.x.conf.", "airflow.url"),
    } <= read.keys()
    unknown = {key: file for key, file in read.items() if not known.has(key) and not known.has(f"{key}x")}
    # The beginning of keys that are put together, and the stack's own.
    own = {*properties((PROJECT / "conf" / "stack.conf").read_text(encoding="utf-8")), "env.", "source.", "job."}
    assert {key: file for key, file in unknown.items() if key not in own} == {}


def test_every_key_of_trawl_conf_is_read():
    code = "".join(
        source.read_text(encoding="utf-8")
        for place in ("jobs/**/src/main/java/**/*.java", "dags/**/*.py", "bin/lib/**/*.py")
        for source in PROJECT.glob(place)
        if "/tests/" not in source.as_posix()
    )
    names = properties((PROJECT / "conf" / "trawl.conf").read_text(encoding="utf-8"))
    written = {key: key.removeprefix("source.proxy.").removeprefix("job.") for key in names}
    assert not [
        key
        for key, name in written.items()
        if f'"{name}"' not in code
        and f'.{name}"' not in code
        and f'"{key}"' not in code
        and not key.startswith("hadoop.")
    ]


def test_every_key_of_trawl_conf_is_explained():
    lines = (PROJECT / "conf" / "trawl.conf").read_text(encoding="utf-8").splitlines()
    bare = [line for before, line in pairwise(lines) if not before and re.match("[a-z]", line)]
    assert not bare
