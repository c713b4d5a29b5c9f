//! What an operator looks at: liveness, and metrics in Prometheus' text form on an address of their own.
//!
//! Main type: [`Metrics`]. Called by start-up.

use std::net::SocketAddr;
use std::time::Duration;

use actix_web::{App, HttpResponse, HttpServer, web};
use metrics_exporter_prometheus::{BuildError, PrometheusBuilder, PrometheusHandle};
use tokio_util::sync::CancellationToken;

const UPKEEP: Duration = Duration::from_secs(5);

/// Bounds of the histograms of durations, seconds.
const SECONDS: [f64; 14] = [
    0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 15.0,
];

/// The process's metrics. Cheap to clone.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Metrics")
    }
}

impl Metrics {
    /// Installs the recorder for the whole process; once.
    pub fn install() -> Result<Self, BuildError> {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(
                metrics_exporter_prometheus::Matcher::Suffix("_seconds".to_owned()),
                &SECONDS,
            )?
            .install_recorder()?;
        Ok(Self(handle))
    }

    /// Keeps the histograms small until `stop`.
    pub async fn upkeep(self, stop: CancellationToken) {
        let mut tick = tokio::time::interval(UPKEEP);
        while stop.run_until_cancelled(tick.tick()).await.is_some() {
            self.0.run_upkeep();
        }
    }

    /// Serves `/metrics` on an address of its own, because what it tells is for operators only.
    pub fn serve(&self, address: SocketAddr) -> std::io::Result<actix_web::dev::Server> {
        let handle = self.0.clone();
        let server = HttpServer::new(move || {
            let handle = handle.clone();
            App::new().route(
                "/metrics",
                web::get().to(move || {
                    let text = handle.render();
                    async move {
                        HttpResponse::Ok()
                            .content_type("text/plain; version=0.0.4")
                            .body(text)
                    }
                }),
            )
        });
        Ok(server.workers(1).disable_signals().bind(address)?.run())
    }
}
