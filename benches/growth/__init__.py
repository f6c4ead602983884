"""How the cost of a request grows, in instructions of Envoy."""
