"""What the end-to-end tests and the tour need around the filter: Envoy, upstreams, clients, and files that Envoy watches.

Each module holds one thing; import from the module, e.g. `from tests.harness.envoy import Envoy`.
"""
