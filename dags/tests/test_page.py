"""The page "Hot path", asked as a browser asks it: of Airflow's own API server, which has loaded the plugin."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from airflow import settings as airflow_settings
from airflow.api_fastapi.app import create_app, get_auth_manager
from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser
from airflow.models.revoked_token import RevokedToken
from fastapi.testclient import TestClient

from trawl_dags import page

BEAT = {
    "source": "proxy",
    "run_id": "hot-detect-1",
    "driver": "driver-20261124100000-0001",
    "state": "running",
    "because": None,
    "started": "2026-11-24T09:00:00Z",
    "last_sign": "2026-11-24T10:00:29.500Z",
    "batches": 1234,
    "lines": 9876543,
    "lines_per_second": 5000.4,
    "batch_ms": {"p50": 41, "p99": 95, "max": 1402},
    "lag_lines": 12345,
    "lag_seconds": 3.25,
    "caught_up_in_seconds": 61.2,
    "detections": 17,
    "alerts": 13,
    "suppressed": 4,
    "invalid": 5,
    "invalid_by": {"bad-url": 3, "bad-time": 2},
    "append_to_alert_ms": {"count": 13, "p50": 410, "p95": 600, "p99": 880, "max": 901},
    "event_to_alert_ms": {"count": 13, "p50": 1410, "p95": 1600, "p99": 1880, "max": 1901},
    "snapshot": "20261124T030000Z",
    "snapshot_since": "2026-11-24T03:00:12Z",
    "snapshot_refused": None,
    "metrics": "http://127.0.0.1:4040/metrics/prometheus",
}


@pytest.fixture(scope="module")
def server():
    app = create_app(apps="core")
    # The one table that a token is checked with.
    RevokedToken.metadata.create_all(airflow_settings.engine, tables=[RevokedToken.__table__])
    return app


def token(role="viewer", **kwargs):
    return get_auth_manager().generate_jwt(SimpleAuthManagerUser(username="viewer", role=role), **kwargs)


@pytest.fixture
def viewer(server):
    return TestClient(server, cookies={COOKIE_NAME_JWT_TOKEN: token()})


@pytest.fixture
def beats(conf, tmp_path):
    """Write heartbeats as hot jobs do; other settings first."""

    def write(text="", /, **sources):
        conf(text)
        for source, beat in sources.items():
            file = tmp_path / "reports" / "hot" / source / "heartbeat.json"
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(json.dumps({**BEAT, "at": datetime.now(UTC).isoformat(), **beat}))

    return write


@pytest.mark.parametrize("path", ["/trawl/hot", "/trawl/hot/tables"])
def test_nobody_sees_it_who_is_not_logged_in(server, beats, path):
    beats(proxy={})
    stranger = TestClient(server)
    assert stranger.get(path).status_code == 401
    late = {"Authorization": f"Bearer {token(expiration_time_in_seconds=-60)}"}
    assert stranger.get(path, headers=late).status_code == 401
    # Airflow's own answer to a token that is none.
    forged = {"Authorization": f"Bearer {token()[:-6]}AAAAAA"}
    assert stranger.get(path, headers=forged).status_code == 403
    assert "driver-" not in stranger.get(path, headers=forged).text


@pytest.mark.parametrize("path", ["/trawl/hot", "/trawl/hot/tables"])
def test_a_cookie_or_a_bearer_token_of_airflow_opens_it(server, viewer, beats, path):
    beats(proxy={})
    bearer = TestClient(server, headers={"Authorization": f"Bearer {token()}"})
    for caller in (viewer, bearer):
        answer = caller.get(path)
        assert answer.status_code == 200
        assert "driver-20261124100000-0001" in answer.text
        assert answer.headers["cache-control"] == "no-store"


def test_who_may_not_see_the_dag_sees_no_heartbeat(server, beats):
    beats(proxy={})
    nobody = TestClient(server, cookies={COOKIE_NAME_JWT_TOKEN: token(role=None)})
    answer = nobody.get("/trawl/hot")
    assert "No source of trawl.conf has a DAG that you may see." in answer.text
    assert "driver-" not in answer.text


def test_all_figures_are_there(viewer, beats):
    beats("spark.ui = http://127.0.0.1:8080\n", proxy={})
    text = viewer.get("/trawl/hot/tables").text
    for shown in (
        '<h2>proxy <b class="good">running</b></h2>',
        "<tr><th>lag</th><td>12,345 lines, 3.2 s</td></tr>",
        "<tr><th>caught up in</th><td>61 s</td></tr>",
        "<tr><th>lines</th><td>5,000 a second, 9,876,543 since its start</td></tr>",
        "<tr><th>batch time, ms</th><td>p50 41, p99 95, max 1,402</td></tr>",
        "<tr><th>append to alert, ms</th><td>p50 410, p95 600, p99 880, max 901, count 13</td></tr>",
        "<tr><th>event to alert, ms</th><td>p50 1,410, p95 1,600, p99 1,880, max 1,901, count 13</td></tr>",
        "<tr><th>detections</th><td>17, suppressed 4</td></tr>",
        "<tr><th>alerts</th><td>13</td></tr>",
        "<tr><th>invalid</th><td>5, bad-time 2, bad-url 3</td></tr>",
        "<tr><th>snapshot</th><td>20261124T030000Z, since 2026-11-24T03:00:12Z</td></tr>",
        '<a href="http://127.0.0.1:8080" target="_blank" rel="noreferrer">driver-20261124100000-0001</a>',
        '<a href="http://127.0.0.1:4040/metrics/prometheus" target="_blank"',
    ):
        assert shown in text
    assert "because" not in text
    assert "refused" not in text


def test_what_is_wrong_is_seen(viewer, beats):
    refused = {"snapshot": "s2", "why": "no index file"}
    beats(proxy={"state": "waiting", "because": "HBase does not answer", "snapshot_refused": refused})
    text = viewer.get("/trawl/hot/tables").text
    assert '<b class="wait">waiting</b>' in text
    assert "<tr><th>because</th><td>HBase does not answer</td></tr>" in text
    assert "<tr><th>refused snapshot</th><td>s2: no index file</td></tr>" in text
    # Where the lake does not answer, it is not known which is the newest.
    beats(proxy={"snapshot_refused": {"snapshot": None, "why": "HDFS does not answer"}})
    text = viewer.get("/trawl/hot/tables").text
    assert "<tr><th>refused snapshot</th><td>newest: HDFS does not answer</td></tr>" in text


def test_an_old_heartbeat_is_none_unless_it_was_the_last_word(viewer, beats):
    old = (datetime.now(UTC) - timedelta(seconds=60)).isoformat()
    beats(proxy={"at": old})
    assert '<b class="bad">no heartbeat</b>' in viewer.get("/trawl/hot/tables").text
    beats(proxy={"at": old, "state": "stopped"})
    assert '<b class="bad">stopped</b>' in viewer.get("/trawl/hot/tables").text


def test_a_source_without_a_heartbeat_and_a_store_that_is_away_are_said(viewer, beats, conf):
    beats()
    assert "No hot job of this source has left a heartbeat yet." in viewer.get("/trawl/hot/tables").text
    conf("reports.url = webhdfs://127.0.0.1:1/trawl/reports\n")
    text = viewer.get("/trawl/hot/tables").text
    assert '<b class="bad">unknown</b>' in text
    assert "Connection refused" in text


def test_no_heartbeat_brings_markup_or_a_script(viewer, beats):
    bad = '<script>alert("1")</script>'
    beats(
        proxy={"because": bad, "driver": bad, "snapshot": bad, "invalid_by": {bad: 1}, "metrics": "javascript:alert(1)"}
    )
    text = viewer.get("/trawl/hot/tables").text
    assert "<script" not in text
    assert text.count("&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;") == 4
    assert "href" not in text


def test_a_heartbeat_that_says_nothing_is_still_a_table():
    assert "<tr><th>lag</th><td>- lines, - s</td></tr>" in page.table("proxy", {})


def test_a_dags_tab_has_its_source_and_the_menus_page_has_all(viewer, beats):
    two = "source.web.topic = web-logs\nairflow.sources = proxy, web\n"
    beats(two, proxy={}, web={"source": "web", "driver": "driver-20261124100000-0002"})
    found = {
        dag: [end for end in ("0001", "0002") if f"driver-20261124100000-{end}" in text]
        for dag, text in (
            (dag, viewer.get("/trawl/hot", params={"dag": dag}).text)
            for dag in ("hot_detections", "sweep", "hot_detections_web", "sweep_web", "refresh_indicators", "")
        )
    }
    assert found == {
        "hot_detections": ["0001"],
        "sweep": ["0001"],
        "hot_detections_web": ["0002"],
        "sweep_web": ["0002"],
        "refresh_indicators": ["0001", "0002"],
        "": ["0001", "0002"],
    }


def test_the_page_needs_nothing_from_elsewhere_and_renews_itself(viewer, beats):
    beats(proxy={"metrics": None})
    text = viewer.get("/trawl/hot").text
    assert "http://" not in text
    assert "https://" not in text
    assert "setTimeout(renew, 2000)" in text
    assert "prefers-color-scheme: dark" in text


def test_settings_that_cannot_be_used_are_one_line(viewer, beats):
    beats("airflow.sources = dns\n")
    answer = viewer.get("/trawl/hot")
    assert answer.status_code == 500
    assert "there is no source dns" in answer.json()["detail"]


def test_airflows_ui_knows_where_to_show_it(viewer):
    (plugin,) = [found for found in viewer.get("/api/v2/plugins").json()["plugins"] if found["name"] == "trawl"]
    assert [(view["destination"], view["category"], view["href"]) for view in plugin["external_views"]] == [
        ("nav", "browse", "/trawl/hot"),
        ("dag", None, "/trawl/hot?dag={DAG_ID}"),
        ("dag_run", None, "/trawl/hot?dag={DAG_ID}"),
    ]
