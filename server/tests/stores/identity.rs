//! The rows of the identity room, all of them methods of `Identity`.

use vitalwire_server::ground::enums::{UserRole, UserState};
use vitalwire_server::identity::Organisation;

use crate::table::{Row, either, row, said};

pub(crate) const ROWS: &[Row] = &[
    row!("identity::users::users", Either, List, call => {
        either!(call, scope => call.run(scope, async |tx| call.world.identity.users(tx, None, 100).await).await)
    }),
    row!("identity::users::create_user", Customer, Change, call => {
        let new = call.world.new_user(UserRole::Customer, Organisation::Customer(call.at.customer));
        said(call.world.identity.create_user(call.by, new).await)
    }),
    row!("identity::users::create_user", Customer, Refused, call => {
        let new = call.world.new_user(UserRole::Distributor, Organisation::Distributor(call.at.distributor()));
        said(call.world.identity.create_user(call.by, new).await)
    }),
    row!("identity::users::create_user", Distributor, Change, call => {
        let new = call.world.new_user(UserRole::Distributor, Organisation::Distributor(call.at.distributor()));
        said(call.world.identity.create_user(call.by, new).await)
    }),
    row!("identity::users::create_user", Distributor, Change, call => {
        let new = call.world.new_user(UserRole::Customer, Organisation::Customer(call.at.fresh));
        said(call.world.identity.create_user(call.by, new).await)
    }),
    row!("identity::users::set_user_state", Customer, Change, call => {
        let disabled = UserState::Disabled;
        either!(call, scope => {
            said(call.world.identity.set_user_state(call.by, scope, call.at.colleague, disabled).await)
        })
    }),
    row!("identity::users::set_user_state", Distributor, Change, call => {
        let disabled = UserState::Disabled;
        either!(call, scope => {
            said(call.world.identity.set_user_state(call.by, scope, call.at.staff, disabled).await)
        })
    }),
    // A distributor has no say over the users of a customer, not even of its own.
    row!("identity::users::set_user_state", Distributor, Refused, call => {
        let disabled = UserState::Disabled;
        either!(call, scope => {
            said(call.world.identity.set_user_state(call.by, scope, call.at.colleague, disabled).await)
        })
    }),
];
