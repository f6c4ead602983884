"""The steps of the tour: a new model gets more and more users, is rolled back under load, and comes again."""

import asyncio
import json
import re
import time
from collections.abc import Callable, Collection, Mapping
from urllib.request import urlopen

from tests.harness.polling import wait_until
from tests.tour.crowd import Answer, Crowd, User
from tests.tour.display import Display
from tests.tour.findings import Findings
from tests.tour.guard import GuardWatch
from tests.tour.model import FAILING, SLOW
from tests.tour.placement import Moves, Placement, computed
from tests.tour.rollback import RollbackWatch
from tests.tour.stage import Stage

EFFECT_SECONDS = 10.0
DEFAULT_TAGS = {"variant_header": "x-bluegreen-variant", "cluster_header": "x-bluegreen-cluster"}
INGRESS = "http.ingress."
MOST_ROLLBACK_MS = 500
GUARD = {"failures": {"status": ["5xx"], "slower_than": "250ms"}}
FILTER_RELOADS = re.compile(r"extension_config_discovery\..*\.config_reload$")
ROUTE_RELOADS = re.compile(r"\.rds\..*\.config_reload$")


class Story:
    """Tells the steps. On which variant a user is, is judged by which model server answered, never by a header."""

    def __init__(self, stage: Stage, crowd: Crowd, runner: asyncio.Runner, display: Display, findings: Findings) -> None:
        self._stage = stage
        self._crowd = crowd
        self._runner = runner
        self._display = display
        self._findings = findings
        self._asked = 0
        self._failures: list[str] = []
        self._wavering = 0
        self._misplaced = 0

    def tell(self) -> Placement:
        """All steps in order. Returns where the users are at the end."""
        nobody = self._set_weight(1, "Green is deployed, and nobody is sent there", 0)
        on_blue = nobody.on("blue")
        self._findings.check("weight 0: everybody is on blue", len(on_blue) == len(self._crowd.members), self._of_all(on_blue))
        tenth = self._set_weight(2, "Green gets some users", 10, nobody)
        half = self._set_weight(3, "Green gets half of the users", 50, tenth)
        self._roll_back(4)
        self._end_rollback(5, half)
        self._forge(6, half)
        self._check_all_in_all()
        self._meet_bad_version(7, FAILING, "Version 3 fails for payments from new devices, and there is a guard", 50)
        self._meet_bad_version(8, SLOW, "The configuration changes: version 4 is tried, and is slow", 25)
        self._try_again(9, half)
        self._findings.complete = True
        return half

    def _set_weight(self, number: int, title: str, percent: int, before: Placement | None = None) -> Placement:
        self._display.step(number, f"{title}: green_weight {percent}")
        standalone = self._stage.standalone
        waited = self._push(FILTER_RELOADS, lambda: standalone.set_green_weight(percent))
        self._display.text(f"   filter.yaml replaced, in effect after {1000 * waited:.0f} ms")
        placement = self._look(rounds=2 if percent else 1)
        if before is not None:
            moves = Moves.between(before, placement)
            self._display.text(f"   moved: {moves}")
            self._findings.check(
                f"weight {percent}: users move to green only", moves.to_blue == 0 < moves.to_green,
                f"{moves.to_green:,} to green, {moves.to_blue:,} to blue",
            )
        deployment = standalone.configuration()["deployments"][0]
        salt = deployment.get("sticky", {}).get("salt", deployment["name"])
        belongs = computed(placement.variants, salt, percent)
        self._misplaced += sum(belongs[user] != variant for user, variant in placement.variants.items())
        return placement

    def _roll_back(self, number: int) -> None:
        self._display.step(number, "Rollback in the middle of load")
        users = len(self._crowd.members)
        watch = RollbackWatch(users, steady_answers=users)

        def hear(answer: Answer) -> None:
            watch.hear(answer)
            self._display.share(watch.share(), "after the push" if watch.is_pushed() else "before the push")
            if watch.is_due():
                watch.pushed()
                self._stage.standalone.roll_back()

        self._runner.run(self._crowd.keep_asking(hear, watch.is_complete))
        self._count(watch.asked, watch.failures)
        milliseconds, failed = watch.milliseconds(), f"{len(watch.failures)} of {watch.asked:,}"
        self._display.share(watch.before.share(), "of the users before", final=True)
        self._display.text("   routes.yaml replaced by one that says rollback: true, while requests run")
        self._display.share(watch.after.share(), "of the users after", final=True)
        self._display.text(f"   {milliseconds:.0f} ms from push to last green answer; {failed} requests failed")
        in_time = len(watch.before.on("green")) > 0 and watch.is_over() and milliseconds <= MOST_ROLLBACK_MS
        self._findings.check("rollback: green's last answer within 0.5 s", in_time, f"{milliseconds:.0f} ms after the push")
        self._findings.check("rollback: then everybody is on blue", watch.is_over(), self._of_all(watch.after.on("blue")))
        self._findings.check("rollback: no request failed", not watch.failures, failed)

    def _end_rollback(self, number: int, before: Placement) -> None:
        self._display.step(number, "The rollback is taken away")
        waited = self._push(ROUTE_RELOADS, self._stage.standalone.end_rollback)
        self._display.text(f"   routes.yaml says rollback: false again, in effect after {1000 * waited:.0f} ms")
        again = self._look(rounds=1)
        self._check_nobody_moved("rollback over: everybody is where they were", before, again)

    def _forge(self, number: int, before: Placement) -> None:
        self._display.step(number, "Every user forges the tags of the other variant")
        configuration = self._stage.standalone.configuration()
        tags, clusters = DEFAULT_TAGS | configuration.get("tags", {}), configuration["deployments"][0]["clusters"]

        def forged(user: User) -> Mapping[str, str]:
            wish = "blue" if before.variants.get(user.id) == "green" else "green"
            return {tags["variant_header"]: wish, tags["cluster_header"]: clusters[wish]}

        example = forged(self._crowd.members[0])
        self._display.text("   " + ", ".join(f"{name}: {value}" for name, value in example.items()))
        served = self._look(rounds=1, forged=forged)
        self._check_nobody_moved("forged tags: nobody gets to the other variant", before, served)

    def _meet_bad_version(self, number: int, version: str, title: str, percent: int) -> None:
        """Green gets users with a good version first, and then the bad one under load."""
        self._display.step(number, title)
        self._load("2")
        self._guard(percent)
        watch = GuardWatch(len(self._crowd.members), steady_answers=2 * len(self._crowd.members))

        def hear(answer: Answer) -> None:
            watch.hear(answer)
            if watch.is_due():
                self._load(version)
                watch.loaded()
            self._display.now(f"{watch.met():,} requests met version {version}")

        self._runner.run(self._crowd.keep_asking(hear, watch.is_complete))
        tripped = max((value for name, value in self._stage.envoy.stats().items() if "bluegreen_guard_tripped" in name), default=0)
        met, failed, everybody = watch.met(), len(watch.failures), len(watch.after.on("blue"))
        self._display.text(f"   version {version} is loaded under load, and nobody pushes anything")
        self._display.text(f"   {watch.seconds():.1f} s until its last answer; {met:,} requests met it, {failed:,} of them failed")
        self._display.share(watch.after.share(), "of the users after", final=True)
        self._findings.check(
            f"guard, version {version}: everybody is taken back", tripped == 1 and watch.is_over(), f"{watch.seconds():.1f} s, {met:,} requests met it"
        )
        self._findings.check(f"guard, version {version}: before it no request failed", not watch.failures_before, f"{len(watch.failures_before)} failed")

    def _try_again(self, number: int, before: Placement) -> None:
        self._display.step(number, "Version 2 is back, and the configuration changes: green is tried again")
        self._load("2")
        self._guard(50)
        self._check_nobody_moved("guard reset: everybody is where they were", before, self._look(rounds=2))

    def _guard(self, percent: int) -> None:
        """Pushes a configuration with a guard and this weight."""
        configuration = self._stage.standalone.configuration()
        configuration["deployments"][0] |= {"green_weight": percent, "guard": GUARD}
        waited = self._push(FILTER_RELOADS, lambda: self._stage.standalone.push_configuration(configuration))
        self._display.text(f"   green_weight {percent}, guard {json.dumps(GUARD)}, in effect after {1000 * waited:.0f} ms")

    def _load(self, version: str) -> None:
        """Has green's model server serve another version."""
        address = f"http://127.0.0.1:{self._stage.model_ports['2']}/v1/models/fraud:load"
        with urlopen(address, json.dumps({"version": version}).encode(), timeout=EFFECT_SECONDS) as answer:
            answer.read()

    def _check_all_in_all(self) -> None:
        check = self._findings.check
        check("every user was kept on one variant", self._wavering == 0, f"{self._wavering} were answered by both")
        check("users are where Python's xxhash puts them", self._misplaced == 0, f"{self._misplaced} elsewhere")
        check("no request failed, no answer is wrong", not self._failures, f"{len(self._failures)} of {self._asked:,}")
        for failure in self._failures[:5]:
            self._display.text(f"     {failure}")
        stats = self._stage.envoy.stats(INGRESS)
        closed, opened = stats[f"{INGRESS}downstream_cx_destroy_local"], stats[f"{INGRESS}downstream_cx_total"]
        check("Envoy closed no connection", closed == 0 < opened, f"{closed} of {opened}")

    def _check_nobody_moved(self, claim: str, before: Placement, after: Placement) -> None:
        differences = sum(after.variants.get(user) != variant for user, variant in before.variants.items())
        self._display.text(f"   {differences} of {len(before.variants):,} users are on another variant than before")
        everybody = len(before.variants) == len(self._crowd.members)
        self._findings.check(claim, everybody and differences == 0, f"{differences} differences")

    def _push(self, reloads: re.Pattern[str], push: Callable[[], None]) -> float:
        """Pushes a file and waits until Envoy has handed it to its workers. Returns the seconds it took."""
        def count() -> int:
            return sum(value for name, value in self._stage.envoy.stats().items() if reloads.search(name))

        before = count()
        start = time.perf_counter()
        push()
        self._display.now("waiting for Envoy to take it")
        wait_until(lambda: count() > before, EFFECT_SECONDS, f"a stat {reloads.pattern} of Envoy to rise")
        return time.perf_counter() - start

    def _look(self, rounds: int, forged: Callable[[User], Mapping[str, str]] | None = None) -> Placement:
        """Where everybody is: `rounds` requests of each user."""
        placement = Placement()
        start = time.perf_counter()

        def label() -> str:
            return f"{placement.asked:,} requests, {placement.asked / (time.perf_counter() - start):,.0f}/s"

        def hear(answer: Answer) -> None:
            placement.hear(answer)
            self._display.share(placement.share(), label())

        for _ in range(rounds):
            self._runner.run(self._crowd.ask_all(hear, forged))
        self._display.share(placement.share(), f"of users; {label()}", final=True)
        self._count(placement.asked, placement.failures)
        self._wavering += len(placement.wavering)
        return placement

    def _count(self, asked: int, failures: list[str]) -> None:
        self._asked += asked
        self._failures += failures

    def _of_all(self, users: Collection[str]) -> str:
        return f"{len(users):,} of {len(self._crowd.members):,} users"
