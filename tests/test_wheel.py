"""What is installed from the wheel works without the checkout."""

import subprocess
import sys
from pathlib import Path

from bot.gateway.languages import languages

ROOT = Path(__file__).parent.parent


def run(*command: str, cwd: Path, path: Path | None = None) -> str:
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(path or "")}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_wheel_brings_its_locales_pages_and_font(tmp_path: Path) -> None:
    pip = (sys.executable, "-m", "pip", "-q", "--disable-pip-version-check")
    wheels, installed = tmp_path / "wheels", tmp_path / "installed"
    run(*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(wheels), str(ROOT), cwd=tmp_path)
    (wheel,) = wheels.glob("*.whl")
    run(*pip, "install", "--no-deps", "--no-index", "--target", str(installed), str(wheel), cwd=tmp_path)

    script = (
        "import bot.gateway.languages as l; print(l.LOCALES, len(l.languages())); import bot.sandbox.page; "
    )
    script += "from bot.chat.pictures.letters import font; print(font(20).getname()[0])"
    found = run(sys.executable, "-c", script, cwd=tmp_path, path=installed)

    assert found.split() == [str(installed / "bot" / "locales"), str(len(languages())), "DejaVu", "Sans"]
