"""The dashboard and the alert rules ask for figures that the program has, and say what to do."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.core.breaker import State
from bot.panel.errors import PanelUnreachable
from bot.web.health import Facts
from bot.web.metrics import Metrics
from storage.backlog import Backlog
from tests.web.asking import Figures

ROOT = Path(__file__).parent.parent
OPS = ROOT / "ops"
GRAFANA = OPS / "grafana" / "provisioning"
DASHBOARD = json.loads((GRAFANA / "dashboards" / "panelgram.json").read_text())

# What PromQL has beside the names of figures.
WORDS = {"and", "or", "unless", "on", "ignoring", "by", "without", "bool", "offset"}
SCRAPED = {"instance", "job"}  # labels that Prometheus adds
SELECTOR = re.compile(r"([a-zA-Z_:][\w:]*)\{([^}]*)\}")
MATCHER = re.compile(r'(\w+)(=~|!~|!=|=)"([^"]*)"')


def folded(text: str) -> str:
    """Each value on its key's line: we have no reader of YAML, and use no more of it than this."""
    lines: list[str] = []
    inside = 0
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        if inside and line.strip() and depth > inside:
            lines[-1] += f" {line.strip()}"
            continue
        inside = depth if line.endswith(">-") else 0
        lines.append(line.removesuffix(">-").rstrip())
    return "\n".join(lines)


def rules() -> list[dict[str, str]]:
    _, *found = re.split(r"^ +- (?=alert:)", folded((OPS / "alerts.yml").read_text()), flags=re.MULTILINE)
    return [dict(re.findall(r"^ *(\w+): +(\S.*)$", rule, flags=re.MULTILINE)) for rule in found]


def panels() -> list[dict[str, Any]]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


ASKED = {
    **{rule["alert"]: rule["expr"] for rule in rules()},
    **{
        f"{panel['title']} {target['refId']}": target["expr"]
        for panel in panels()
        for target in panel["targets"]
    },
}


@pytest.fixture(scope="module")
def figures() -> Figures:
    """All that a bot says to which everything has happened."""
    metrics = Metrics()
    metrics.update("command", "fault", 0.1)
    metrics.panel("add", None, 0.1)
    metrics.panel("add", PanelUnreachable(), 0.1)
    metrics.order("placed")
    metrics.notice("change", "sent")
    metrics.lag(0.001)
    metrics.telegram("200")
    backlog = Backlog(people=1, orders=1, orders_late=0, refills_late=0, notices=1, notices_late=0, replies=0)
    facts = Facts(
        loop_lag=0.0,
        clock_silent=0.0,
        database=None,
        backlog=backlog,
        contact=1.0,
        takes_messages=True,
        busy=0,
        breaker=State.CLOSED,
        panel_away=0.0,
        interval=60.0,
    )
    return Figures(metrics.render(facts).decode())


def names(expression: str) -> set[str]:
    """Of figures, in a query."""
    bare = re.sub(r'"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(by|on|without|ignoring) *\([^)]*\)', " ", expression)
    return {name for name in re.findall(r"\b[a-zA-Z_:][\w:]*\b(?! *\()", bare) if name not in WORDS}


@pytest.mark.parametrize("expression", ASKED.values(), ids=ASKED.keys())
def test_every_figure_that_is_asked_for_is_there(figures: Figures, expression: str) -> None:
    assert names(expression)
    assert names(expression) <= figures.names | {"up"}


@pytest.mark.parametrize("expression", ASKED.values(), ids=ASKED.keys())
def test_every_label_that_is_asked_for_is_there_with_its_value(figures: Figures, expression: str) -> None:
    for name, inside in SELECTOR.findall(expression):
        for label, how, value in MATCHER.findall(inside):
            if label in SCRAPED:
                continue
            there = {one.labels.get(label) for one in figures.samples if one.name == name}
            assert value in there if how in {"=", "!="} else there - {None}, (name, label, value)


def test_a_name_with_a_slip_would_be_found(figures: Figures) -> None:
    asked = 'sum by (le) (rate(panelgam_orders_total{outcome="placed"}[5m])) > 0 and on (instance) up == 1'
    assert names(asked) == {"panelgam_orders_total", "up"}


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_every_rule_says_what_is_wrong_and_what_to_do(rule: dict[str, str]) -> None:
    assert rule["summary"].endswith(".")
    assert len(rule["todo"]) > 40
    assert re.fullmatch(r"\{severity: (page|ticket)\}", rule["labels"])


def test_there_is_a_rule_for_each_trouble() -> None:
    found = {rule["alert"].removeprefix("Panelgram") for rule in rules()}
    assert found == {
        "Down",
        "NotReady",
        "PollLag",
        "OutboxLag",
        "TelegramErrors",
        "PanelAway",
        "PanelErrors",
        "UncertainOrders",
        "Faults",
        "DatabaseTrouble",
        "EventLoopLag",
    }


def test_the_dashboard_works_with_any_data_source_and_explains_itself() -> None:
    assert DASHBOARD["schemaVersion"] >= 39
    assert [one["name"] for one in DASHBOARD["templating"]["list"]] == ["datasource", "instance"]
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])
    for panel in panels():
        assert panel["description"].endswith("."), panel["title"]
        for one in (panel, *panel["targets"]):
            assert one["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
        assert all('instance=~"$instance"' in target["expr"] for target in panel["targets"])


def test_no_panel_lies_on_another() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        x, y, w, h = (panel["gridPos"][side] for side in "xywh")
        place = {(column, line) for column in range(x, x + w) for line in range(y, y + h)}
        assert x + w <= 24
        assert not place & taken, panel["title"]
        taken |= place


def test_prometheus_reads_the_rules_and_asks_for_the_job_they_name() -> None:
    config = (OPS / "prometheus.yml").read_text()
    assert "  - alerts.yml" in config
    (job,) = re.findall(r"job_name: (\w+)", config)
    assert {value for one in ASKED.values() for name, _, value in MATCHER.findall(one) if name == "job"} == {
        job
    }
