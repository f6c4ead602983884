# Prometheus and promtool: the system's own where it has them, else Debian's package, unpacked.

PROMETHEUS := target/prometheus/prometheus target/prometheus/promtool

$(PROMETHEUS) &:
	@rm -rf target/prometheus && mkdir -p target/prometheus
	@if command -v prometheus promtool >/dev/null; then ln -s "$$(command -v prometheus)" "$$(command -v promtool)" target/prometheus/; \
	else cd target/prometheus && apt-get --quiet=2 download prometheus && dpkg -x prometheus_*.deb unpacked \
			&& rm prometheus_*.deb && ln -s unpacked/usr/bin/prometheus unpacked/usr/bin/promtool . \
		|| { echo "prometheus is missing and cannot be fetched: install your system's package prometheus" >&2; exit 1; }; fi
