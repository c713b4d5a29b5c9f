//! The pages: each handler reads the request, asks the rooms in one scope, whose transaction has ended before the page
//! goes out, and renders a struct of the crate `web-templates`. A customer's people see their devices with every value, the
//! platform's and a distributor's people metadata alone.

mod account;
mod admin;
mod archive;
mod asset;
mod choose;
mod customer_home;
mod customers;
mod desk;
mod devices;
mod distributors;
mod door;
mod endpoint;
mod error;
mod first_line;
mod forgotten;
mod frame;
mod head;
mod home;
mod hubs;
mod imports;
mod invitation;
mod labels;
mod list;
mod local;
mod login;
mod logout;
mod models;
mod namesakes;
mod offering;
mod once;
mod orders;
mod organisations;
mod own_organisation;
mod page;
mod portfolio;
mod reading;
mod reset;
mod returns;
mod said;
mod search;
mod sent;
mod sites;
mod sources;
mod stock;
mod style;
mod unsent;
mod users;
mod visitor;

use actix_web::middleware::from_fn;
use actix_web::{HttpResponse, web};

use error::PageError;

/// The largest form: an endpoint's address is the longest thing in one.
const FORM_BYTES: usize = 16 * 1024;

/// The routes. They come last: what no other room serves is a page that is not there.
pub fn configure(cfg: &mut web::ServiceConfig) {
    let forms = web::FormConfig::default().limit(FORM_BYTES);
    let pages = web::scope("")
        .wrap(from_fn(head::as_get))
        .app_data(forms.error_handler(|_, _| PageError::bad_request().into()))
        .app_data(web::QueryConfig::default().error_handler(|_, _| PageError::bad_request().into()))
        .app_data(web::PathConfig::default().error_handler(|_, _| PageError::not_found().into()))
        .route("/", web::get().to(home::get))
        .route("/assets/{file}", web::get().to(asset::get))
        .route("/favicon.svg", web::get().to(asset::favicon))
        .service(web::resource("/login").get(login::get).post(login::post))
        .service(
            web::resource("/invitation/{token}")
                .get(invitation::get)
                .post(invitation::post),
        )
        .service(web::resource("/forgot").get(forgotten::get).post(forgotten::post))
        .service(web::resource("/reset/{token}").get(reset::get).post(reset::post))
        .route("/logout", web::post().to(logout::post))
        .route("/home", web::get().to(customer_home::get))
        .route("/search", web::get().to(search::get))
        .route("/style", web::get().to(style::get))
        .configure(own_organisation::configure)
        .configure(archive::configure)
        .configure(imports::configure)
        .configure(distributors::configure)
        .configure(customers::configure)
        .service(web::resource("/account").get(account::get).post(account::post))
        .route("/account/password", web::post().to(account::change_password))
        .configure(users::configure)
        .configure(devices::configure)
        .route("/readings/{id}/trace", web::get().to(reading::trace))
        .configure(endpoint::configure)
        .configure(hubs::configure)
        .configure(sources::configure)
        .configure(sites::configure)
        .configure(desk::configure)
        .configure(labels::configure)
        .configure(models::configure)
        .configure(portfolio::configure)
        .configure(orders::configure)
        .configure(returns::configure)
        .configure(stock::configure)
        .configure(admin::configure)
        .default_service(web::to(not_here));
    cfg.service(pages);
}

async fn not_here() -> Result<HttpResponse, PageError> {
    Err(PageError::not_found())
}
