//! Who looks at a page: the session, its scope, and what pages ask of both.

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use chrono_tz::Tz;
use futures_util::future::LocalBoxFuture;

use super::error::PageError;
use super::unsent;
use crate::http::State;
use crate::http::auth::SessionCaller;
use crate::identity::{Caller, CallerScope, Person, SessionSecret};
use crate::registry::overview::{Counts, counts};
use crate::tenancy::{AdminScope, CustomerScope, Permission, Right, Scope as _};

/// Somebody signed in. Who is not is led to the login page and from there back to here.
#[derive(Debug)]
pub(super) struct Visitor {
    session: SessionCaller<PageError>,
    /// Whether they come back to a form that was sent after a session had ended.
    sent_in_vain: bool,
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
        Box::pin(async move {
            let session = caller.await.map_err(|error| match error {
                PageError::SignedOut(_) => PageError::SignedOut(here),
                shown @ (PageError::Shown(..) | PageError::Later(..)) => shown,
            })?;
            Ok(Self {
                session,
                sent_in_vain,
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
