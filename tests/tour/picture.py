"""The release of the tour as a picture, from what Prometheus has scraped."""

import sys
import time
from pathlib import Path

from tests.harness.artefact import REPOSITORY
from tests.harness.files import write_atomically
from tests.harness.process import output
from tests.tour.stage import SCRAPE_SECONDS, Stage

PROGRAM = REPOSITORY / "envoy" / "observability" / "release_plot.py"


def draw(stage: Stage, folder: Path) -> list[Path]:
    """Writes an SVG for light and one for dark pages into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    deployment = stage.standalone.configuration()["deployments"][0]["name"]
    minutes = (time.time() - stage.began) / 60
    window = max(2, round(4 * SCRAPE_SECONDS))
    command = [
        *(sys.executable, PROGRAM, "--prometheus", f"http://127.0.0.1:{stage.prometheus.port}"),
        *("--deployment", deployment, "--minutes", f"{minutes:.3f}", "--window", str(window)),
    ]
    pictures = [folder / f"release-{look}.svg" for look in ("light", "dark")]
    for picture, option in zip(pictures, ([], ["--dark"]), strict=True):
        write_atomically(picture, output([*command, *option]))
    return pictures
