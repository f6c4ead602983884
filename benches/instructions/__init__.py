"""Instructions of the Envoy process a request, counted by callgrind: exact where times are not."""
