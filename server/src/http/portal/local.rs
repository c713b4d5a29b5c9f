//! Addresses inside the portal: where a sign-in leads, and what a redirect may point to.

use actix_web::HttpResponse;
use actix_web::http::header;

use crate::http::auth::AuthRefusal;

/// A path of this server, or nothing: no other host, no scheme, nothing that a browser would read as one.
pub(super) fn local_path(text: &str) -> Option<&str> {
    let rest = text.strip_prefix('/')?;
    let is_plain = text.len() <= 1_000
        && text
            .bytes()
            .all(|byte| (0x21..0x7f).contains(&byte) && byte != b'\\');
    (is_plain && !rest.starts_with('/')).then_some(text)
}

/// The login page, from where one comes back to `next`.
pub(super) fn login_path(next: Option<&str>) -> String {
    match next
        .and_then(local_path)
        .filter(|path| *path != "/" && !path.starts_with("/login"))
    {
        Some(path) => with_query("/login", &[("next", path)]),
        None => "/login".to_owned(),
    }
}

/// A path with its query; values that are empty are left out.
pub(super) fn with_query(path: &str, pairs: &[(&str, &str)]) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    match query.finish() {
        query if query.is_empty() => path.to_owned(),
        query => format!("{path}?{query}"),
    }
}

/// The answer to a form that was taken: the page that shows what became of it.
pub(super) fn see(path: &str) -> HttpResponse {
    HttpResponse::SeeOther()
        .insert_header((header::LOCATION, path))
        .finish()
}

/// Refuses a form that another site sent, where there is no session to bind a token to.
pub(super) fn own_form(request: &actix_web::HttpRequest) -> Result<(), AuthRefusal> {
    if crate::http::auth::is_same_origin(request) {
        Ok(())
    } else {
        Err(AuthRefusal::Forged)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("/devices", true)]
    #[case("/devices/0198?range=24h&a=b#x", true)]
    #[case("/", true)]
    #[case("", false)]
    #[case("devices", false)]
    #[case("//evil.example", false)]
    #[case("///evil.example", false)]
    #[case("/\\evil.example", false)]
    #[case("/a\\b", false)]
    #[case("/\t/evil.example", false)]
    #[case("/\n/evil.example", false)]
    #[case("/ /evil.example", false)]
    #[case("https://evil.example", false)]
    #[case("javascript:alert(1)", false)]
    #[case("\\\\evil.example", false)]
    #[case("/\u{2215}evil.example", false)]
    fn only_paths_of_this_server_are_followed(#[case] text: &str, #[case] is_local: bool) {
        assert_eq!(local_path(text).is_some(), is_local, "{text:?}");
    }

    #[test]
    fn the_login_page_knows_where_one_was() {
        assert_eq!(
            login_path(Some("/devices?kind=weight")),
            "/login?next=%2Fdevices%3Fkind%3Dweight"
        );
        assert_eq!(login_path(Some("//evil.example")), "/login");
        assert_eq!(login_path(Some("/login?next=/")), "/login");
        assert_eq!(login_path(None), "/login");
    }

    #[test]
    fn empty_values_stay_out_of_a_query() {
        assert_eq!(
            with_query("/devices", &[("q", "a&b"), ("kind", "")]),
            "/devices?q=a%26b"
        );
        assert_eq!(with_query("/devices", &[("q", "")]), "/devices");
    }
}
