//! A form that was sent after its session had ended: what was in it did not arrive. Who sent it signs in and comes back to
//! the page of the form, which says so; a script of that page, if there is one, has kept what was typed, sealed (`unsent.js`).

use actix_web::HttpRequest;
use actix_web::http::header;
use data_encoding::BASE64;
use web_templates::{Flash, Tone};

use super::local::local_path;
use super::said::SaidQuery;
use super::visitor::Visitor;
use crate::ground::Purpose;
use crate::http::{State, access};

/// The word of it in an address.
const WORD: &str = "said=not-sent";

/// Whether a page is asked for by who comes back.
pub(super) fn is_told(query: &str) -> bool {
    query.split('&').any(|pair| pair == WORD)
}

/// What the login page says to who is on the way to such a page.
pub(super) fn on_the_way(next: &str) -> Option<Flash> {
    let (_, query) = next.split_once('?')?;
    is_told(query).then(|| Flash {
        tone: Tone::Info,
        text: "Your session had ended, so what you sent did not arrive. Sign in to go on.".to_owned(),
    })
}

/// The key with which this person's pages seal what is typed, until it has arrived: the same one for every session of the
/// account, and never another's.
pub(super) fn key(state: &State, visitor: &Visitor) -> String {
    let person = visitor.person().id.as_uuid();
    let key = state.ground().keys().hmac(Purpose::TypedForm, person.as_bytes());
    BASE64.encode(&key)
}

/// What the page says to who came back.
pub(super) fn flashes() -> Vec<Flash> {
    SaidQuery::of("not-sent").flashes()
}

/// The page on which the form stands that this request sends, as its browser says: a page of this server, or the next one
/// above it where a form's own address is none.
pub(super) fn page_of(request: &HttpRequest) -> Option<String> {
    let referer = request.headers().get(header::REFERER)?.to_str().ok()?;
    let (_, rest) = referer.split_once("://")?;
    let (host, rest) = rest.split_at(rest.find('/')?);
    let own = request.headers().get(header::HOST)?.to_str().ok()?;
    if host != own {
        return None;
    }
    let rest = rest.split('#').next()?;
    let (mut path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let mut kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !pair.is_empty() && !pair.starts_with("said="))
        .collect();
    while !access::is_page(path) {
        path = path.rsplit_once('/')?.0;
        kept.clear();
    }
    // The first page is another one for everybody.
    if path == "/" {
        return None;
    }
    kept.push(WORD);
    let page = format!("{path}?{}", kept.join("&"));
    local_path(&page).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        "https://vitalwire.example/cases/new?device=7",
        Some("/cases/new?device=7&said=not-sent")
    )]
    #[case(
        "https://vitalwire.example/cases/7?said=noted#x",
        Some("/cases/7?said=not-sent")
    )]
    #[case(
        "https://vitalwire.example/devices/7/return?a=b",
        Some("/devices/7?said=not-sent")
    )]
    #[case(
        "https://vitalwire.example/customers/7/contacts/remove",
        Some("/customers/7?said=not-sent")
    )]
    #[case(
        "https://vitalwire.example/customers/7/contacts/general?a=b",
        Some("/customers/7/contacts/general?a=b&said=not-sent")
    )]
    #[case(
        "https://vitalwire.example/organization/contacts/remove",
        Some("/organization?said=not-sent")
    )]
    #[case("https://vitalwire.example/nowhere/at/all", None)]
    #[case("https://vitalwire.example//evil.example/devices", None)]
    #[case("https://evil.example/cases/new", None)]
    #[case("https://vitalwire.example", None)]
    #[case("about:blank", None)]
    fn a_form_s_page_is_one_of_ours(#[case] referer: &str, #[case] page: Option<&str>) {
        let request = TestRequest::post()
            .insert_header((header::HOST, "vitalwire.example"))
            .insert_header((header::REFERER, referer))
            .to_http_request();
        assert_eq!(page_of(&request).as_deref(), page, "{referer}");
    }

    #[test]
    fn only_who_comes_back_is_told() {
        assert!(is_told("said=not-sent") && is_told("a=b&said=not-sent"));
        assert!(!is_told("") && !is_told("said=saved") && !is_told("q=said=not-sent"));
        assert!(on_the_way("/cases/new?said=not-sent").is_some() && on_the_way("/cases/new").is_none());
    }
}
