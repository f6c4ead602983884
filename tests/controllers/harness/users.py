"""The users of the example's deployment through one proxy: which version answered each of them."""

from dataclasses import replace

from tests.controllers.harness.release import failed
from tests.harness.load import Load, last_variants
from tests.mesh.harness.mesh import Proxy
from tests.mesh.harness.stage import FRAUD, USERS

PAUSE_SECONDS = 0.01
OLD, NEW = "1", "2"


class Users(Load):
    """All of them, all the time. They say nothing of a variant; `headers` are more of each request."""

    def __init__(self, proxy: Proxy, users: list[str] = USERS, headers: dict[str, str] | None = None, method: str = "GET") -> None:
        target = replace(FRAUD.target(proxy), method=method)
        target.headers.update(headers or {})
        super().__init__(target, users, 4, PAUSE_SECONDS)

    def expected(self, green_weight: float) -> dict[str, str]:
        """The version that each user belongs to."""
        return {user: NEW if FRAUD.variant_of(user, green_weight) == "green" else OLD for user in self.users}

    def wait_for_weight(self, green_weight: float, timeout: float = 30.0) -> None:
        """Waits until the last answer to each user came from the version that the weight gives them."""
        self.wait_for_versions(self.expected(green_weight), timeout)

    def wait_for_versions(self, expected: dict[str, str], timeout: float = 30.0) -> None:
        self.wait_until(lambda served: last_variants(served) == expected, timeout, f"users to be on their versions; failed: {failed(self.served)[-3:]}")

    def wait_for_round(self) -> None:
        """Waits until each user has been answered twice more."""
        self.wait_for(2 * len(self.users))

    def forget(self) -> None:
        """What was before counts no more."""
        self.served.clear()
