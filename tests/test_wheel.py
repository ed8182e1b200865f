"""The built wheel, installed elsewhere, judges by itself: policy, labelled data and migrations come along."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.long
def test_an_installed_wheel_judges_outside_the_checkout(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--outdir", str(tmp_path / "dist"), str(ROOT), cwd=tmp_path)
    run(sys.executable, "-m", "venv", str(tmp_path / "venv"), cwd=tmp_path)
    wheel = next((tmp_path / "dist").glob("*.whl"))
    bin_folder = tmp_path / "venv" / "bin"
    constraints = str(ROOT / "constraints.txt")
    run(str(bin_folder / "pip"), "install", "--quiet", "--constraint", constraints, str(wheel), cwd=tmp_path)
    (tmp_path / "offer.txt").write_text("Buy ketamine powder online, 5 g for $200, discreet shipping, no prescription.")
    told = run(str(bin_folder / "rxwarden"), "judge", "offer.txt", cwd=tmp_path)
    assert json.loads(told)["flagged"] == ["illicit_sale"]
    assert "upgraded" in run(str(bin_folder / "rxwarden"), "db", "upgrade", cwd=tmp_path)


def run(*command: str, cwd: Path) -> str:
    environment = {**os.environ, "RXWARDEN_DATA": str(cwd / "data"), "PYTHONPATH": ""}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout
