"""The pages are true: their links lead somewhere, their commands exist, and the walk through envoy/standalone/ prints what it shows."""

import json
import os
import re
import shutil
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.harness.artefact import REPOSITORY, filter_wasm, is_native
from tests.harness.bootstrap import bootstrap, cluster, listener
from tests.harness.documents import Differs, Walk, blocks, shows
from tests.harness.envoy import Envoy, program, validate
from tests.harness.http_filters import bluegreen_filter
from tests.harness.process import output
from tests.harness.routes import route_table, route_to
from tests.harness.standalone import SOURCE
from tests.harness.upstream import Upstream

FENCE = re.compile(r"^ *(?P<fence>```+).*?^ *(?P=fence)$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?P<target>[^)\s]+)\)|(?:src|srcset|href)=\"(?P<source>[^\"]+)\"")
CODE = re.compile(r"`([^`\n]+)`")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
MAKE = re.compile(r"\bmake ((?:[a-z0-9-]+|[A-Z_]+=\S+)(?: (?:[a-z0-9-]+|[A-Z_]+=\S+))*)")
APPLIED = re.compile(r"kubectl (?:apply|delete|kustomize)(?: -n \S+)? (?:-[fk] )?(\S+)")
ADDRESS = re.compile(r"^[a-z]+:")

MADE = ("target/", "dist/")
"""Below these is what `make` makes."""

MOST_LINES_OF_README = 150
PORTS = ("10000", "9901", "8081", "8082")
"""Which the walk through envoy/standalone/ names."""

OF_WEBASSEMBLY = pytest.mark.skipif(is_native(), reason="the page shows the filter in WebAssembly")


def listed(*patterns: str) -> list[Path]:
    """The repository's files that match, without what Git ignores."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *patterns]
    lines = output(command, cwd=REPOSITORY).splitlines()
    return [REPOSITORY / line for line in lines if (REPOSITORY / line).exists()]


PAGES = listed("*.md")
FOLDERS = {file.relative_to(REPOSITORY).parts[0] for file in listed() if file.parent != REPOSITORY}
"""The folders at the top: a text in backticks that starts with one of them is a path."""


def name(page: Path) -> str:
    return str(page.relative_to(REPOSITORY))


def prose(page: Path) -> str:
    """A page without its blocks of code."""
    return FENCE.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """What GitHub makes of the headings of a page."""
    found: set[str] = set()
    for heading in HEADING.findall(prose(page)):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        number = next(number for number in range(1000) if (anchor if number == 0 else f"{anchor}-{number}") not in found)
        found.add(anchor if number == 0 else f"{anchor}-{number}")
    return found


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_leads_somewhere(page: Path) -> None:
    lost = []
    for match in LINK.finditer(prose(page)):
        target = match["target"] or match["source"]
        if ADDRESS.match(target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if not place.exists() or (anchor and place.suffix == ".md" and anchor not in anchors(place)):
            lost.append(target)
    assert lost == []


def test_readme_can_be_read_in_one_go() -> None:
    assert len((REPOSITORY / "README.md").read_text().splitlines()) <= MOST_LINES_OF_README


def targets() -> set[str]:
    """The targets of the Makefile and of what it includes."""
    text = "\n".join(file.read_text() for file in listed("Makefile", "*.mk"))
    return {target for line in re.findall(r"^([a-z0-9 -]+):(?!=)", text, re.MULTILINE) for target in line.split()}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_command_of_make_exists(page: Path) -> None:
    text = page.read_text()
    code = "\n".join([*CODE.findall(prose(page)), *(block[0] for block in FENCE.finditer(text))])
    named = {word for words in MAKE.findall(code) for word in words.split() if "=" not in word}
    assert named - targets() == set()


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_path_in_backticks_exists(page: Path) -> None:
    """From the top of the repository if it starts with one of its folders, else from the page's own folder."""
    absent = []
    for text in CODE.findall(prose(page)):
        is_path = re.fullmatch(r"[\w.*/-]+", text) and not text.startswith(("/", *MADE))
        if is_path and text.split("/")[0] in FOLDERS and "/" in text:
            absent += [text] if not any(REPOSITORY.glob(text.rstrip("/"))) else []
        elif is_path and re.fullmatch(r"[\w/-]+\.(ya?ml|md|rs|py|lua|wat|mk|json)", text):
            near = [page.parent, *page.parent.parents]
            absent += [text] if not any((folder / text).exists() for folder in near) and not anywhere(text) else []
    assert absent == []


def anywhere(file: str) -> bool:
    """Whether a file of this name, or this end of a path, is in the repository."""
    return listed(f"*/{file}", file) != []


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_file_that_kubectl_is_given_exists(page: Path) -> None:
    absent = []
    for match in APPLIED.finditer(page.read_text()):
        path = match[1].strip("`")
        if "/" not in path and not path.endswith(".yaml"):
            continue
        absent += [path] if not any((folder / path).exists() for folder in (REPOSITORY, page.parent, page.parent.parent)) else []
    assert absent == []


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of envoy/standalone/ with free ports, where the filter lies as its files say."""
    folder = tmp_path / "envoy" / "standalone"
    shutil.copytree(SOURCE, folder)
    (tmp_path / "dist").mkdir()
    shutil.copy(filter_wasm(), tmp_path / "dist")
    return folder


@pytest.fixture
def ports() -> Iterator[dict[str, str]]:
    """A free port for each that the walk names."""
    with ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in PORTS]
        free = {port: str(one.getsockname()[1]) for port, one in zip(PORTS, sockets, strict=True)}
    yield free


@OF_WEBASSEMBLY
def test_the_walk_through_standalone_prints_what_it_shows(copy: Path, ports: dict[str, str]) -> None:
    def translate(text: str) -> str:
        text = text.replace("python3 models.py", f"python3 models.py {ports['8081']} {ports['8082']}")
        text = text.replace("envoy -c", "envoy --disable-hot-restart --concurrency 1 -c")
        return re.sub(rf"\b({'|'.join(PORTS)})\b", lambda match: ports[match[0]], text)

    bootstrap = copy / "bootstrap.yaml"
    bootstrap.write_text(re.sub(r"port_value: (\d+)", lambda match: f"port_value: {ports[match[1]]}", bootstrap.read_text()))
    walk = [block for block in blocks(SOURCE / "README.md") if block.is_run]
    assert len(walk) >= 10
    path = os.pathsep.join([str(program().parent), os.environ["PATH"]])
    with Walk(copy, os.environ | {"PATH": path}, translate) as reader:
        for block in walk:
            reader.run(block)


@OF_WEBASSEMBLY
def test_the_pipeline_of_the_cases_is_sent_to_green(blue: Upstream, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its configuration, its environment and its shell lines, as they are printed."""
    page = REPOSITORY / "envoy" / "CASES.md"
    text = page.read_text()
    configuration = next(block for block in re.findall(r"```json\n(.*?)```", text, re.DOTALL) if "secret_env" in block)
    environment = next(block for block in re.findall(r"```yaml\n(.*?)```", text, re.DOTALL) if "host_env_keys" in block)
    monkeypatch.setenv("BLUEGREEN_CI_SECRET", "what only the pipeline and Envoy know")
    wasm = bluegreen_filter(configuration)
    wasm["typed_config"]["config"]["vm_config"] |= yaml.safe_load(environment)["vm_config"]
    ingress = listener("ingress", wasm, route_table([route_to("blue")]))
    [block] = blocks(page)
    with Envoy(bootstrap([ingress], [cluster("blue", blue.port)]), tmp_path) as envoy:
        port = str(envoy.port("ingress"))
        with Walk(tmp_path, os.environ, lambda commands: commands.replace("10000", port)) as reader:
            reader.run(block)


def yaml_blocks() -> list[tuple[str, Any]]:
    """The parts of Envoy's configuration on the pages for operators, each with the page that shows it."""
    shown = [REPOSITORY / "envoy" / "CASES.md", SOURCE / "README.md"]
    fence = re.compile(r"^ *```yaml\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)
    found = [(page, block) for page in shown for block in fence.findall(page.read_text())]
    return [(name(page), part) for page, block in found if "vm_config" not in (part := yaml.safe_load(block))]


@OF_WEBASSEMBLY
@pytest.mark.parametrize(("page", "part"), yaml_blocks())
def test_envoy_takes_every_part_of_its_configuration_that_is_shown(page: str, part: Any, tmp_path: Path) -> None:
    """Routes, the action of a route, what is said of a virtual host, or filters before this one."""
    known = part if isinstance(part, dict) else {"routes": part}
    filters = known.pop("routes") if "typed_config" in known.get("routes", [{}])[0] else []
    assert known.keys() <= {"routes", "route", "metadata"}
    routes = known.get("routes") or [{"match": {"prefix": "/"}, "route": known.get("route", {"cluster": "fraud-blue"})}]
    ingress = listener("ingress", [*filters, bluegreen_filter({"deployments": [{"name": "fraud"}]})], route_table(routes, known.get("metadata")))
    file = tmp_path / "bootstrap.json"
    file.write_text(json.dumps(bootstrap([ingress], [cluster(f"fraud-{variant}", port) for port, variant in enumerate(("blue", "green", "canary"), 1)])))
    check = validate(file, tmp_path)
    assert check.status == 0, f"{page}\n{check.errors}"


@pytest.mark.parametrize(
    ("commands", "shown"),
    [("echo blue", "green"), ("echo blue; echo green", "blue"), ("echo blue", "blue\ngreen"), ("sh -c 'exit 7'", "")],
)
def test_a_page_that_shows_something_else_is_found(commands: str, shown: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.harness.documents.OUTPUT_SECONDS", 0.1)
    page = tmp_path / "page.md"
    page.write_text(f"```sh\n{commands}\n```\n\n```text\n{shown}\n```\n")
    [block] = blocks(page)
    with Walk(tmp_path, os.environ) as reader, pytest.raises(Differs):
        reader.run(block)


def test_three_dots_stand_for_anything_within_a_line() -> None:
    assert shows("a … c\nd", "  a b c\nd\n")
    assert not shows("a … c", "a b d")
    assert not shows("a…", "b\na")
    assert shows("a…", "b\nab\nc", anywhere=True)
