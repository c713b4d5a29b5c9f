//! That the table is whole: every route that the sources declare has a row, and every row is a route.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use vitalwire_server::http::access::routes;

type Declared = BTreeSet<(String, String)>;

#[test]
fn every_route_has_a_row_and_every_row_is_a_route() {
    let rows: Declared = routes()
        .map(|route| (route.method.to_owned(), route.path.to_owned()))
        .collect();
    let mut declared = described();
    assert!(declared.len() > 30, "{declared:?}");
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/http");
    collect(&source, &mut declared);
    let without_row: Vec<_> = declared.difference(&rows).collect();
    let without_route: Vec<_> = rows.difference(&declared).collect();
    assert!(
        without_row.is_empty() && without_route.is_empty(),
        "routes without a row: {without_row:#?}\nrows without a route: {without_route:#?}"
    );
}

/// The operations of the API, from its description, which is made of them.
fn described() -> Declared {
    let description = serde_json::to_value(vitalwire_server::http::api::openapi()).unwrap();
    let paths = description["paths"].as_object().unwrap();
    let methods = |(path, item): (&String, &serde_json::Value)| {
        let methods: Vec<String> = item.as_object().unwrap().keys().cloned().collect();
        let path = path.clone();
        methods
            .into_iter()
            .map(move |method| (method.to_uppercase(), path.clone()))
    };
    paths.iter().flat_map(methods).collect()
}

/// The other routes as the source declares them, because nothing at run time lists them:
/// `.route("…", web::get().to(…))`, `web::resource("…").get(…).post(…)`, and intake's `taking("…", …)`.
fn collect(folder: &Path, found: &mut Declared) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        if entry.path().is_dir() {
            collect(&entry.path(), found);
            continue;
        }
        let source = fs::read_to_string(entry.path()).unwrap();
        let calls: [(&str, &[(&str, &str)]); 3] = [
            (".route(", &[("GET", "web::get()"), ("POST", "web::post()")]),
            (
                "web::resource(",
                &[
                    ("GET", ".get("),
                    ("POST", ".post("),
                    ("GET", "web::get()"),
                    ("HEAD", "web::head()"),
                ],
            ),
            ("taking(", &[("POST", "web::post()")]),
        ];
        for (call, methods) in calls {
            for rest in source.split(call).skip(1) {
                let Some((path, rest)) = rest
                    .trim_start()
                    .strip_prefix('"')
                    .and_then(|rest| rest.split_once('"'))
                else {
                    continue;
                };
                let own_routes = if call == ".route(" {
                    rest.find(".route(")
                } else {
                    None
                };
                let end = own_routes
                    .or_else(|| rest.find(".service("))
                    .unwrap_or(rest.len());
                let declaration = rest[..end].split('\n').take(6).collect::<String>();
                for (method, word) in methods {
                    if declaration.contains(word) {
                        found.insert(((*method).to_owned(), path.to_owned()));
                    }
                }
            }
        }
    }
}
