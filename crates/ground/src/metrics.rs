//! Prometheus counters and histograms of this process.
use prometheus::{Encoder, HistogramOpts, HistogramVec, IntCounterVec, IntGauge, Opts, Registry, TextEncoder};

pub struct Metrics {
    registry: Registry,
    pub requests: IntCounterVec,
    pub seconds: HistogramVec,
    commits: IntGauge,
    calls: IntGauge,
    refused: IntGauge,
    reruns: IntGauge,
}

impl Default for Metrics {
    fn default() -> Self {
        Metrics::new()
    }
}

impl Metrics {
    pub fn new() -> Metrics {
        let registry = Registry::new();
        let gauge = |name: &str, help: &str| {
            let g = IntGauge::new(name, help).expect("the name is valid");
            registry.register(Box::new(g.clone())).expect("the name is free");
            g
        };
        let requests = IntCounterVec::new(Opts::new("weir_http_requests_total", "Answers by route and status"), &["route", "status"])
            .expect("the name is valid");
        let buckets = vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0];
        let seconds = HistogramVec::new(
            HistogramOpts::new("weir_http_seconds", "Time to answer by route").buckets(buckets),
            &["route"],
        )
        .expect("the name is valid");
        registry.register(Box::new(requests.clone())).expect("the name is free");
        registry.register(Box::new(seconds.clone())).expect("the name is free");
        Metrics {
            commits: gauge("weir_commits", "Durable commits since start"),
            calls: gauge("weir_calls", "Calls that the writer ran since start"),
            refused: gauge("weir_calls_refused", "Calls that changed nothing"),
            reruns: gauge("weir_reruns", "Batches or calls that were run again"),
            registry,
            requests,
            seconds,
        }
    }

    /// The text that Prometheus scrapes.
    pub fn text(&self, db: &crate::Db) -> String {
        use std::sync::atomic::Ordering::Relaxed;
        let stats = &db.shared().stats;
        self.commits.set(stats.commits.load(Relaxed) as i64);
        self.calls.set(stats.calls.load(Relaxed) as i64);
        self.refused.set(stats.refused.load(Relaxed) as i64);
        self.reruns.set(stats.reruns.load(Relaxed) as i64);
        let mut out = Vec::new();
        let _ = TextEncoder::new().encode(&self.registry.gather(), &mut out);
        String::from_utf8(out).unwrap_or_default()
    }
}
