"""What a reader can try while everything is up."""

import json
import shlex

from tests.tour.crowd import PATH, User
from tests.tour.display import BOLD, DIM, Display
from tests.tour.placement import Placement
from tests.tour.stage import Stage


def invite(display: Display, stage: Stage, users: list[User], placement: Placement) -> None:
    """Prints shell lines; they work as long as the stage is up."""
    blue, green = (_first(users, placement, variant) for variant in ("blue", "green"))
    directory = stage.standalone.directory
    (directory / "payment.json").write_text(json.dumps({"instances": [green.transaction.to_json()]}))
    ask = f"curl -d @payment.json 127.0.0.1:{stage.port}{PATH} -H x-user-id:"
    lines = [
        ("the files that Envoy watches", f"cd {shlex.quote(str(directory))}"),
        (f"{green.id} is on green: version 2 answers, each time", ask + green.id),
        (f"{blue.id} is on blue: version 1 answers", ask + blue.id),
        ("roll everybody back to blue, and ask again", "sed -i '/^ *bluegreen:/s/false/true/' routes.yaml"),
        ("end the rollback", "sed -i '/^ *bluegreen:/s/true/false/' routes.yaml"),
        ("send 90 % of the users to green", r"sed -i -Ez 's/(green_weight[^0-9]+)[0-9.]+/\190/' filter.yaml"),
        ("what Envoy counted", f"curl '127.0.0.1:{stage.admin_port}/stats?filter=fraud.*rq_total'"),
        ("what was decided, request by request", "tail -f envoy.log"),
    ]
    display.text("\nTry it yourself, in another terminal:", BOLD)
    for why, line in lines:
        display.text(f"   # {why}", DIM)
        display.text(f"   {line}")
    display.text("\nCtrl-C ends it all.", BOLD)


def _first(users: list[User], placement: Placement, variant: str) -> User:
    return next(user for user in users if placement.variants[user.id] == variant)
