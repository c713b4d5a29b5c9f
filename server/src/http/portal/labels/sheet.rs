//! `GET /labels`: a sheet of labels, of devices and hubs that were named, or of what lies in the stock, or of hubs.

use actix_web::{HttpResponse, web};
use web_templates::text::counted;
use web_templates::{Filter, LabelsPage, Pager};

use super::find::{Found, HUBS, Of, PRINTED, find};
use crate::ground::enums::HubState;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::list::{filter, select};
use crate::http::portal::local::with_query;
use crate::http::portal::page::html;
use crate::http::portal::sent::Sent;
use crate::http::portal::visitor::Visitor;
use crate::identity::in_scope;

/// What goes along to the next sheet.
const FIELDS: [&str; 5] = ["what", "q", "kind", "model", "state"];

/// The sheet.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Sent>,
) -> Result<HttpResponse, PageError> {
    let found = in_scope!(visitor.caller(), scope => find(&state, scope, &asked).await)?;
    let mut frame = frame(&state, &visitor, Place::Devices, "Labels", &found.counts);
    frame.crumbs = vec![crumb("Devices", "/devices")];
    html(&LabelsPage {
        frame,
        lead: lead(&found),
        nothing: if found.left_out > 0 {
            lead(&found)
        } else {
            "A sheet holds the labels of what lies in your stock.".to_owned()
        },
        filter: offered(&asked, &found),
        pager: pager(&asked, &found),
        labels: found.labels,
    })
}

fn lead(found: &Found) -> String {
    let mut words = vec![
        counted(found.labels.len() as u64, "label", "labels"),
        "three in a line, to be cut along the dashes".to_owned(),
    ];
    if found.others > 0 {
        let back = counted(found.others, "device", "devices");
        words.push(format!(
            "{back} came back since an earlier label was printed: replace that one, whose code opens nothing any more"
        ));
    }
    if found.left_out > 0 {
        let out = counted(found.left_out, "device is", "devices are");
        words.push(format!(
            "{out} left out, because a label is printed by who has the device in stock"
        ));
    }
    words.join(" · ")
}

/// What may be looked for: devices by their model and how they came into the stock, hubs by their state.
fn offered(asked: &Sent, found: &Found) -> Filter {
    let of = Of::asked(asked);
    let what = select(
        "what",
        "Labels of",
        "Devices in stock",
        asked.get("what"),
        [(HUBS, "Hubs")],
    );
    if of == Of::Hubs {
        let states = HubState::ALL.iter().map(|state| (state.as_str(), state.as_str()));
        let states = select("state", "State", "All states", asked.get("state"), states);
        return filter(
            "/labels",
            asked.get("q"),
            "Serial, name or customer",
            vec![what, states],
        );
    }
    let states = PRINTED.iter().map(|state| (state.as_str(), state.as_str()));
    let mut selects = vec![
        what,
        select("state", "State", "All states", asked.get("state"), states),
    ];
    let models: Vec<(String, String)> = found
        .models
        .iter()
        .map(|model| (model.id.to_string(), format!("{} {}", model.maker, model.name)))
        .collect();
    if !models.is_empty() {
        let models = models.iter().map(|(id, name)| (id.as_str(), name.as_str()));
        selects.push(select("model", "Model", "All models", asked.get("model"), models));
    }
    filter("/labels", asked.get("q"), "Serial or model", selects)
}

fn pager(asked: &Sent, found: &Found) -> Pager {
    let mut pairs: Vec<(&str, &str)> = FIELDS
        .into_iter()
        .map(|field| (field, asked.get(field)))
        .collect();
    let first = asked.maybe("after").map(|_| with_query("/labels", &pairs));
    let next = found.next.as_ref().map(|next| {
        pairs.push(("after", next));
        with_query("/labels", &pairs)
    });
    Pager {
        text: String::new(),
        first,
        next,
    }
}
