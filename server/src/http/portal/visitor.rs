//! Who looks at a page: the session, its scope, and what pages ask of both.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono_tz::Tz;
use futures_util::future::LocalBoxFuture;

use super::error::PageError;
use crate::http::State;
use crate::http::auth::SessionCaller;
use crate::identity::{Caller, CallerScope, Person, SessionSecret};
use crate::registry::overview::{Counts, counts};
use crate::tenancy::{AdminScope, CustomerScope, Permission, Right, Scope as _};

/// Somebody signed in. Who is not is led to the login page and from there back to here.
#[derive(Debug)]
pub(super) struct Visitor(SessionCaller<PageError>);

impl FromRequest for Visitor {
    type Error = PageError;
    type Future = LocalBoxFuture<'static, Result<Self, PageError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let caller = SessionCaller::<PageError>::from_request(request, payload);
        let here = request
            .uri()
            .path_and_query()
            .map(|here| here.as_str().to_owned());
        let here = here.filter(|_| request.method().is_safe());
        Box::pin(async move {
            caller.await.map(Self).map_err(|error| match error {
                PageError::SignedOut(_) => PageError::SignedOut(here),
                shown @ (PageError::Shown(..) | PageError::Later(..)) => shown,
            })
        })
    }
}

impl Visitor {
    /// Who it is, for work that any scope can do.
    pub(super) fn caller(&self) -> &Caller {
        &self.0.session.caller
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

    /// The secret of the session, to ask again later whether it is still good.
    pub(super) fn secret(&self) -> &SessionSecret {
        &self.0.session.secret
    }

    /// The zone that times are shown in; UTC where this version does not know it.
    pub(super) fn zone(&self) -> Tz {
        self.person().time_zone.parse().unwrap_or(Tz::UTC)
    }

    /// What every form of the page carries.
    pub(super) fn csrf(&self, state: &State) -> String {
        self.0.csrf_token(state)
    }

    /// Refuses a form that does not carry it.
    pub(super) fn check_csrf(&self, state: &State, token: &str) -> Result<(), PageError> {
        Ok(self.0.check_csrf(state, token)?)
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
        Ok(self.0.customer()?)
    }

    /// The administrator's scope.
    pub(super) fn admin(&self) -> Result<&AdminScope, PageError> {
        Ok(self.0.admin()?)
    }
}
