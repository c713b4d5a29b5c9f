//! Everybody who could come: each role, each bundle of permissions, and nobody.

use reqwest::RequestBuilder;
use reqwest::header::{CONTENT_TYPE, COOKIE, LOCATION, SET_COOKIE};
use reqwest::redirect::Policy;
use serde_json::Value;
use uuid::Uuid;
use vitalwire_server::ground::enums::UserRole;
use vitalwire_server::ground::ids::{CustomerId, DistributorId};
use vitalwire_server::identity::{NewUser, Organisation, Password, SessionSecret};
use vitalwire_server::tenancy::{Bundle, Permission, PermissionSet, Right};

use crate::world::{PASSWORD, World};

/// How much of their organisation somebody sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sees {
    /// All of it.
    Whole,
    /// What stands at the one site to which they are confined.
    OneSite,
    /// Confined, and at no site.
    Nothing,
}

/// Somebody with both proofs: an access token for the API, a session for the portal.
pub(crate) struct Caller {
    pub(crate) name: String,
    /// None: nobody is signed in.
    pub(crate) role: Option<UserRole>,
    pub(crate) permissions: PermissionSet,
    pub(crate) sees: Sees,
    token: Option<String>,
    cookie: Option<String>,
    csrf: String,
    way: Way,
}

/// How to reach the server, without following where it points.
#[derive(Clone)]
struct Way {
    http: reqwest::Client,
    base: String,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) location: String,
    pub(crate) text: String,
}

impl Caller {
    /// Nobody.
    pub(crate) fn nobody(world: &World) -> Self {
        Self {
            name: "nobody".to_owned(),
            role: None,
            permissions: PermissionSet::default(),
            sees: Sees::Whole,
            token: None,
            cookie: None,
            csrf: String::new(),
            way: Way::to(world),
        }
    }

    /// A new user of the organisation, signed in both ways.
    pub(crate) async fn new(
        world: &World,
        name: &str,
        (role, organisation): (UserRole, Organisation),
        permissions: PermissionSet,
    ) -> Self {
        let email = format!("{name}@caller.example");
        let new = NewUser {
            email: email.parse().unwrap(),
            name: name.to_owned(),
            role,
            organisation,
            password: Password::typed(PASSWORD),
            permissions: Some(permissions.clone()),
        };
        world.identity.system_create_user(new).await.unwrap();
        let token = world
            .anyone
            .token_for(&email, PASSWORD)
            .await
            .created("access_token");
        let way = Way::to(world);
        let form = [("email", email.clone()), ("password", PASSWORD.to_owned())];
        let answer = with_form(way.to_path("POST", "/login"), &form)
            .send()
            .await
            .unwrap();
        assert_eq!(answer.status(), 303, "{name} signs in");
        let cookie = answer.headers()[SET_COOKIE].to_str().unwrap();
        let cookie = cookie.split(';').next().unwrap().to_owned();
        let secret = SessionSecret::parse(cookie.split_once('=').unwrap().1).expect("a session's secret");
        Self {
            name: name.to_owned(),
            role: Some(role),
            permissions,
            sees: Sees::Whole,
            token: Some(token),
            csrf: world.identity.csrf_token(&secret),
            cookie: Some(cookie),
            way,
        }
    }

    /// Whether the table lets them do that, read from it as a person would.
    pub(crate) fn may(&self, right: Right) -> bool {
        let is_given = self
            .role
            .is_some_and(|role| right.check(role, &self.permissions).is_ok());
        is_given && (self.sees == Sees::Whole || !right.concerns_the_whole())
    }

    /// Calls an operation of the API.
    pub(crate) async fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let mut request = self.way.to_path(method, path);
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        match body {
            // A stream has no end.
            Value::Null => answer(request, !path.ends_with("/stream")).await,
            Value::String(text) => {
                answer(request.header(CONTENT_TYPE, "text/csv").body(text.clone()), true).await
            }
            body => answer(request.json(body), true).await,
        }
    }

    /// Opens a page, or sends a form as the pages of this person would.
    pub(crate) async fn browse(&self, method: &str, path: &str, form: &[(&'static str, String)]) -> Answer {
        let mut request = self.way.to_path(method, path);
        if let Some(cookie) = &self.cookie {
            request = request.header(COOKIE, cookie);
        }
        if method == "POST" {
            let mut form = form.to_vec();
            form.push(("csrf", self.csrf.clone()));
            request = with_form(request, &form);
        }
        // A live page has no end.
        answer(request, !path.ends_with("/live")).await
    }
}

impl Way {
    fn to(world: &World) -> Self {
        let mut base = world
            .anyone
            .request("GET", "/")
            .build()
            .unwrap()
            .url()
            .to_string();
        base.pop();
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none());
        Self {
            http: http.build().unwrap(),
            base,
        }
    }

    fn to_path(&self, method: &str, path: &str) -> RequestBuilder {
        self.http
            .request(method.parse().unwrap(), format!("{}{path}", self.base))
    }
}

fn with_form(request: RequestBuilder, form: &[(&str, String)]) -> RequestBuilder {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    request
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(body)
}

async fn answer(request: RequestBuilder, has_an_end: bool) -> Answer {
    let answer = request.send().await.unwrap();
    let status = answer.status().as_u16();
    let location = answer
        .headers()
        .get(LOCATION)
        .map(|to| to.to_str().unwrap().to_owned());
    let text = if has_an_end || status != 200 {
        answer.text().await.unwrap()
    } else {
        String::new()
    };
    Answer {
        status,
        location: location.unwrap_or_default(),
        text,
    }
}

/// Nobody, the platform's people, and the people of a distributor and of a customer: with each bundle, with everything,
/// and with nothing.
pub(crate) async fn everybody(
    world: &World,
    distributor: DistributorId,
    customer: CustomerId,
) -> Vec<Caller> {
    let mut callers = vec![Caller::nobody(world)];
    for role in UserRole::ALL {
        let organisation = match role {
            UserRole::Admin | UserRole::Finance => Organisation::Platform,
            UserRole::Distributor => Organisation::Distributor(distributor),
            UserRole::Customer => Organisation::Customer(customer),
        };
        let bundles = Bundle::of(*role).map(|bundle| (bundle.word, bundle.permissions()));
        let all = [
            ("everything", PermissionSet::all()),
            ("nothing", PermissionSet::default()),
        ];
        for (word, permissions) in bundles.chain(all) {
            let name = format!("{role}-{word}");
            callers.push(Caller::new(world, &name, (*role, organisation), permissions).await);
        }
    }
    callers
}

/// People of the customer who are confined: to the site, with all that may be given to them and with nothing, and to none.
pub(crate) async fn confined(world: &World, customer: CustomerId, site: &str) -> Vec<Caller> {
    let all = [
        Permission::ReadReadings,
        Permission::ManageDevices,
        Permission::AnswerCases,
    ];
    let kinds = [
        (
            "confined-everything",
            PermissionSet::from_iter(all),
            Sees::OneSite,
        ),
        ("confined-nothing", PermissionSet::default(), Sees::OneSite),
        ("confined-nowhere", PermissionSet::from_iter(all), Sees::Nothing),
    ];
    let mut callers = Vec::new();
    for (name, permissions, sees) in kinds {
        let of = (UserRole::Customer, Organisation::Customer(customer));
        let caller = Caller::new(world, name, of, permissions).await;
        sqlx::query(
            "with confined as (update user_account set confined = true where email = $1 || '@caller.example' returning id)
             insert into site_member (site_id, customer_id, user_id) select $2, $3, id from confined where $4",
        )
        .bind(name)
        .bind(site.parse::<Uuid>().unwrap())
        .bind(customer)
        .bind(sees == Sees::OneSite)
        .execute(&world.sql)
        .await
        .unwrap();
        callers.push(Caller { sees, ..caller });
    }
    callers
}
