//! `GET /healthz`: whether this process can do its work, for load balancers and scripts.

use std::time::Duration;

use actix_web::{HttpResponse, web};
use serde_json::json;

use super::State;
use super::problem::Problem;

const PATIENCE: Duration = Duration::from_secs(2);

/// 405 for what is neither GET nor HEAD.
pub(super) async fn only_looked_at() -> Result<HttpResponse, Problem> {
    Err(Problem::method_not_allowed("GET, HEAD"))
}

/// 200 while the database answers.
pub(super) async fn get(state: web::Data<State>) -> Result<HttpResponse, Problem> {
    match tokio::time::timeout(PATIENCE, state.database().ping()).await {
        Ok(Ok(())) => Ok(HttpResponse::Ok().json(json!({"status": "ok"}))),
        Ok(Err(error)) => Err(Problem::unavailable(&error)),
        Err(_) => Err(Problem::unavailable(&"it took more than 2 s")),
    }
}
