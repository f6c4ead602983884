"""The tour from start to end: the stage, the story, what was found, and an invitation to try it."""

import asyncio
import os
import signal
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

import aiohttp

from tests.harness.artefact import REPOSITORY, FilterNotBuilt
from tests.tour.crowd import VARIANTS, Crowd, users
from tests.tour.display import BOLD, Display
from tests.tour.findings import Findings
from tests.tour.model import FEATURES, TRAINED_AS, Model, train
from tests.tour.picture import draw
from tests.tour.stage import Stage, stage
from tests.tour.story import Story
from tests.tour.try_it import invite

USERS = 2_000
REQUEST_SECONDS = 10.0


def main() -> int:
    """The exit status: 0 if all was shown and held, 1 if not, 130 if somebody stopped it before the end."""
    _let_signals_end_it_like_ctrl_c()
    stays = os.environ.get("ONCE", "0") in ("", "0")
    display = Display()
    findings = Findings(display)
    target = REPOSITORY / "target"
    target.mkdir(exist_ok=True)
    try:
        with tempfile.TemporaryDirectory(prefix="tour-", dir=target) as directory:
            tour(Path(directory), display, findings, stays)
    except KeyboardInterrupt:
        display.interrupted()
        display.text("Stopped; nothing is left running.")
        if not findings.complete:
            return 130
    except (FilterNotBuilt, TimeoutError, RuntimeError) as error:
        display.text(f"The tour could not go on: {error}")
        return 1
    return 0 if findings.all_held() else 1


def tour(directory: Path, display: Display, findings: Findings, stays: bool) -> None:
    """Sets the stage, tells the story, and shows what was found; ends at once unless it `stays`."""
    display.text("bluegreen: who gets the new model, decided inside Envoy, and rolled back at once", BOLD)
    display.now("training two models, starting two model servers and Envoy")
    with ExitStack() as running:
        up = running.enter_context(stage(directory, meanwhile=train_all, say=display.text))
        models = {version: train(version) for version in (*FEATURES, *TRAINED_AS)}
        introduce(display, up, models)
        old, new = models["1"].auc, models["2"].auc
        findings.check("version 2 is the better model", new > old, f"AUC {old:.3f} and {new:.3f}")
        runner = running.enter_context(asyncio.Runner())
        session = runner.run(_open_session())
        running.callback(lambda: runner.run(session.close()))
        crowd = Crowd(session, up.url, users(USERS), models)
        placement = Story(up, crowd, runner, display, findings).tell()
        display.text("\nWhat was shown", BOLD)
        findings.show()
        for picture in draw(up, REPOSITORY / "target" / "tour"):
            display.text(f"   the whole release as a picture: {picture.relative_to(REPOSITORY)}")
        if stays:
            if findings.all_held():
                invite(display, up, crowd.members, placement)
            else:
                display.text(f"\nNot everything held. It stays up for you to look at, with its files in {directory}, until Ctrl-C.")
            signal.pause()


def train_all() -> None:
    for version in FEATURES:
        train(version)


def introduce(display: Display, up: Stage, models: Mapping[str, Model]) -> None:
    for version in FEATURES:
        variant = VARIANTS[version]
        model, address = models[version], f"127.0.0.1:{up.model_ports[version]}"
        display.text(f"   {variant:6} {address:16} fraud model v{version}, {len(model.weights)} weights, AUC {model.auc:.3f} on unseen data")
    display.text(f"   Envoy  127.0.0.1:{up.port:<6} files of envoy/standalone, admin on port {up.admin_port}")
    display.text(f"   users  {USERS:<16,} each with an x-user-id and a payment to judge")


def _let_signals_end_it_like_ctrl_c() -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell without job control has it ignored in the background
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: signal.raise_signal(signal.SIGINT))


async def _open_session() -> aiohttp.ClientSession:
    """aiohttp wants a running loop here."""
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=REQUEST_SECONDS), cookie_jar=aiohttp.DummyCookieJar())
