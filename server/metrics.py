"""Figures for Prometheus. No label names a centre, a device or an address."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600)


class Metrics:
    """One set for one application."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Counter(
            "engawa_requests", "Requests answered.", ["method", "route", "status"], registry=self._registry
        )
        self.seconds = Histogram(
            "engawa_request_seconds",
            "Until the answer was complete.",
            ["route"],
            registry=self._registry,
            buckets=_SECONDS,
        )
        self.runs = Counter("engawa_runs", "Runs pushed.", ["status", "code"], registry=self._registry)
        self.changes = Counter("engawa_changes", "Changes in accepted runs.", registry=self._registry)
        self.entries = Counter("engawa_entries", "Directory entries taken.", registry=self._registry)
        self.streams = Gauge("engawa_live_streams", "Open streams of GET live.", registry=self._registry)
        self.centres = Gauge("engawa_centres", "Centres kept here.", registry=self._registry)
        self.run_bytes = Gauge("engawa_run_bytes", "Bytes of runs of all centres.", registry=self._registry)
        self.blob_bytes = Gauge("engawa_blob_bytes", "Bytes of blobs of all centres.", registry=self._registry)

    def text(self) -> bytes:
        return generate_latest(self._registry)
