//! `/account`: one's own zone, units, look and password.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse, web};
use chrono_tz::TZ_VARIANTS;
use serde::Deserialize;
use vitals::{GlucoseUnit, MassUnit, PressureUnit, TemperatureUnit, Units};
use web_templates::{AccountPage, Choice, Fact, FactCard, Field, Flash, Form, Width};

use super::door::password;
use super::error::{PageError, sentence};
use super::frame::{Place, frame};
use super::local::see;
use super::page::html_with;
use super::said::SaidQuery;
use super::visitor::Visitor;
use crate::ground::enums::Look;
use crate::http::State;
use crate::http::auth::remote;
use crate::identity::{IdentityError, Password, Preferences};

#[derive(Deserialize)]
pub(super) struct Chosen {
    #[serde(default)]
    csrf: String,
    #[serde(default)]
    time_zone: String,
    pressure: String,
    mass: String,
    glucose: String,
    temperature: String,
    look: String,
}

#[derive(Deserialize)]
pub(super) struct Changed {
    #[serde(default)]
    csrf: String,
    present: String,
    password: String,
    again: String,
}

/// The page.
pub(super) async fn get(
    state: web::Data<State>,
    visitor: Visitor,
    said: web::Query<SaidQuery>,
) -> Result<HttpResponse, PageError> {
    answer(&state, &visitor, said.flashes(), StatusCode::OK, |_| ()).await
}

/// Keeps what was chosen.
pub(super) async fn post(
    state: web::Data<State>,
    visitor: Visitor,
    form: web::Form<Chosen>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let chosen = preferences(&form).ok_or_else(PageError::bad_request)?;
    state
        .identity()
        .set_preferences(visitor.caller(), &chosen)
        .await?;
    Ok(see("/account?said=account-saved"))
}

/// Changes the password, for whoever knows the present one.
pub(super) async fn change_password(
    state: web::Data<State>,
    visitor: Visitor,
    request: HttpRequest,
    form: web::Form<Changed>,
) -> Result<HttpResponse, PageError> {
    visitor.check_csrf(&state, &form.csrf)?;
    let Changed {
        csrf: _,
        present,
        password,
        again,
    } = form.into_inner();
    if password != again {
        return refuse(&state, &visitor, "again", "This is not the same password.").await;
    }
    let changed = state
        .identity()
        .change_password(
            visitor.caller(),
            visitor.secret(),
            Password::typed(present),
            Password::typed(password),
            remote(&request),
        )
        .await;
    let words = match &changed {
        Ok(()) => return Ok(see("/account?said=own-password-changed")),
        Err(error) => sentence(&error.to_string()),
    };
    match changed {
        Err(IdentityError::WrongPassword) => refuse(&state, &visitor, "present", &words).await,
        Err(IdentityError::BadPassword(_)) => refuse(&state, &visitor, "password", &words).await,
        Err(error) => Err(error.into()),
        Ok(()) => Ok(see("/account")),
    }
}

async fn refuse(state: &State, visitor: &Visitor, field: &str, why: &str) -> Result<HttpResponse, PageError> {
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    answer(state, visitor, Vec::new(), status, |form| form.refuse(field, why)).await
}

async fn answer(
    state: &State,
    visitor: &Visitor,
    flashes: Vec<Flash>,
    status: StatusCode,
    on_password: impl FnOnce(&mut Form),
) -> Result<HttpResponse, PageError> {
    let counts = visitor.counts(state).await?;
    let mut frame = frame(state, visitor, Place::Nowhere, "Your account", &counts);
    frame.flashes = flashes;
    let person = visitor.person();
    let mut facts = vec![
        Fact::text("Name", &person.name),
        Fact::text("Email", person.email.as_str()),
    ];
    facts.push(Fact::text("Role", visitor.caller().called()));
    facts.extend(
        person
            .organisation
            .as_ref()
            .map(|name| Fact::text("Organization", name)),
    );
    let mut change = Form::new("/account/password", visitor.csrf(state), "Change the password").section_with(
        "",
        "Every other session of yours ends with that, on every device.",
        vec![
            password("present", "Present password", "current-password"),
            password("password", "New password", "new-password").hint("At least 12 characters."),
            password("again", "The same again", "new-password"),
        ],
    );
    on_password(&mut change);
    html_with(
        status,
        &AccountPage {
            frame,
            cards: vec![FactCard::new("You", facts)],
            preferences: form(&person.preferences, visitor.csrf(state)),
            password: change,
        },
    )
}

fn form(preferences: &Preferences, csrf: String) -> Form {
    let Preferences {
        time_zone,
        units,
        look,
    } = preferences;
    let own = time_zone.as_deref().unwrap_or_default();
    let zones = std::iter::once(Choice::new("", "As your organization", own.is_empty()))
        .chain(TZ_VARIANTS.iter().map(|zone| {
            let name = zone.name();
            Choice::new(name, name.replace('_', " "), name == own)
        }))
        .collect();
    let pick = |name: &str, label: &str, all: &[(&str, &str, bool)]| {
        let choices = all
            .iter()
            .map(|(value, label, selected)| Choice::new(*value, *label, *selected))
            .collect();
        Field::select(name, label, choices).required()
    };
    let (kpa, lb) = (units.pressure == PressureUnit::KPa, units.mass == MassUnit::Lb);
    let mmol = units.glucose == GlucoseUnit::MmolL;
    let fahrenheit = units.temperature == TemperatureUnit::Fahrenheit;
    let looks = [
        ("auto", "As the device says", *look == Look::Auto),
        ("light", "Light", *look == Look::Light),
        ("dark", "Dark", *look == Look::Dark),
    ];
    Form::new("/account", csrf, "Save").section_with(
        "",
        "Only for you. What is stored and sent on stays as it was measured.",
        vec![
            Field::select("time_zone", "Time zone", zones).width(Width::Full),
            pick(
                "pressure",
                "Blood pressure",
                &[("mmHg", "mmHg", !kpa), ("kPa", "kPa", kpa)],
            ),
            pick("mass", "Weight", &[("kg", "kg", !lb), ("lb", "lb", lb)]),
            pick(
                "glucose",
                "Glucose",
                &[("mg/dL", "mg/dL", !mmol), ("mmol/L", "mmol/L", mmol)],
            ),
            pick(
                "temperature",
                "Temperature",
                &[("Cel", "°C", !fahrenheit), ("[degF]", "°F", fahrenheit)],
            ),
            pick("look", "Look", &looks),
        ],
    )
}

/// What a form says; none where it is no form of ours.
fn preferences(chosen: &Chosen) -> Option<Preferences> {
    let zone = chosen.time_zone.trim();
    let units = Units {
        pressure: match chosen.pressure.as_str() {
            "mmHg" => PressureUnit::MmHg,
            "kPa" => PressureUnit::KPa,
            _ => return None,
        },
        mass: match chosen.mass.as_str() {
            "kg" => MassUnit::Kg,
            "lb" => MassUnit::Lb,
            _ => return None,
        },
        glucose: match chosen.glucose.as_str() {
            "mg/dL" => GlucoseUnit::MgDl,
            "mmol/L" => GlucoseUnit::MmolL,
            _ => return None,
        },
        temperature: match chosen.temperature.as_str() {
            "Cel" => TemperatureUnit::Celsius,
            "[degF]" => TemperatureUnit::Fahrenheit,
            _ => return None,
        },
    };
    Some(Preferences {
        time_zone: (!zone.is_empty()).then(|| zone.to_owned()),
        units,
        look: chosen.look.parse().ok()?,
    })
}
