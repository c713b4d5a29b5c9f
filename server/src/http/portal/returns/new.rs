//! `GET /returns/new?serials=…`, and `POST /returns/new`, which it sends.

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use uuid::Uuid;
use web_templates::{Choice, Field, Form, FormPage, Icon};

use super::words::reason;
use crate::ground::enums::ReturnReason;
use crate::ground::ids::ReturnId;
use crate::http::State;
use crate::http::portal::error::PageError;
use crate::http::portal::frame::{Place, crumb, frame};
use crate::http::portal::local::see;
use crate::http::portal::orders::serials;
use crate::http::portal::page::html_with;
use crate::http::portal::sent::{Faults, Refused, Sent};
use crate::http::portal::visitor::Visitor;
use crate::orders::returns::{self, NewReturn};
use crate::registry::overview::Counts;

/// The form.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    asked: web::Query<Sent>,
) -> Result<HttpResponse, PageError> {
    let counts = visitor.counts(&state).await?;
    let mut page = page(&state, &visitor, &counts, state.ground().id());
    page.form.fill(asked.pairs());
    html_with(StatusCode::OK, &page)
}

/// Asks, and leads to the return.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    sent: web::Form<Sent>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, sent.get("csrf"))?;
    match ask(&state, &visitor, &sent).await {
        Ok(id) => Ok(see(&format!("/returns/{id}?said=return-asked"))),
        Err(refused) => {
            let token = sent.get("token").parse().unwrap_or_else(|_| state.ground().id());
            let counts = visitor.counts(&state).await?;
            let mut page = page(&state, &visitor, &counts, token);
            let status = refused.show(&mut page.form, &sent)?;
            html_with(status, &page)
        }
    }
}

async fn ask(state: &State, visitor: &Visitor, sent: &Sent) -> Result<ReturnId, Refused> {
    let token = sent.get("token").parse::<Uuid>();
    let why = sent.get("reason").parse::<ReturnReason>();
    let (serials, note) = (serials(sent, "serials"), sent.maybe("note").map(str::to_owned));
    let mut faults = Faults::default();
    faults.note(returns::check(&serials, note.as_deref()));
    let reason = why.map_err(|_| Refused::at("reason", "Say why it goes back."));
    let Some(reason) = faults.note(reason) else {
        return Err(faults.refuse());
    };
    faults.told()?;
    let new = NewReturn {
        token: token.map_err(|_| PageError::bad_request())?,
        reason,
        serials,
        note,
    };
    Ok(state.orders().ask_return(visitor.caller(), new).await?)
}

fn page(state: &State, visitor: &Visitor, counts: &Counts, token: Uuid) -> FormPage {
    let reasons = ReturnReason::ALL
        .iter()
        .map(|one| Choice::new(one.as_str(), reason(*one), false));
    let first = Choice::new("", "Choose …", true);
    let form = Form::new("/returns/new", visitor.csrf(state), "Ask")
        .icon(Icon::Orders)
        .cancel("/returns")
        .hidden("token", token.to_string())
        .fields(vec![
            Field::area("serials", "Serials")
                .required()
                .hint("One a line, at most 500: devices and hubs of your stock. What a customer holds has to come back first."),
            Field::select("reason", "Why", std::iter::once(first).chain(reasons).collect()).required(),
            Field::area("note", "Say more").hint("The platform reads it. No patient data."),
        ]);
    let mut frame = frame(state, visitor, Place::Orders, "Send something back", counts);
    frame.crumbs = vec![crumb("Orders", "/orders"), crumb("Returns", "/returns")];
    FormPage::new(frame, "The platform accepts it first; then you send it.", form).help(
        "From then on",
        "Once the return is accepted, its devices and hubs cannot be placed until it is cancelled.",
    )
}
