//! What a row is: a store function, how it has to answer, and one call of it that can be aimed at anybody.

use std::fmt::{Debug, Display};

use futures_util::future::LocalBoxFuture;
use sea_orm::DbErr;
use vitalwire_server::identity::{Caller, CallerScope};
use vitalwire_server::tenancy::{CustomerScope, DistributorScope, Scope, Tx};

use crate::aim::Aim;
use crate::world::World;

/// What a call said, as text: two answers that read the same tell a stranger the same.
pub(crate) type Answer = Result<String, String>;

/// Who can call a function at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    Customer,
    Distributor,
    Either,
}

/// How a function has to answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Is {
    /// It reads what it is aimed at: one's own is there, and what is foreign is answered like what does not exist.
    Read,
    /// It reads whatever the caller sees: one's own is there, and others change nothing in it.
    List,
    /// It reads what is the same for everybody.
    Catalogue,
    /// It changes what it is aimed at: one's own can be, and what is foreign is refused like what does not exist.
    Change,
    /// It makes something of the caller's own and is aimed at nothing.
    Make,
    /// It is not for such a caller: whatever it is aimed at, it refuses in the same words.
    Refused,
}

impl Is {
    pub(crate) fn a_read(self) -> bool {
        matches!(self, Self::Read | Self::List | Self::Catalogue)
    }
}

/// A store function in the table. One may have several rows: other callers, other ways to aim.
pub(crate) struct Row {
    /// As [`crate::sources::functions_for_persons`] names it.
    pub(crate) function: &'static str,
    pub(crate) who: Who,
    pub(crate) is: Is,
    pub(crate) call: for<'a> fn(&'a Call<'a>) -> LocalBoxFuture<'a, Answer>,
}

/// One call: by whom, and at what.
pub(crate) struct Call<'a> {
    pub(crate) world: &'a World,
    /// The caller's own things, for what takes two ids of which one is foreign.
    pub(crate) own: &'a Aim,
    pub(crate) by: &'a Caller,
    pub(crate) at: &'a Aim,
}

impl Call<'_> {
    /// The scope of a customer's person.
    pub(crate) fn scope(&self) -> &CustomerScope {
        match &self.by.scope {
            CallerScope::Customer(scope) => scope,
            other => panic!("no customer: {other:?}"),
        }
    }

    /// Runs `work` in the transaction of a scope. What is done to one's own is undone again, so that rows do not depend
    /// on each other; what is done to others would stay, and be seen.
    pub(crate) async fn run<S, T, E>(
        &self,
        scope: &S,
        work: impl AsyncFnOnce(&Tx<S>) -> Result<T, E>,
    ) -> Answer
    where
        S: Scope,
        T: Debug,
        E: Display + From<DbErr>,
    {
        let tx = Tx::begin(scope, &self.world.database).await.unwrap();
        let answer = said(work(&tx).await);
        if answer.is_ok() && !std::ptr::eq(self.own, self.at) {
            tx.commit().await.map_err(|error| error.to_string())?;
        }
        answer
    }

    /// The same for what only customers may call.
    pub(crate) async fn customer<T, E>(
        &self,
        work: impl AsyncFnOnce(&Tx<CustomerScope>) -> Result<T, E>,
    ) -> Answer
    where
        T: Debug,
        E: Display + From<DbErr>,
    {
        match &self.by.scope {
            CallerScope::Customer(scope) => self.run(scope, work).await,
            other => panic!("no customer: {other:?}"),
        }
    }

    /// The same for what only distributors may call.
    pub(crate) async fn distributor<T, E>(
        &self,
        work: impl AsyncFnOnce(&Tx<DistributorScope>) -> Result<T, E>,
    ) -> Answer
    where
        T: Debug,
        E: Display + From<DbErr>,
    {
        match &self.by.scope {
            CallerScope::Distributor(scope) => self.run(scope, work).await,
            other => panic!("no distributor: {other:?}"),
        }
    }
}

/// An answer as text.
pub(crate) fn said<T: Debug, E: Display>(answer: Result<T, E>) -> Answer {
    match answer {
        Ok(value) => Ok(format!("{value:?}")),
        Err(error) => Err(error.to_string()),
    }
}

/// `row!("room::file::function", Who, Is, call => answer)`.
macro_rules! row {
    ($function:literal, $who:ident, $is:ident, $call:ident => $answer:expr) => {
        $crate::table::Row {
            function: $function,
            who: $crate::table::Who::$who,
            is: $crate::table::Is::$is,
            call: |$call| Box::pin(async move { $answer }),
        }
    };
}
pub(crate) use row;

/// The same call in whichever scope the caller has: `either!(call, scope => …)`.
macro_rules! either {
    ($call:ident, $scope:ident => $answer:expr) => {
        match &$call.by.scope {
            vitalwire_server::identity::CallerScope::Customer($scope) => $answer,
            vitalwire_server::identity::CallerScope::Distributor($scope) => $answer,
            other @ (vitalwire_server::identity::CallerScope::Admin(_)
            | vitalwire_server::identity::CallerScope::Finance(_)) => panic!("no tenant: {other:?}"),
        }
    };
}
pub(crate) use either;
