//! `POST /api/v1/imports`.

#![expect(
    unused_qualifications,
    reason = "utoipa writes the type of the query with its path"
)]

use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, post, web};
use futures_util::StreamExt as _;
use serde::Deserialize;
use utoipa::IntoParams;

use super::Out;
use crate::ground::ids::{CustomerId, DistributorId};
use crate::http::State;
use crate::http::api::openapi::Refused;
use crate::http::auth::ApiCaller;
use crate::http::problem::Problem;
use crate::identity::in_scope;
use crate::registry::imports::{self, ARRIVES_WITHIN, Into, LARGEST, OnItsWay, Upload};
use crate::tenancy::Scope as _;

#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
struct UploadQuery {
    /// What the file is called.
    file_name: Option<String>,
    /// For administrators: into whose stock its devices go, where a line names no customer.
    distributor_id: Option<DistributorId>,
    /// For administrators: to which customer they go, where a line names no other.
    customer_id: Option<CustomerId>,
}

/// Bring a file with devices
///
/// CSV in UTF-8, 20 MB at most, with commas or semicolons; the first line names the columns, as the template does. Every line
/// is looked up and what is wrong with it is told; nothing is imported before the import is applied. The file itself is not
/// kept.
#[utoipa::path(post, path = "/imports", tag = "devices", security(("token" = [])), params(UploadQuery),
    request_body(content = String, content_type = "text/csv"),
    responses((status = 201, body = Out), (status = 413, description = "The file has more than 20 MB"),
        (status = 429, description = "Too many files"),
        (status = 415, description = "It is not text/csv"), Refused))]
#[post("/imports")]
pub(super) async fn upload(
    state: web::Data<State>,
    ApiCaller(caller): ApiCaller,
    query: web::Query<UploadQuery>,
    request: HttpRequest,
    body: web::Payload,
) -> Result<HttpResponse, Problem> {
    let UploadQuery {
        file_name,
        distributor_id,
        customer_id,
    } = query.into_inner();
    let into = match (distributor_id, customer_id) {
        (None, None) => Into::Inventory,
        (Some(distributor), None) => Into::Stock(distributor),
        (None, Some(customer)) => Into::Customer(customer),
        (Some(_), Some(_)) => {
            return Err(Problem::invalid(
                "customer_id",
                "give a distributor or a customer, not both",
            ));
        }
    };
    let is_csv = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|media| media.to_str().ok())
        .is_some_and(|media| {
            media
                .split(';')
                .next()
                .is_some_and(|media| media.trim() == "text/csv")
        });
    if !is_csv {
        return Err(Problem::new(
            "unsupported-media-type",
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "The body is not of the type that is expected",
        )
        .detail("send the file with Content-Type: text/csv"));
    }
    state.may_import(&caller)?;
    let on_its_way = OnItsWay::begin(caller.organisation_id()).ok_or_else(busy)?;
    let read = tokio::time::timeout(ARRIVES_WITHIN, read(body)).await;
    let bytes = read.map_err(|_| late())??;
    let _room = on_its_way.room().await.ok_or_else(busy)?;
    let file = Upload {
        name: file_name.unwrap_or_default(),
        bytes,
        into,
        insecure_dev: false,
    };
    let (ground, database) = (state.ground(), state.database());
    let import = in_scope!(caller, scope => {
        let id = imports::receive(ground, database, scope, file).await?;
        scope.run(database, async |tx| imports::get(tx, id).await).await
    })?;
    Ok(HttpResponse::Created().json(Out::from(import)))
}

fn busy() -> Problem {
    Problem::new(
        "too-busy",
        StatusCode::SERVICE_UNAVAILABLE,
        "Other files are being read",
    )
    .detail("one file of an organisation is taken at a time")
    .header(header::RETRY_AFTER, "3")
}

fn late() -> Problem {
    Problem::new("too-slow", StatusCode::REQUEST_TIMEOUT, "The body took too long")
}

async fn read(mut body: web::Payload) -> Result<Vec<u8>, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = body.next().await {
        let chunk = chunk.map_err(|_| Problem::invalid("file", "did not arrive whole; send it again"))?;
        if bytes.len() + chunk.len() > LARGEST {
            return Err(Problem::new(
                "too-large",
                StatusCode::PAYLOAD_TOO_LARGE,
                "The body is too large",
            )
            .detail("a file may have 20 MB; part it"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}
