//! No page draws a link that its reader may not follow: everybody walks from page to page, wherever links lead.

use std::collections::{BTreeSet, VecDeque};

use vitalwire_server::http::access::{Who, routes};

use crate::aim::Aim;
use crate::callers::{Caller, confined, everybody};
use crate::world::World;

/// Pages that one person looks at, at most: the world of the test has far fewer.
const MOST: usize = 2_000;

/// Where the links of a page lead on this server, without what stands behind a `#`.
fn links(page: &str, text: &str) -> BTreeSet<String> {
    let hrefs = text.split(" href=\"").skip(1);
    let hrefs = hrefs.filter_map(|rest| rest.split('"').next());
    let decoded = hrefs.map(|href| href.replace("&#38;", "&").replace("&amp;", "&"));
    let whole = decoded.filter_map(|href| {
        let href = href.split('#').next().unwrap_or_default();
        match href.chars().next() {
            Some('/') if !href.starts_with("//") => Some(href.to_owned()),
            Some('?') => Some(format!("{}{href}", page.split('?').next().unwrap_or_default())),
            _ => None,
        }
    });
    whole.filter(|href| !href.starts_with("/assets/")).collect()
}

/// What a person is led to and may not see, by walking from every page that is theirs.
async fn closed_doors(caller: &Caller, own: &Aim) -> (usize, Vec<String>) {
    let mut ways: VecDeque<(String, String)> = VecDeque::new();
    for route in routes().filter(|route| route.method == "GET" && !route.path.starts_with("/api/")) {
        let Who::Person(right) = route.who else { continue };
        if caller.may(right) && !route.path.ends_with("/live") {
            ways.push_back(("the table".to_owned(), own.path(route.path, caller.role)));
        }
    }
    let (mut seen, mut closed) = (BTreeSet::new(), Vec::new());
    while let Some((from, path)) = ways.pop_front() {
        if seen.len() == MOST || !seen.insert(path.clone()) {
            continue;
        }
        let answer = caller.browse("GET", &path, &[]).await;
        if from != "the table" && matches!(answer.status, 403 | 404) {
            closed.push(format!(
                "{}: {from} leads to {path}: {}",
                caller.name, answer.status
            ));
        }
        if answer.status == 200 {
            let on = links(&path, &answer.text).into_iter();
            ways.extend(on.map(|link| (path.clone(), link)));
        }
    }
    (seen.len(), closed)
}

#[tokio::test]
async fn no_link_leads_to_a_closed_door() {
    let world = World::new().await;
    let admin = world.admin().await;
    let own = Aim::new(&world, &admin, "own").await;
    let mut callers = everybody(&world, own.distributor, own.customer).await;
    callers.extend(confined(&world, own.customer, own.id("sites", None)).await);
    let (mut looked_at, mut closed) = (0, Vec::new());
    for caller in callers.iter().filter(|caller| caller.role.is_some()) {
        let (pages, doors) = closed_doors(caller, &own).await;
        assert!(pages < MOST, "{} never comes to an end", caller.name);
        looked_at += pages;
        closed.extend(doors);
    }
    println!("{looked_at} pages were looked at, and every link on them followed");
    assert!(
        looked_at > 500,
        "{looked_at} pages are too few: the links were not found"
    );
    assert!(closed.is_empty(), "{}", closed.join("\n"));
}
