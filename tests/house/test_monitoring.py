"""Dashboard, alerts and documents know the numbers that are exported, and no others."""

import json
import re

import pytest
import tree
import yaml

from bot.metrics import METRICS, exposition

DOCUMENT = (tree.ROOT / "docs/operations/monitoring.md").read_text(encoding="utf-8")
INCIDENTS = (tree.ROOT / "docs/operations/incidents.md").read_text(encoding="utf-8")
DASHBOARD = json.loads((tree.ROOT / "deploy/grafana/dodomu.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((tree.ROOT / "deploy/prometheus/alerts.yml").read_text(encoding="utf-8"))
RULES = [rule for group in ALERTS["groups"] for rule in group["rules"]]
EXPRESSIONS = [
    target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", [])
]
#: put on by Prometheus itself
ADDED = {"job", "instance"}
LABELS = {label for metric in METRICS.values() for label in metric.labels} | ADDED
OF_THE_PROCESS = set(re.findall(r"^(process_\w+) ", exposition([]).decode(), re.MULTILINE))


def _names(expression):
    return set(re.findall(r"\b(?:dodomu|process|up)\w*(?=[{\[\s)]|$)", expression))


@pytest.mark.parametrize("expression", [*EXPRESSIONS, *(rule["expr"] for rule in RULES)])
def test_every_name_that_is_looked_at_is_exported_with_these_labels(expression):
    names = _names(expression)
    assert names
    assert names - METRICS.keys() - OF_THE_PROCESS - {"up"} == set()
    used = set(re.findall(r"(\w+)=\"", expression))
    for grouped in re.findall(r"by \(([^)]*)\)", expression):
        used |= {one.strip() for one in grouped.split(",")}
    known = {label for name in names & METRICS.keys() for label in METRICS[name].labels} | ADDED
    assert used - known == set()
    for name in names & METRICS.keys():
        counts = METRICS[name].kind == "counter"
        assert counts == bool(re.search(rf"(?:rate|increase)\({name}", expression)), name


def test_a_name_that_is_not_there_would_be_noticed():
    assert _names("max(dodomu_nothing) > 1") - METRICS.keys() == {"dodomu_nothing"}


def test_every_number_is_on_the_dashboard_or_wakes_somebody():
    looked = {
        name for one in [*EXPRESSIONS, *(rule["expr"] for rule in RULES)] for name in _names(one)
    }
    assert METRICS.keys() - looked == set()


def test_the_legend_of_each_line_names_labels_there_are():
    for panel in DASHBOARD["panels"]:
        for target in panel.get("targets", []):
            assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= LABELS, panel["title"]


def test_panels_are_numbered_once_and_do_not_lie_on_one_another():
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    places = [
        (x, y)
        for one in DASHBOARD["panels"]
        for x in range(one["gridPos"]["x"], one["gridPos"]["x"] + one["gridPos"]["w"])
        for y in range(one["gridPos"]["y"], one["gridPos"]["y"] + one["gridPos"]["h"])
    ]
    assert len(places) == len(set(places))
    assert max(x for x, _ in places) < 24


def test_every_alert_says_what_it_is_and_leads_to_a_chapter():
    chapters = {_anchor(title) for title in re.findall(r"^## (.+)$", INCIDENTS, re.MULTILINE)}
    for rule in RULES:
        assert rule["labels"]["severity"] in ("critical", "warning"), rule["alert"]
        assert rule["annotations"]["summary"].endswith("."), rule["alert"]
        document, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert document == "docs/operations/incidents.md"
        assert anchor in chapters, rule["alert"]
    assert len({rule["alert"] for rule in RULES}) == len(RULES)


def _anchor(title):
    return re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-")


def test_the_document_describes_every_number_as_it_is():
    rows = re.findall(
        r"^\| `(dodomu_\w+)` \| (\w+) \| ([^|]+) \| ([^|]+) \|$", DOCUMENT, re.MULTILINE
    )
    told = {name: (kind, labels, said) for name, kind, labels, said in rows}
    right = {
        name: (one.kind, ", ".join(one.labels) or "—", one.help) for name, one in METRICS.items()
    }
    assert told == right


def test_codes_of_readiness_are_worded():
    for code in ("database", "schema", "disk", "recipients", "polling"):
        assert f"`{code}`" in DOCUMENT
