"""The page "Hot path" in Airflow's UI: the heartbeats of all sources, or of one DAG's, renewed every two seconds."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from html import escape
from typing import Annotated, Any

from airflow.api_fastapi.app import get_auth_manager
from airflow.api_fastapi.auth.managers.models.base_user import BaseUser
from airflow.api_fastapi.auth.managers.models.resource_details import DagDetails
from airflow.api_fastapi.core_api.security import get_user
from fastapi import Depends, FastAPI, HTTPException
from fastapi.responses import HTMLResponse

from trawl_dags.defaults import dag_id
from trawl_dags.heartbeat import age
from trawl_dags.reports import Heartbeats, Report
from trawl_dags.settings import Settings, SettingsError

HOT = "hot_detections"

# Whoever sees the page is logged in at Airflow, by cookie or bearer token; anybody else gets 401.
User = Annotated[BaseUser, Depends(get_user)]

app = FastAPI(title="Trawl", docs_url=None, redoc_url=None, openapi_url=None)

_store: list[Heartbeats] = []
_lock = threading.Lock()


@app.get("/hot", response_class=HTMLResponse)
def page(user: User, dag: str = "") -> HTMLResponse:
    """Give the page.

    :param dag: a DAG: the sources that it works on; any other, and none: all sources
    """
    return _html(PAGE.replace("<!--tables-->", tables(_sources(user, dag))))


@app.get("/hot/tables", response_class=HTMLResponse)
def fragment(user: User, dag: str = "") -> HTMLResponse:
    """Give what the page renews."""
    return _html(tables(_sources(user, dag)))


def tables(sources: Iterable[str]) -> str:
    """One table a source, as HTML."""
    settings = Settings.load()
    beats = _beats(settings)
    parts = []
    for source in sources:
        try:
            beat = beats.read(source)
        except OSError as e:
            parts.append(_section(source, "unknown", _note(str(e))))
        else:
            if beat is None:
                parts.append(
                    _section(source, "never ran", _note("No hot job of this source has left a heartbeat yet."))
                )
            else:
                parts.append(table(source, beat, settings.text("spark.ui", "")))
    return "\n".join(parts) or _note("No source of trawl.conf has a DAG that you may see.")


def table(source: str, beat: Report, master: str = "") -> str:
    """One heartbeat as HTML.

    :param master: address of the Spark master's page; empty: unknown
    """
    old = age(beat)
    state = str(beat.get("state"))
    late = old is not None and old > LATE and state not in ("stopped", "superseded")
    batch, refused = _of(beat, "batch_ms"), _of(beat, "snapshot_refused")
    rows = [
        ("because", _text(beat.get("because")) if beat.get("because") else ""),
        ("heartbeat", f"{_text(beat.get('at'))}{f' ({old:,.0f} s ago)' if old is not None else ''}"),
        ("lag", f"{_number(beat.get('lag_lines'))} lines, {_number(beat.get('lag_seconds'), 1)} s"),
        ("caught up in", _seconds(beat.get("caught_up_in_seconds"))),
        ("lines", f"{_number(beat.get('lines_per_second'))} a second, {_number(beat.get('lines'))} since its start"),
        ("batches", _number(beat.get("batches"))),
        ("batch time, ms", _spread(batch, "p50", "p99", "max")),
        ("append to alert, ms", _spread(_of(beat, "append_to_alert_ms"), "p50", "p95", "p99", "max", "count")),
        ("event to alert, ms", _spread(_of(beat, "event_to_alert_ms"), "p50", "p95", "p99", "max", "count")),
        ("detections", f"{_number(beat.get('detections'))}, suppressed {_number(beat.get('suppressed'))}"),
        ("alerts", _number(beat.get("alerts"))),
        ("invalid", f"{_number(beat.get('invalid'))}{_reasons(_of(beat, 'invalid_by'))}"),
        ("snapshot", f"{_text(beat.get('snapshot'))}, since {_text(beat.get('snapshot_since'))}"),
        ("refused snapshot", _refused(refused) if refused else ""),
        ("started", _text(beat.get("started"))),
        ("run", _text(beat.get("run_id"))),
        ("driver", _link(beat.get("driver"), master)),
        ("metrics", _link(beat.get("metrics"), beat.get("metrics"))),
    ]
    body = "".join(f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in rows if value)
    return _section(source, "no heartbeat" if late else state, f"<table>{body}</table>")


LATE = 20.0
"""Seconds after which a heartbeat is shown as missing."""

_COLOURS = {"running": "good", "starting": "wait", "waiting": "wait", "stopping": "wait"}


def _section(source: str, state: str, content: str) -> str:
    look = _COLOURS.get(state, "bad")
    return f'<section><h2>{_text(source)} <b class="{look}">{_text(state)}</b></h2>{content}</section>'


def _note(text: str) -> str:
    return f"<p>{_text(text)}</p>"


def _text(value: object) -> str:
    return "-" if value is None else escape(str(value))


def _number(value: object, digits: int = 0) -> str:
    return f"{value:,.{digits}f}" if isinstance(value, int | float) else "-"


def _seconds(value: object) -> str:
    return f"{_number(value)} s" if value else ""


def _spread(found: Report, *names: str) -> str:
    return ", ".join(f"{name} {_number(found.get(name))}" for name in names)


def _reasons(found: Report) -> str:
    return "".join(f", {_text(reason)} {_number(count)}" for reason, count in sorted(found.items()))


def _refused(found: Report) -> str:
    return f"{_text(found.get('snapshot') or 'newest')}: {_text(found.get('why'))}"


def _link(shown: object, address: object) -> str:
    if isinstance(address, str) and address.startswith(("http://", "https://")):
        return f'<a href="{escape(address)}" target="_blank" rel="noreferrer">{_text(shown)}</a>'
    return _text(shown)


def _of(beat: Report, key: str) -> dict[str, Any]:
    found = beat.get(key)
    return found if isinstance(found, dict) else {}


def _html(text: str) -> HTMLResponse:
    return HTMLResponse(text, headers={"Cache-Control": "no-store"})


def _sources(user: BaseUser, dag: str) -> list[str]:
    """Sources whose DAG the user may see; of one DAG's, where it has some."""
    try:
        sources = Settings.load().sources()
    except SettingsError as e:
        raise HTTPException(500, str(e)) from None
    dags = {source: [dag_id(kind, index, source) for kind in (HOT, "sweep")] for index, source in enumerate(sources)}
    wanted = [source for source in sources if dag in dags[source]] or sources
    return [source for source in wanted if _may_see(user, dags[source][0])]


def _may_see(user: BaseUser, dag: str) -> bool:
    return get_auth_manager().is_authorized_dag(method="GET", details=DagDetails(id=dag), user=user)


def _beats(settings: Settings) -> Heartbeats:
    """One reader for all callers, so that a file system that hangs holds one thread a source and no more."""
    with _lock:
        if not _store or _store[0].settings != settings:
            _store[:] = [Heartbeats(settings)]
        return _store[0]


PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="color-scheme" content="light dark">
<title>Hot path</title>
<style>
:root { color-scheme: light dark; --line: #d4d4d8; --dim: #52525b; --good: #15803d; --wait: #a16207; --bad: #b91c1c; }
@media (prefers-color-scheme: dark) {
  :root { --line: #3f3f46; --dim: #a1a1aa; --good: #4ade80; --wait: #facc15; --bad: #f87171; }
}
body { font: 14px/1.5 system-ui, sans-serif; margin: 1rem; }
main { display: flex; flex-wrap: wrap; gap: 1rem 3rem; }
h2 { font-size: 1.1rem; margin: 0 0 .5rem; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { border-top: 1px solid var(--line); padding: .2rem .8rem .2rem 0; text-align: left; vertical-align: top; }
th { color: var(--dim); font-weight: normal; white-space: nowrap; }
td { overflow-wrap: anywhere; }
.good { color: var(--good); } .wait { color: var(--wait); } .bad { color: var(--bad); }
#trouble { color: var(--bad); }
</style>
<noscript><meta http-equiv="refresh" content="2"></noscript>
</head>
<body>
<p id="trouble" role="status"></p>
<main><!--tables--></main>
<script>
const main = document.querySelector("main"), trouble = document.getElementById("trouble");
const address = location.pathname + "/tables" + location.search;
async function renew() {
  try {
    const answer = await fetch(address, {cache: "no-store", credentials: "same-origin"});
    if (!answer.ok) throw new Error("Airflow answers " + answer.status);
    main.innerHTML = await answer.text();
    trouble.textContent = "";
  } catch (e) {
    trouble.textContent = "Not renewed: " + e.message;
  }
  setTimeout(renew, 2000);
}
setTimeout(renew, 2000);
</script>
</body>
</html>
"""
