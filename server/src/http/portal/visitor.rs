//! Who looks at a page: the session, its scope, and what pages ask of both.

use actix_web::dev::Payload;
use actix_web::http::header;
use actix_web::{FromRequest, HttpRequest, web};
use chrono_tz::Tz;
use futures_util::future::LocalBoxFuture;

use super::error::PageError;
use super::unsent;
use crate::desk::cases::{self, Waiting};
use crate::ground::swallow::swallow;
use crate::http::State;
use crate::http::auth::SessionCaller;
use crate::identity::{Caller, CallerScope, Person, SessionSecret, in_scope};
use crate::orders::{self, incoming};
use crate::registry::RegistryError;
use crate::registry::overview::{Counts, counts};
use crate::tenancy::{AdminScope, CustomerScope, Permission, Right, Scope as _};

/// Somebody signed in. Who is not is led to the login page and from there back to here.
#[derive(Debug)]
pub(super) struct Visitor {
    session: SessionCaller<PageError>,
    /// Whether they come back to a form that was sent after a session had ended.
    sent_in_vain: bool,
    waits: Waits,
}

/// What waits for the visitor and their side, as the menu counts it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Waits {
    /// Cases.
    pub(super) cases: i64,
    /// Orders and returns.
    pub(super) orders: i64,
}

impl Waits {
    /// Counted for each page and not remembered: what was done is gone at once. For who is confined to some sites no cases are
    /// counted: to tell theirs, every device of those sites would be looked at.
    async fn of(state: &State, by: &Caller) -> Result<Self, RegistryError> {
        let can = |right| by.check(right).is_ok();
        let (sees_cases, handles_orders) = (
            can(Right::SeeCases) && !by.is_confined(),
            can(Right::FulfilOrders) || can(Right::PlaceOrders),
        );
        if !sees_cases && !handles_orders {
            return Ok(Self::default());
        }
        in_scope!(by, scope => {
            scope
                .run(state.database(), async |tx| {
                    let mut waits = Self::default();
                    if sees_cases {
                        waits.cases = cases::waiting_count(tx, Waiting::on(by)).await?;
                    }
                    if handles_orders {
                        waits.orders = incoming::waiting_for(tx, orders::side(by)).await?;
                    }
                    Ok(waits)
                })
                .await
        })
    }
}

/// Whether the answer may be a page with its menu: what a script asks for is none, unless it goes back to a whole page that it
/// did not keep.
fn wants_a_page(request: &HttpRequest) -> bool {
    let accepted = request.headers().get(header::ACCEPT);
    let accepted = accepted
        .and_then(|accepted| accepted.to_str().ok())
        .unwrap_or("*/*");
    let is_html = accepted.contains("text/html") || accepted.contains("*/*");
    let has = |name| request.headers().contains_key(name);
    is_html && (!has("hx-request") || has("hx-history-restore-request"))
}

impl FromRequest for Visitor {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = SessionCaller::<PageError>::from_request(request, payload);
        let here = request
            .uri()
            .path_and_query()
            .map(|here| here.as_str().to_owned());
        let here = if request.method().is_safe() {
            here
        } else {
            unsent::page_of(request)
        };
        let sent_in_vain = unsent::is_told(request.query_string());
        let state = request.app_data::<web::Data<State>>().cloned();
        let state = state.filter(|_| wants_a_page(request));
        Box::pin(async move {
            let session = caller.await.map_err(|error| match error {
                PageError::SignedOut(_) => PageError::SignedOut(here),
                shown @ (PageError::Shown(..) | PageError::Later(..)) => shown,
            })?;
            let waits = match state {
                Some(state) => {
                    let waits = Waits::of(&state, &session.session.caller).await;
                    swallow(waits, "the menu does without its counts").unwrap_or_default()
                }
                None => Waits::default(),
            };
            Ok(Self {
                session,
                sent_in_vain,
                waits,
            })
        })
    }
}

impl Visitor {
    /// Who it is, for work that any scope can do.
    pub(super) fn caller(&self) -> &Caller {
        &self.session.session.caller
    }

    /// Name and whereabouts.
    pub(super) fn person(&self) -> &Person {
        &self.caller().person
    }

    /// What they may touch.
    pub(super) fn scope(&self) -> &CallerScope {
        &self.caller().scope
    }

    /// How much there is of what the menu counts. Finance sees neither devices nor hubs.
    pub(super) async fn counts(&self, state: &State) -> Result<Counts, PageError> {
        let (database, now) = (state.database(), state.ground().now());
        let counts = match self.scope() {
            CallerScope::Admin(scope) => scope.run(database, async |tx| counts(tx, now).await).await,
            CallerScope::Distributor(scope) => scope.run(database, async |tx| counts(tx, now).await).await,
            CallerScope::Customer(scope) => scope.run(database, async |tx| counts(tx, now).await).await,
            CallerScope::Finance(_) => Ok(Counts::default()),
        };
        Ok(counts?)
    }

    /// What waits for them; nothing where no page was asked for.
    pub(super) fn waits(&self) -> Waits {
        self.waits
    }

    /// Whether they come back to a form that was sent after a session had ended.
    pub(super) fn sent_in_vain(&self) -> bool {
        self.sent_in_vain
    }

    /// The secret of the session, to ask again later whether it is still good.
    pub(super) fn secret(&self) -> &SessionSecret {
        &self.session.session.secret
    }

    /// The zone that times are shown in; UTC where this version does not know it.
    pub(super) fn zone(&self) -> Tz {
        self.person().time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// What every form of the page carries.
    pub(super) fn csrf(&self, state: &State) -> String {
        self.session.csrf_token(state)
    }

    /// Refuses a form that does not carry it.
    pub(super) fn check_csrf(&self, state: &State, token: &str) -> Result<(), PageError> {
        Ok(self.session.check_csrf(state, token)?)
    }

    /// Whether this person may do that.
    pub(super) fn may(&self, permission: Permission) -> bool {
        self.caller().allows(permission)
    }

    /// Whether the table of rights lets this person do that.
    pub(super) fn can(&self, right: Right) -> bool {
        self.caller().check(right).is_ok()
    }

    /// The customer's scope, for a user who may see measured values.
    pub(super) fn reader(&self) -> Result<&CustomerScope, PageError> {
        self.customer_who_may(Permission::ReadReadings)
    }

    /// The customer's scope, for a user with this permission.
    pub(super) fn customer_who_may(&self, permission: Permission) -> Result<&CustomerScope, PageError> {
        let scope = self.customer()?;
        if scope.allows(permission) {
            Ok(scope)
        } else {
            Err(PageError::forbidden())
        }
    }

    /// The customer's scope.
    pub(super) fn customer(&self) -> Result<&CustomerScope, PageError> {
        Ok(self.session.customer()?)
    }

    /// The administrator's scope.
    pub(super) fn admin(&self) -> Result<&AdminScope, PageError> {
        Ok(self.session.admin()?)
    }
}
