"""What the tests in a real mesh need beside `tests.harness`: Kubernetes' API, istiod, and Envoys that join them."""
