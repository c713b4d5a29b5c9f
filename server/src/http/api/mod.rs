//! The JSON API under `/api/v1`, one operation a file: parse, call one function of a room, render. A request carries an
//! access token, never a cookie. What it may see, its caller's scope decides; what it may not see is a 404.

mod archive;
mod care_teams;
mod cases;
mod contacts;
mod customers;
mod device_models;
mod devices;
mod distributors;
mod endpoints;
mod given;
mod hubs;
mod imports;
mod invitations;
mod me;
mod openapi;
mod orders;
mod organisation;
mod paging;
mod past;
mod periods;
mod quarantine;
mod readings;
mod refusals;
mod returns;
mod search;
mod sites;
mod sources;
mod token;
mod users;

use std::sync::LazyLock;

use actix_web::http::{Method, header};
use actix_web::{HttpRequest, HttpResponse, web};
use utoipa_actix_web::service_config::ServiceConfig;

use super::problem::{Problem, json_error, path_error, query_error};

pub use openapi::{openapi, openapi_json};

const PREFIX: &str = "/api/v1";
/// The largest body that an operation reads.
const LARGEST_BODY: usize = 64 * 1024;

/// Every operation. Whoever adds one adds its row to the table of the tests for foreign ids.
fn operations(cfg: &mut ServiceConfig) {
    cfg.service(token::create)
        .service(me::get)
        .configure(customers::operations)
        .configure(distributors::operations)
        .service(search::look)
        .configure(organisation::operations)
        .configure(contacts::operations)
        .configure(imports::operations)
        .configure(users::operations)
        .configure(invitations::operations)
        .configure(sites::operations)
        .configure(care_teams::operations)
        .configure(device_models::operations)
        .configure(devices::operations)
        .configure(readings::operations)
        .configure(archive::operations)
        .configure(hubs::operations)
        .configure(sources::operations)
        .configure(endpoints::operations)
        .configure(cases::operations)
        .configure(orders::operations)
        .configure(returns::operations)
        .configure(quarantine::operations)
        .configure(refusals::operations);
}

/// The routes with their limits; whatever else lies under `/api` is a problem and no page.
pub fn configure(cfg: &mut web::ServiceConfig) {
    cfg.service(
        web::resource("/api/openapi.json")
            .route(web::get().to(describe))
            .default_service(web::to(only_described)),
    )
    .service(
        utoipa_actix_web::scope(PREFIX)
            .app_data(
                web::JsonConfig::default()
                    .limit(LARGEST_BODY)
                    .error_handler(json_error),
            )
            .app_data(web::PathConfig::default().error_handler(path_error))
            .app_data(web::QueryConfig::default().error_handler(query_error))
            .configure(operations)
            .default_service(web::to(no_such_operation)),
    )
    .service(web::scope("/api").default_service(web::to(no_such_operation)));
}

async fn describe() -> HttpResponse {
    static DESCRIPTION: LazyLock<String> = LazyLock::new(openapi_json);
    HttpResponse::Ok()
        .content_type("application/json")
        .insert_header((header::CACHE_CONTROL, "public, max-age=300"))
        .body(DESCRIPTION.as_str())
}

async fn only_described() -> Result<HttpResponse, Problem> {
    Err(Problem::method_not_allowed("GET"))
}

/// 404, or 405 where the path is known and the method is not.
async fn no_such_operation(request: HttpRequest) -> Result<HttpResponse, Problem> {
    static METHODS: LazyLock<utoipa::openapi::OpenApi> = LazyLock::new(openapi);
    let item = request
        .match_pattern()
        .and_then(|pattern| METHODS.paths.paths.get(&pattern).cloned());
    let Some(item) = item else {
        return Err(Problem::no_such_operation());
    };
    let operations = [
        (Method::GET, item.get.is_some()),
        (Method::POST, item.post.is_some()),
        (Method::PATCH, item.patch.is_some()),
        (Method::DELETE, item.delete.is_some()),
    ];
    let allowed: Vec<&str> = operations
        .iter()
        .filter(|(_, is_there)| *is_there)
        .map(|(method, _)| method.as_str())
        .collect();
    Err(Problem::method_not_allowed(&allowed.join(", ")))
}
