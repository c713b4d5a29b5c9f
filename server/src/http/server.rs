//! The HTTP server itself.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::{App, HttpServer, web};
use tracing_actix_web::TracingLogger;

use super::patience::in_good_time;
use super::{Spans, State, api, every_answer, healthz, intake, portal};
use crate::config::Config;

/// Seconds that requests under way get at a stop.
const GRACE: u64 = 10;
/// How long a sender may take for the head of a request, and an idle connection may stay.
const HEAD: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(75);
/// How long a sender that was refused may go on sending what nobody reads, so that the answer reaches it.
const LINGER: Duration = Duration::from_secs(5);

/// Every route of the platform. Devices and hubs get a short way: no span, no headers for browsers; what their requests
/// come to is in the metrics and in the log of refusals.
pub fn routes(cfg: &mut web::ServiceConfig, state: &State) {
    let people = web::scope("")
        .wrap(from_fn(in_good_time))
        .wrap(TracingLogger::<Spans>::new())
        .wrap(from_fn(every_answer))
        .configure(api::configure)
        .configure(portal::configure);
    cfg.app_data(web::Data::new(state.clone()))
        .service(
            web::resource("/healthz")
                .wrap(from_fn(in_good_time))
                .route(web::get().to(healthz::get))
                .route(web::head().to(healthz::get))
                .default_service(web::to(healthz::only_looked_at)),
        )
        .configure(intake::configure)
        .service(people);
}

/// Binds the address and returns the server, to be awaited, with the address it really got.
pub fn server(state: State, config: &Config) -> io::Result<(Server, SocketAddr)> {
    let threads = match config.threads {
        0 => std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
        threads => threads,
    };
    // Called once on each thread.
    let app = move || {
        let state = state.on_this_thread();
        App::new().configure(|cfg| routes(cfg, &state))
    };
    let server = HttpServer::new(app)
        .workers(threads)
        .client_request_timeout(HEAD)
        .keep_alive(IDLE)
        .client_disconnect_timeout(LINGER)
        .max_connections(config.connections.div_ceil(threads))
        .shutdown_timeout(GRACE)
        .disable_signals()
        .bind(config.listen)?;
    let address = server.addrs().first().copied().unwrap_or(config.listen);
    Ok((server.run(), address))
}
