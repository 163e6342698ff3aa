"""The Dockerfile and compose.yaml refer to what is there; see docs/operate.md for what was run of them."""

import re
import tomllib
from pathlib import Path, PurePath

import pytest

ROOT = Path(__file__).parent.parent
COMPOSE = (ROOT / "compose.yaml").read_text()


def instructions() -> list[tuple[str, str]]:
    """What the Dockerfile says, each as a word and the rest."""
    text = re.sub(r"\\\n\s*", "", (ROOT / "Dockerfile").read_text())
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in lines)]


def copied() -> list[str]:
    """Every file and folder the Dockerfile takes from here."""
    copies = [rest.split() for word, rest in instructions() if word == "COPY" and "--from" not in rest]
    return [source for *sources, _ in copies for source in sources]


def let_in() -> set[str]:
    """What .dockerignore leaves of the whole."""
    rules = (ROOT / ".dockerignore").read_text().split()
    assert rules[0] == "*", "everything is kept out that is not named"
    return {rule.removeprefix("!") for rule in rules if rule.startswith("!")}


def services() -> dict[str, str]:
    """Each service of compose.yaml, as it is written there."""
    part = COMPOSE.partition("\nservices:\n")[2].partition("\nvolumes:\n")[0]
    return dict(re.findall(r"^  (\w+):\n((?:    .*\n|\n)+)", part, re.MULTILINE))


def test_what_is_copied_is_there_and_let_in_and_nothing_else_is() -> None:
    assert all((ROOT / source).exists() for source in copied())
    assert let_in() == set(copied())


def test_whatever_the_package_is_made_of_is_copied() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wheel = project["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], project["project"]["readme"]}
    assert needed <= set(copied())


def test_every_image_is_of_a_named_version() -> None:
    bases = [rest for word, rest in instructions() if word == "ARG" and rest.startswith("PYTHON=")]
    named = re.findall(r"^    image: (\S+)$", COMPOSE, re.MULTILINE)
    images = [base.partition("=")[2] for base in bases] + [one for one in named if one != "panelgram"]
    assert len(images) == 3
    for image in images:
        assert re.search(r":v?\d+\.\d+", image), image


def test_the_image_runs_as_nobody_in_particular_and_asks_itself_how_it_is() -> None:
    said = dict(instructions())
    assert said["USER"] == "10001:10001"
    assert said["ENTRYPOINT"] == '["panelgram"]', "no shell between: signals reach the program"
    assert said["HEALTHCHECK"].endswith('CMD ["panelgram", "healthy"]')


@pytest.mark.parametrize("name", services())
def test_every_service_is_hardened_and_published_on_this_machine_only(name: str) -> None:
    assert services()[name].startswith("    <<: *hardened\n")
    for word in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "max-size"):
        assert word in COMPOSE.partition("services:")[0]
    for port in re.findall(r'"([\d.]*):?\d+:\d+"', services()[name]):
        assert port == "127.0.0.1"


def test_compose_has_the_bot_and_two_profiles() -> None:
    profiles = {name: re.findall(r"profiles: \[(\w+)\]", said) for name, said in services().items()}
    assert profiles == {"bot": [], "demo": ["demo"], "prometheus": ["metrics"], "grafana": ["metrics"]}


def test_a_key_can_be_made_and_the_demo_be_seen_before_there_is_an_env_file() -> None:
    """Compose reads the bot's file also for other services, and refuses to go on without."""
    assert "env_file: [{path: .env, required: false}]" in services()["bot"]


@pytest.mark.parametrize("path", re.findall(r"- \./([\w./-]+):", COMPOSE))
def test_what_compose_mounts_is_there(path: str) -> None:
    assert (ROOT / PurePath(path)).exists()
