"""What the tests with real controllers need beside `tests.mesh.harness`: pods that answer, Flagger, Argo Rollouts, Prometheus, Istio's agent."""
