//! `GET /assets/{file}`: what the pages load, under names that carry the hash of their content.

use actix_web::http::header::{self, ETag, EntityTag, IfNoneMatch};
use actix_web::web::Header;
use actix_web::{HttpRequest, HttpResponse, web};
use web_templates::assets::{self, Asset};

use super::error::PageError;

const FOR_EVER: &str = "public, max-age=31536000, immutable";
const FOR_A_DAY: &str = "public, max-age=86400";

/// An asset by its hashed name; another name is not there.
pub(super) async fn get(
    request: HttpRequest,
    known: Header<IfNoneMatch>,
    file: web::Path<String>,
) -> Result<HttpResponse, PageError> {
    let asset = assets::get(&file).ok_or_else(PageError::not_found)?;
    Ok(send(&request, &known, asset, FOR_EVER))
}

/// `GET /favicon.svg`, for browsers that ask by themselves.
pub(super) async fn favicon(
    request: HttpRequest,
    known: Header<IfNoneMatch>,
) -> Result<HttpResponse, PageError> {
    let asset = assets::get(&assets::url("favicon.svg")).ok_or_else(PageError::not_found)?;
    Ok(send(&request, &known, asset, FOR_A_DAY))
}

fn send(request: &HttpRequest, known: &IfNoneMatch, asset: Asset, cached: &'static str) -> HttpResponse {
    let tag = EntityTag::new_strong(asset.etag.trim_matches('"').to_owned());
    let is_known = match known {
        IfNoneMatch::Any => true,
        IfNoneMatch::Items(tags) => tags.iter().any(|one| one.weak_eq(&tag)),
    };
    let mut response = if is_known {
        HttpResponse::NotModified()
    } else {
        HttpResponse::Ok()
    };
    response
        .insert_header((header::CACHE_CONTROL, cached))
        .insert_header((header::VARY, "Accept-Encoding"))
        .insert_header(ETag(tag));
    if is_known {
        return response.finish();
    }
    response.content_type(asset.mime);
    match asset.gzip.filter(|_| takes_gzip(request)) {
        Some(gzip) => response
            .insert_header((header::CONTENT_ENCODING, "gzip"))
            .body(gzip.into_owned()),
        None => response.body(asset.bytes.into_owned()),
    }
}

fn takes_gzip(request: &HttpRequest) -> bool {
    let accepted = request
        .headers()
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok());
    accepted.is_some_and(|list| {
        list.split(',').map(|one| one.trim().replace(' ', "")).any(|one| {
            one.strip_prefix("gzip")
                .is_some_and(|rest| !matches!(rest, ";q=0" | ";q=0.0" | ";q=0.00" | ";q=0.000"))
        })
    })
}
