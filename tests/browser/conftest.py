"""What the tests with a browser share: one browser, and the proxy that it reaches under several hosts."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.harness.browser import Browser
from tests.browser.harness.certificate import Certificate
from tests.browser.harness.edge import CORS, PLAIN, SECURE, edge
from tests.browser.harness.model import StreamingModel
from tests.harness.envoy import Envoy
from tests.harness.filter_health import filter_failures
from tests.harness.standalone import Standalone

Json = Any

SHOP = ("app.shop.example", "models.shop.example")
"""Two hosts of one site."""
OTHER_SITES = ("news.example", "forum.example", "models.co.uk")
WITH_CORS = "cors.shop.example"
WITHOUT_TLS = ("plain.example", "localhost")


@pytest.fixture(scope="module")
def blue() -> Iterator[StreamingModel]:
    with StreamingModel("blue") as model:
        yield model


@pytest.fixture(scope="module")
def green() -> Iterator[StreamingModel]:
    with StreamingModel("green") as model:
        yield model


@pytest.fixture(scope="session")
def certificate() -> Certificate:
    return Certificate.of([*SHOP, *OTHER_SITES, WITH_CORS])


@pytest.fixture(scope="module")
def standalone(tmp_path_factory: pytest.TempPathFactory, blue: StreamingModel, green: StreamingModel) -> Standalone:
    return Standalone(tmp_path_factory.mktemp("envoy"), blue.port, green.port)


@pytest.fixture(scope="module")
def proxy(standalone: Standalone, certificate: Certificate, configuration: Json) -> Iterator[Envoy]:
    """Envoy with the module's `configuration`."""
    standalone.push_configuration(configuration)
    with Envoy(edge(standalone, certificate), standalone.directory, concurrency=2) as envoy:
        yield envoy
        assert not filter_failures(envoy)


@pytest.fixture(scope="module")
def new_browser(proxy: Envoy, certificate: Certificate, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Browser]:
    """Makes a browser that reaches the proxy; not started yet."""
    ports = proxy.ports()
    hosts = {f"{host}:443": ports[SECURE] for host in (*SHOP, *OTHER_SITES)}
    hosts |= {f"{WITH_CORS}:443": ports[CORS]} | {f"{host}:80": ports[PLAIN] for host in WITHOUT_TLS}
    return lambda **settings: Browser(tmp_path_factory.mktemp("browser"), hosts, certificate.authority, **settings)


@pytest.fixture(scope="module")
def module_browser(new_browser: Callable[..., Browser]) -> Iterator[Browser]:
    with new_browser() as browser:
        yield browser


@pytest.fixture
def browser(module_browser: Browser) -> Browser:
    """A browser that knows no cookie."""
    module_browser.clear_cookies()
    return module_browser


@pytest.fixture
def seen(blue: StreamingModel, green: StreamingModel) -> Callable[[str], dict[str, list[str]]]:
    """The headers of the last request for a path, as a model received it."""

    def headers(path: str) -> dict[str, list[str]]:
        found = [request for model in (blue, green) for request in model.received if request["path"] == path]
        assert len(found) == 1, f"{len(found)} requests for {path}"
        names = {name for name, _ in found[0]["headers"]}
        return {name: [value for key, value in found[0]["headers"] if key == name] for name in names}

    return headers
