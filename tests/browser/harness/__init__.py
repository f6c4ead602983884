"""A browser, and the proxy that it talks to."""
