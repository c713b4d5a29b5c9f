//! Every page is rendered from typed samples, and held to what the portal promises: no inline script or style, assets that
//! exist, text that is escaped, forms that carry the session's token.
#![expect(
    clippy::unwrap_used,
    reason = "the helpers of tests may panic as the tests do"
)]

use vitals::Kind;
use web_templates::{ErrorPage, Template, Theme, assets, samples};

/// Every page and fragment by name.
fn pages() -> Vec<(String, String)> {
    let mut empty = samples::devices();
    empty.rows.clear();
    empty.attention.items.clear();
    let mut silent = samples::device(Kind::Weight);
    silent.rows.clear();
    let mut pages = vec![
        ("login".to_owned(), samples::login().render()),
        ("devices".to_owned(), samples::devices().render()),
        ("devices-empty".to_owned(), empty.render()),
        ("device-empty".to_owned(), silent.render()),
        ("endpoint".to_owned(), samples::endpoint().render()),
        ("endpoint-first".to_owned(), samples::endpoint_first().render()),
        ("endpoint-secret".to_owned(), samples::endpoint_secret().render()),
        ("admin".to_owned(), samples::admin().render()),
        (
            "admin-quarantine".to_owned(),
            samples::admin_quarantine().render(),
        ),
        ("admin-refusals".to_owned(), samples::admin_refusals().render()),
        ("trace".to_owned(), samples::trace().render()),
        ("reading".to_owned(), samples::reading().render()),
    ];
    pages.extend(
        Kind::ALL
            .iter()
            .map(|kind| (format!("device-{kind}"), samples::device(*kind).render())),
    );
    pages.extend(
        [403, 404, 500, 503].map(|status| (format!("error-{status}"), ErrorPage::new(status, None).render())),
    );
    pages.extend(
        samples::registry::pages()
            .into_iter()
            .chain(samples::people::pages())
            .map(|(name, html)| (name.to_owned(), html)),
    );
    pages
        .into_iter()
        .map(|(name, html)| (name, html.unwrap()))
        .collect()
}

fn page(name: &str) -> String {
    pages().into_iter().find(|(page, _)| page == name).unwrap().1
}

/// The text between tags, without scripts, its white space folded.
fn words(html: &str) -> String {
    html.split('<')
        .filter_map(|part| part.split_once('>'))
        .flat_map(|(_, text)| text.split_whitespace())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Every tag of a page.
fn tags(html: &str) -> impl Iterator<Item = &str> {
    html.split('<')
        .skip(1)
        .filter_map(|part| part.split_once('>'))
        .map(|(tag, _)| tag)
}

#[test]
fn nothing_is_inline_that_the_content_policy_forbids() {
    for (name, html) in pages() {
        assert!(!html.contains("javascript:"), "{name}");
        assert!(!html.contains("<style"), "{name}");
        for tag in tags(&html) {
            assert!(!tag.contains(" style="), "{name}: {tag}");
            assert!(
                !tag.contains(" hx-on") && !tag.contains("hx-vals=\"js"),
                "{name}: {tag}"
            );
            let handler = tag
                .split_whitespace()
                .find(|word| word.starts_with("on") && word.contains('='));
            assert_eq!(handler, None, "{name}: {tag}");
            // Data for a script is nothing that runs.
            if tag.starts_with("script") && tag != "script type=\"application/json\"" {
                assert!(tag.contains("src=\"/assets/"), "{name}: {tag}");
            }
        }
    }
}

#[test]
fn every_asset_that_a_page_names_is_embedded() {
    for (name, html) in pages() {
        for part in html.split("\"/assets/").skip(1) {
            let url = part.split(['"', '#']).next().unwrap();
            assert!(assets::get(url).is_some(), "{name} loads {url}");
        }
    }
}

#[test]
fn every_form_that_changes_something_carries_the_token() {
    let mut forms = 0;
    for (name, html) in pages() {
        for form in html.split("<form").skip(1) {
            let form = form.split("</form>").next().unwrap();
            if form.contains("method=\"post\"") {
                forms += 1;
                assert!(
                    form.contains("name=\"csrf\" value=\"csrf-token\""),
                    "{name}: {form}"
                );
            }
        }
    }
    assert!(forms > 20, "{forms}");
}

#[test]
fn a_hostile_name_stays_text() {
    let evil = "\"><script>alert(1)</script>'&";
    let mut page = samples::device(Kind::Glucose);
    page.frame.organisation = evil.into();
    page.frame.user = evil.into();
    page.frame.title = evil.into();
    page.serial = evil.into();
    page.summary = evil.into();
    let chart = page.chart.as_mut().unwrap();
    (chart.unit, chart.time_zone) = (evil.into(), evil.into());
    chart.points[0].id = evil.into();
    page.rows[0].id = evil.into();
    page.rows[0].notes = vec![web_templates::Note {
        text: evil.into(),
        warn: true,
    }];
    page.rows[0].way.reading_id = evil.into();
    page.pager.next = Some(evil.into());
    let mut hubs = samples::registry::held_hubs();
    hubs.rows[0].name = evil.into();
    hubs.rows[0].version = Some(evil.into());
    let mut source = samples::registry::source();
    source.waiting[0].named = evil.into();
    source.devices[0].named = evil.into();
    source.devices[0].serial = evil.into();
    let mut login = samples::login();
    login.email = evil.into();
    login.next = evil.into();
    let mut endpoint = samples::endpoint();
    endpoint.attempts[1].answer = evil.into();
    endpoint.secret_once = Some(evil.into());
    let mut devices = samples::devices();
    devices.filter.q = evil.into();
    let mut device = samples::registry::held_device();
    device.serial = evil.into();
    device.warnings = vec![evil.into()];
    device.notes[1].text = evil.into();
    device.life[0].title = evil.into();
    device.moves[0].label = evil.into();
    device.moves[0].hint = evil.into();
    device.cards[0].title = evil.into();
    device.cards[0].facts[2] = web_templates::Fact::code(evil, evil).copied();
    let mut found = samples::registry::search();
    found.q = evil.into();
    found.groups[0].hits[0].title = evil.into();
    let mut refused = samples::registry::distributor_refused();
    refused.form.fill(&[("name", evil), ("street", evil)]);
    refused.form.refuse("name", evil);
    refused.form.refuse("nothing", evil);
    let mut labels = samples::registry::labels();
    labels.labels[0].serial = evil.into();
    labels.labels[0].code = evil.into();
    for html in [
        page.render(),
        device.render(),
        found.render(),
        refused.render(),
        labels.render(),
        hubs.render(),
        source.render(),
        login.render(),
        endpoint.render(),
        devices.render(),
    ] {
        let html = html.unwrap();
        assert!(!html.contains("<script>"), "{html}");
        assert!(!html.contains("\"><script"));
        assert!(html.contains("&#60;script&#62;"));
    }
}

#[test]
fn every_id_is_there_once_and_what_is_labelled_exists() {
    for (name, html) in pages() {
        let ids: Vec<&str> = html
            .split(" id=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        let mut once = ids.clone();
        once.sort_unstable();
        once.dedup();
        assert_eq!(ids.len(), once.len(), "{name}: {ids:?}");
        for part in html.split("aria-labelledby=\"").skip(1) {
            let id = part.split('"').next().unwrap();
            assert!(ids.contains(&id), "{name} is labelled by {id}");
        }
        for part in html.split("aria-describedby=\"").skip(1) {
            for id in part.split('"').next().unwrap().split(' ') {
                assert!(ids.contains(&id), "{name} is described by {id}");
            }
        }
        for tag in tags(&html).filter(|tag| tag.starts_with("label") && tag.contains(" for=\"")) {
            let id = tag.split(" for=\"").nth(1).unwrap().split('"').next().unwrap();
            assert!(ids.contains(&id), "{name} has a label for {id}");
        }
        for link in html.split("href=\"#").skip(1) {
            let id = link.split('"').next().unwrap();
            assert!(ids.contains(&id), "{name} leads to {id}");
        }
    }
}

#[test]
fn the_first_line_says_what_wants_a_person() {
    assert!(
        words(&page("devices")).contains("2 devices are silent and 1 last reading is outside its range.")
    );
    assert!(words(&page("devices-empty")).contains("Nothing wants your attention."));
    assert!(words(&page("admin")).contains("1 endpoint is failing, 7 readings wait in quarantine"));
}

#[test]
fn a_reading_shows_its_values_and_its_way() {
    let html = page("device-blood_pressure");
    let row = html
        .split("<tr id=\"reading-")
        .nth(2)
        .unwrap()
        .split("</tr>")
        .next()
        .unwrap();
    insta::assert_snapshot!(words(row), @"Fri 07:30 144 90 75 retry in 4 min");
    assert!(row.contains("vw-way warn") && row.contains("delivery is retried"));
    assert!(words(&page("device-empty")).contains("No readings in the last 7 days"));
    assert!(words(&page("device-glucose")).contains("HI mg/dL"));
}

#[test]
fn a_trace_tells_the_way_and_keeps_the_hash_to_itself() {
    let text = words(&page("trace"));
    for said in [
        "Hub received",
        "+284 ms",
        "503 Service Unavailable",
        "Signed by the hub",
        "no. 48,213",
        "Signed token kept yes",
    ] {
        assert!(text.contains(said), "{said} in {text}");
    }
    assert!(!text.to_lowercase().contains("hash"));
    assert!(page("trace").starts_with("<div") && page("trace").contains("data-close"));
    let whole = page("reading");
    assert!(whole.contains("</html>") && !whole.contains("data-close"));
    assert!(words(&whole).contains(&text) && whole.contains("href=\"/devices/d17\""));
}

#[test]
fn an_administrator_sees_no_measurement() {
    for name in [
        "admin",
        "admin-quarantine",
        "admin-refusals",
        "admin/sources",
        "admin/sources/northside",
        "admin/held-devices",
        "admin/devices/D000017",
        "admin/hubs/hb-00398",
        "admin/customers/northside",
        "admin/distributors/meridian",
        "portfolio",
        "stock",
        "search",
        "orders",
        "trouble",
        "cases/1",
    ] {
        let text = words(&page(name));
        for unit in ["mmHg", "mg/dL", " kg", "°C", "131", "82.4"] {
            assert!(!text.contains(unit), "{unit} in {name}");
        }
    }
}

#[test]
fn every_table_has_a_caption_and_every_choice_a_name() {
    for (name, html) in pages() {
        for table in html.split("<table").skip(1) {
            let table = table.split("</table>").next().unwrap();
            assert!(table.contains("<caption"), "{name}: {table}");
            assert!(!table.contains("<th>"), "{name} has a heading without a scope");
        }
        let controls = tags(&html).filter(|tag| {
            ["input", "select", "textarea"]
                .iter()
                .any(|kind| tag.starts_with(kind))
                && !tag.contains("type=\"hidden\"")
        });
        for tag in controls {
            let is_wrapped = ["checkbox", "radio", "search"]
                .iter()
                .any(|kind| tag.contains(kind));
            assert!(
                is_wrapped || tag.contains(" id=") || tag.contains("aria-label"),
                "{name}: {tag} has no label"
            );
        }
    }
}

#[test]
fn a_refused_form_keeps_what_was_typed_and_says_where_it_is_wrong() {
    let html = page("admin/distributors/refused");
    assert!(html.contains("value=\"Buffalo\"") && html.contains("value=\"dana.whitfield\""));
    assert!(html.contains("<option value=\"America/Chicago\" selected>"));
    assert_eq!(html.matches("aria-invalid=\"true\"").count(), 2);
    let text = words(&html);
    assert!(text.contains("2 fields want another look: Legal name Email"));
    assert!(text.contains("Write its legal name. As on the contract"));
    let file = page("admin/devices/import");
    assert!(file.contains("enctype=\"multipart/form-data\""));
    assert!(!page("admin/distributors/new").contains("multipart"));
}

#[test]
fn a_question_is_answered_without_a_script() {
    let html = page("admin/devices/D000017");
    let form = html.split("action=\"/admin/devices/d1/retire\"").nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    assert!(form.contains("name=\"reason\"") && form.contains("Retire it for good"));
    assert!(html.matches("<details name=\"move\"").count() >= 5);
}

#[test]
fn a_running_import_asks_how_far_it_is_and_a_done_one_no_more() {
    assert!(page("admin/devices/import/running").contains("hx-trigger=\"every 2s\""));
    assert!(!page("admin/devices/import/done").contains("hx-trigger=\"every"));
    assert!(words(&page("admin/devices/import/preview")).contains("An IMEI has 15 digits; this has 14."));
}

#[test]
fn secrets_and_codes_are_shown_only_where_they_were_made() {
    assert!(page("endpoint-secret").contains("whsec_"));
    assert!(!page("endpoint").contains("whsec_"));
    assert!(page("admin/devices/D000018").contains("vwd_"));
    assert!(!page("admin/devices/D000017").contains("vwd_"));
    assert!(!page("admin/hubs/hb-00398").contains("K7QF"));
    assert!(page("sources/new-secret").contains("vws_"));
    assert!(!page("admin/sources/northside").contains("vws_"));
    let mut hub = samples::registry::held_hub_claim();
    assert!(hub.render().unwrap().contains("K7QF-93XM-TD"));
    hub.claim = None;
    assert!(!hub.render().unwrap().contains("K7QF"));
}

#[test]
fn the_look_is_the_persons_own() {
    let mut page = samples::devices();
    page.frame.theme = Theme::Dark;
    assert!(
        page.render()
            .unwrap()
            .contains("<html lang=\"en\" data-theme=\"dark\">")
    );
    assert!(samples::error().render().unwrap().contains("data-theme=\"auto\""));
}

#[test]
fn an_error_says_what_to_do() {
    let text = words(&page("error-503"));
    insta::assert_snapshot!(text, @"We will be right back · Vitalwire Vitalwire 503 We will be right back The platform cannot reach its database. What it has accepted is kept; devices and hubs send the rest again. Try again in a minute. Back to the start");
}
