"""The examples for operators fit the program: settings and commands exist, files parse."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from vergabe import cli

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples" / "operation"
NAME = re.compile(r"VERGABE_[A-Z][A-Z0-9_]*[A-Z0-9]")
# Kind of object → keys that its specification must have.
KINDS: dict[str, set[str]] = {
    "Namespace": set(),
    "ConfigMap": set(),
    "Cluster": {"instances", "minSyncReplicas", "storage"},
    "Job": {"template"},
    "CronJob": {"schedule", "jobTemplate"},
    "Deployment": {"replicas", "selector", "template"},
    "PodDisruptionBudget": {"selector"},
    "Service": {"selector", "ports"},
    "PersistentVolumeClaim": {"accessModes", "resources"},
}
SERVICE_KEYS = {
    "image", "build", "restart", "environment", "networks", "command", "deploy", "entrypoint",
    "stop_grace_period", "depends_on", "healthcheck", "volumes", "profiles", "ports", "user",
}  # fmt: skip


def names_in(folder: Path, pattern: str) -> set[str]:
    return {
        name
        for file in folder.rglob(pattern)
        if file.is_file() and "__pycache__" not in file.parts
        for name in NAME.findall(file.read_text(encoding="utf-8"))
    }


def test_every_setting_of_the_examples_and_the_page_is_read_by_the_program() -> None:
    known = names_in(ROOT / "vergabe", "*.py")
    used = names_in(EXAMPLES, "*") | names_in(ROOT / "docs", "operation.md")
    assert len(used) > 10
    assert used <= known, used - known


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found = yaml.safe_load((EXAMPLES / "compose.yml").read_text(encoding="utf-8"))
    assert isinstance(found, dict)
    return found


@pytest.fixture(scope="module")
def objects() -> list[dict[str, Any]]:
    text = (EXAMPLES / "kubernetes.yml").read_text(encoding="utf-8")
    return [found for found in yaml.safe_load_all(text) if found]


def test_compose_names_only_what_it_has(compose: dict[str, Any]) -> None:
    services = compose["services"]
    assert services["web"]["deploy"]["replicas"] == 3
    assert services["worker"]["deploy"]["replicas"] == 2
    volumes, networks = set(compose["volumes"]), set(compose["networks"])
    for name, service in services.items():
        assert set(service) <= SERVICE_KEYS, name
        assert set(service.get("networks", [])) <= networks, name
        for wanted in service.get("depends_on", []):
            assert wanted in services, name
        for condition in dict.fromkeys(service.get("depends_on", [])):
            if isinstance(service["depends_on"], dict):
                assert "healthcheck" in services[condition], f"{name} waits for {condition}"
        for mount in service.get("volumes", []):
            source = mount.split(":")[0]
            is_known = source in volumes or source.startswith("/etc/")
            assert is_known or (EXAMPLES / source).is_file(), f"{name}: {source}"


def test_kubernetes_has_the_parts_and_their_names_fit(objects: list[dict[str, Any]]) -> None:
    for found in objects:
        assert found["kind"] in KINDS, found["kind"]
        assert KINDS[found["kind"]] <= set(found.get("spec", {})), found["metadata"]["name"]
        assert found["kind"] == "Namespace" or found["metadata"]["namespace"] == "vergabe"
    deployments = {o["metadata"]["name"]: o["spec"] for o in objects if o["kind"] == "Deployment"}
    assert deployments["web"]["replicas"] == 3
    assert deployments["worker"]["replicas"] == 2
    claims = {o["metadata"]["name"] for o in objects if o["kind"] == "PersistentVolumeClaim"}
    for pod in pods(objects):
        volumes = {volume["name"] for volume in pod["volumes"]}
        wanted = {
            v["persistentVolumeClaim"]["claimName"]
            for v in pod["volumes"]
            if "persistentVolumeClaim" in v
        }
        assert wanted <= claims
        for container in pod["containers"]:
            assert {mount["name"] for mount in container["volumeMounts"]} <= volumes
    for service in (o for o in objects if o["kind"] in ("Service", "PodDisruptionBudget")):
        selector = service["spec"]["selector"]
        selector = selector.get("matchLabels", selector)
        labels = [d["template"]["metadata"]["labels"] for d in deployments.values()]
        assert any(selector.items() <= each.items() for each in labels), service["metadata"]


def pods(objects: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Yield the specification of every pod."""
    for found in objects:
        spec = found.get("spec", {})
        spec = spec.get("jobTemplate", {}).get("spec", spec)
        if "template" in spec:
            yield spec["template"]["spec"]


def test_probes_ask_addresses_that_exist(objects: list[dict[str, Any]], session_app: Any) -> None:
    (web,) = [pod for pod in pods(objects) if pod["containers"][0]["name"] == "web"]
    container = web["containers"][0]
    rules = {rule.rule for rule in session_app.url_map.iter_rules()}
    for probe in ("livenessProbe", "readinessProbe"):
        assert container[probe]["httpGet"]["path"] in rules


def test_every_command_of_the_examples_exists(
    compose: dict[str, Any], objects: list[dict[str, Any]]
) -> None:
    commands = [service.get("command", []) for service in compose["services"].values()]
    commands += [c.get("command", []) for pod in pods(objects) for c in pod["containers"]]
    commands += [
        shlex.split(line.split("=", 1)[1])
        for unit in EXAMPLES.glob("*.service")
        for line in unit.read_text(encoding="utf-8").splitlines()
        if line.startswith("ExecStart")
    ]
    ours = [command[1:] for command in commands if command and command[0].endswith("vergabe")]
    assert len(ours) >= 8
    for name, *rest in ours:
        group = cli.main.get_command(None, name)  # type: ignore[arg-type]  # no context is needed
        assert group is not None, name
        options = {option for parameter in group.params for option in parameter.opts}
        given = {word for word in rest if word.startswith("--")}
        assert given <= options, f"{name} {given - options}"


def test_whoever_writes_to_a_volume_may(objects: list[dict[str, Any]]) -> None:
    """A volume belongs to root: our user writes to it only as a member of its group."""
    for pod in pods(objects):
        claims = {v["name"] for v in pod["volumes"] if "persistentVolumeClaim" in v}
        for container in pod["containers"]:
            written = {m["name"] for m in container["volumeMounts"] if not m.get("readOnly")}
            if claims & written:
                assert "fsGroup" in pod.get("securityContext", {}), container["name"]


def test_the_worker_of_systemd_may_write_the_copy_of_the_page() -> None:
    unit = (EXAMPLES / "vergabe-worker.service").read_text(encoding="utf-8")
    page = (ROOT / "docs" / "operation.md").read_text(encoding="utf-8")
    (place,) = set(re.findall(r"VERGABE_STATIC_COPY=(\S+?)`", page))
    assert "ProtectSystem=strict" in unit
    assert f"ReadWritePaths=-{place}\n" in unit


def test_the_migration_of_kubernetes_can_be_applied_before_the_rest(
    objects: list[dict[str, Any]],
) -> None:
    """Applied together, new web processes would be ready on the old tables."""
    text = (EXAMPLES / "kubernetes.yml").read_text(encoding="utf-8")
    (selector,) = set(re.findall(r"apply -l (\S+)", text))
    name, value = selector.split("=")
    found = [o for o in objects if o["metadata"].get("labels", {}).get(name) == value]
    assert [(o["kind"], o["metadata"]["name"]) for o in found] == [("Job", "migrate")]
    assert "kubectl -n vergabe wait --for=condition=complete" in text


def test_the_proxy_lets_pieces_of_uploads_through_as_they_come(session_app: Any) -> None:
    """A buffered piece would be lost with its line, and a large one refused."""
    text = (EXAMPLES / "nginx.conf").read_text(encoding="utf-8")
    found = re.search(r"location ~ (\^/\(hochladen\S+) \{(.*?)\n    \}", text, re.DOTALL)
    assert found is not None
    pattern, body = found.groups()
    assert "proxy_request_buffering off;" in body
    assert "client_max_body_size 0;" in body
    rules = {rule.rule for rule in session_app.url_map.iter_rules() if "uploads" in rule.endpoint}
    assert {"/hochladen", "/api/v1/uploads"} <= rules
    assert all(re.match(pattern, rule) for rule in rules), rules


def test_the_proxy_shows_the_copy_and_repeats_no_post() -> None:
    text = re.sub(r"#.*", "", (EXAMPLES / "nginx.conf").read_text(encoding="utf-8"))
    assert text.count("{") == text.count("}")
    statements = [line.strip() for line in text.splitlines() if line.strip()]
    assert all(line[-1] in "{};" for line in statements)
    assert "error_page 502 503 504 = @copy;" in text
    assert "non_idempotent" not in text
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
