//! The rows of the identity room, all of them methods of `Identity`.

use vitalwire_server::ground::enums::{Look, UserRole, UserState};
use vitalwire_server::identity::{
    Belonging, CallerScope, IdentityError, NewInvitation, Organisation, Password, Preferences, SessionSecret,
    UserFilter,
};
use vitalwire_server::tenancy::{Permission, PermissionSet};

use crate::table::{Call, Row, either, row, said};

pub(crate) const ROWS: &[Row] = &[
    // Before a first user is made there.
    row!("identity::invitations::invite", Distributor, Change, call => {
        let new = invitation(call, UserRole::Customer, Organisation::Customer(call.at.fresh));
        said(call.world.identity.invite(call.by, new).await)
    }),
    row!("identity::users::users", Either, List, call => {
        let everybody = UserFilter::default();
        either!(call, scope => call.run(scope, async |tx| call.world.identity.users(tx, &everybody, None, 100).await).await)
    }),
    row!("identity::users::asking", Either, List, call => {
        either!(call, scope => call.run(scope, async |tx| call.world.identity.asking(tx).await).await)
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
    row!("identity::users::user", Customer, Read, call => {
        call.customer(async |tx| call.world.identity.user(tx, call.at.colleague).await).await
    }),
    row!("identity::users::user", Distributor, Read, call => {
        call.distributor(async |tx| call.world.identity.user(tx, call.at.staff).await).await
    }),
    row!("identity::users::people_of", Customer, List, call => {
        let own = Organisation::Customer(call.own.customer);
        call.customer(async |tx| call.world.identity.people_of(tx, own, 100).await).await
    }),
    row!("identity::users::people_of", Distributor, List, call => {
        let own = Organisation::Distributor(call.own.distributor());
        call.distributor(async |tx| call.world.identity.people_of(tx, own, 100).await).await
    }),
    row!("identity::first_person::first_person", Distributor, Read, call => {
        let CallerScope::Distributor(scope) = &call.by.scope else { panic!("no distributor") };
        let found = call.world.identity.first_person(scope, call.at.customer).await;
        said(found.and_then(|first| first.ok_or(IdentityError::NoSuchUser)))
    }),
    row!("identity::users::set_permissions", Customer, Change, call => {
        either!(call, scope => {
            said(call.world.identity.set_permissions(call.by, scope, call.at.colleague, some()).await)
        })
    }),
    row!("identity::users::set_permissions", Distributor, Change, call => {
        either!(call, scope => {
            said(call.world.identity.set_permissions(call.by, scope, call.at.staff, some()).await)
        })
    }),
    row!("identity::users::set_permissions", Distributor, Refused, call => {
        either!(call, scope => {
            said(call.world.identity.set_permissions(call.by, scope, call.at.colleague, some()).await)
        })
    }),
    // Everybody here may do everything already; and confirming is for the platform's administrators.
    row!("identity::confirmation::ask_to_be_confirmed", Either, Refused, call => {
        said(call.world.identity.ask_to_be_confirmed(call.by).await)
    }),
    row!("identity::confirmation::confirm", Either, Refused, call => {
        said(call.world.identity.confirm(call.by, call.at.colleague).await)
    }),
    row!("identity::invitations::invite", Customer, Change, call => {
        let new = invitation(call, UserRole::Customer, Organisation::Customer(call.at.customer));
        said(call.world.identity.invite(call.by, new).await)
    }),
    row!("identity::invitations::invite", Customer, Refused, call => {
        let new = invitation(call, UserRole::Distributor, Organisation::Distributor(call.at.distributor()));
        said(call.world.identity.invite(call.by, new).await)
    }),
    row!("identity::invitations::invite", Distributor, Change, call => {
        let new = invitation(call, UserRole::Distributor, Organisation::Distributor(call.at.distributor()));
        said(call.world.identity.invite(call.by, new).await)
    }),
    row!("identity::invitations::invitations", Either, List, call => {
        either!(call, scope => {
            call.run(scope, async |tx| call.world.identity.invitations(tx, None, 100).await).await
        })
    }),
    row!("identity::invitations::send_invitation_again", Customer, Change, call => {
        either!(call, scope => {
            said(call.world.identity.send_invitation_again(call.by, scope, call.at.invited[0]).await)
        })
    }),
    row!("identity::invitations::send_invitation_again", Distributor, Change, call => {
        either!(call, scope => {
            said(call.world.identity.send_invitation_again(call.by, scope, call.at.invited[1]).await)
        })
    }),
    row!("identity::invitations::revoke_invitation", Distributor, Refused, call => {
        either!(call, scope => {
            said(call.world.identity.revoke_invitation(call.by, scope, call.at.invited[0]).await)
        })
    }),
    row!("identity::invitations::revoke_invitation", Customer, Change, call => {
        either!(call, scope => {
            said(call.world.identity.revoke_invitation(call.by, scope, call.at.invited[0]).await)
        })
    }),
    row!("identity::invitations::revoke_invitation", Distributor, Change, call => {
        either!(call, scope => {
            said(call.world.identity.revoke_invitation(call.by, scope, call.at.invited[1]).await)
        })
    }),
    row!("identity::resets::change_password", Either, Refused, call => {
        let session = SessionSecret::parse(&"A".repeat(43)).unwrap();
        let [present, new] = ["not the present one", "another one that is new"].map(Password::typed);
        said(call.world.identity.change_password(call.by, &session, present, new, [192, 0, 2, 7].into()).await)
    }),
    row!("identity::preferences::set_preferences", Either, Make, call => {
        let chosen = Preferences {
            time_zone: Some("Europe/Berlin".to_owned()),
            units: vitals::Units::default(),
            look: Look::Dark,
        };
        said(call.world.identity.set_preferences(call.by, &chosen).await)
    }),
];

fn some() -> PermissionSet {
    [Permission::ManageDevices].into_iter().collect()
}

/// An invitation for an address that nobody has.
fn invitation(call: &Call<'_>, role: UserRole, organisation: Organisation) -> NewInvitation {
    let user = call.world.new_user(role, organisation);
    NewInvitation {
        email: user.email,
        name: user.name,
        role,
        organisation,
        permissions: None,
        belonging: Belonging::default(),
    }
}
