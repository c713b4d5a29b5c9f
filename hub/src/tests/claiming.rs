//! A hub's first minutes, over real HTTP.

use std::sync::Arc;

use chrono::TimeDelta;

use super::platform::{AUDIENCE, CODE, Platform};
use super::{Counting, TestClock, moment};
use crate::{
    CallError, ClaimError, Client, HubClient, HubClock, HubState, Identity, PlatformUrl, Registration,
    SetupError,
};

/// A hub beside its platform.
pub(super) struct Bedside {
    pub(super) platform: Arc<Platform>,
    pub(super) box_clock: Arc<TestClock>,
    pub(super) identity: Identity,
    pub(super) client: Client,
}

impl Bedside {
    /// The box's clock is `behind` the platform's.
    pub(super) fn new(behind: TimeDelta) -> Self {
        let platform = Platform::start(Arc::new(TestClock::at(moment())));
        let box_clock = Arc::new(TestClock::at(moment() - behind));
        let clock = Arc::new(HubClock::new(Arc::clone(&box_clock) as _));
        let client = Client::new(PlatformUrl::parse(&platform.base).unwrap(), clock).unwrap();
        Self {
            platform,
            box_clock,
            identity: Identity::ephemeral().unwrap(),
            client,
        }
    }

    pub(super) async fn claim(&self) -> Result<Registration, ClaimError> {
        self.client.claim(&self.identity, &CODE.parse().unwrap()).await
    }

    pub(super) fn hub(&self, registration: &Registration) -> HubClient {
        HubClient::new(
            self.client.clone(),
            &self.identity,
            registration,
            Arc::new(Counting::default()),
        )
        .unwrap()
    }
}

#[tokio::test]
async fn a_code_is_traded_for_a_name_once() {
    let bedside = Bedside::new(TimeDelta::zero());
    let wrong = bedside
        .client
        .claim(&bedside.identity, &"ZZZZ-ZZZZ-ZZZZ".parse().unwrap())
        .await;
    assert!(matches!(wrong, Err(ClaimError::UnknownCode)));
    let registration = bedside.claim().await.unwrap();
    assert_eq!(registration.hub_id, bedside.platform.hub);
    assert_eq!(registration.audience, AUDIENCE);
    assert_eq!(registration.fingerprint, bedside.identity.fingerprint());
    assert!(matches!(bedside.claim().await, Err(ClaimError::UnknownCode)));
}

#[tokio::test]
async fn a_claimed_hub_sees_when_it_is_confirmed() {
    let bedside = Bedside::new(TimeDelta::zero());
    let hub = bedside.hub(&bedside.claim().await.unwrap());
    let me = hub.me().await.unwrap();
    assert_eq!(
        (me.hub_id, me.state, me.name.as_deref()),
        (bedside.platform.hub, HubState::Claimed, Some("Ward 3"))
    );
    assert_eq!(
        (me.devices[0].maker.as_str(), me.devices[0].serial.as_str()),
        ("Omron", "D1")
    );
    for (state, seen) in [
        ("active", HubState::Active),
        ("inactive", HubState::Inactive),
        ("new", HubState::Other),
    ] {
        bedside.platform.set_state(state);
        assert_eq!(hub.me().await.unwrap().state, seen);
    }
}

#[tokio::test]
async fn the_first_answer_sets_the_clock() {
    let bedside = Bedside::new(TimeDelta::days(20_000));
    let hub = bedside.hub(&bedside.claim().await.unwrap());
    assert_eq!(bedside.client.clock().now(), moment());
    hub.me().await.unwrap();
    assert_eq!(bedside.platform.clock_wrong(), 0);
}

#[tokio::test]
async fn a_wrong_clock_is_corrected_by_the_refusal() {
    let bedside = Bedside::new(TimeDelta::zero());
    let hub = bedside.hub(&bedside.claim().await.unwrap());
    for (slip, refused) in [(-20_000, 1), (0, 1), (20_000, 2)] {
        bedside.box_clock.advance(TimeDelta::days(slip));
        hub.me().await.unwrap();
        assert_eq!(
            bedside.platform.clock_wrong(),
            refused,
            "after {slip} days; a kept offset costs nothing"
        );
        assert_eq!(bedside.client.clock().now(), moment());
    }
}

#[tokio::test]
async fn a_hub_without_a_platform_says_so() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let clock = Arc::new(HubClock::new(Arc::new(TestClock::at(moment()))));
    let client = Client::new(PlatformUrl::parse(&format!("http://{closed}")).unwrap(), clock).unwrap();
    let claimed = client
        .claim(&Identity::ephemeral().unwrap(), &CODE.parse().unwrap())
        .await;
    assert!(matches!(
        claimed,
        Err(ClaimError::Call(CallError::Unreachable(_)))
    ));
}

#[tokio::test]
async fn a_registration_of_another_key_is_refused() {
    let bedside = Bedside::new(TimeDelta::zero());
    let registration = bedside.claim().await.unwrap();
    let other = Identity::ephemeral().unwrap();
    let hub = HubClient::new(
        bedside.client.clone(),
        &other,
        &registration,
        Arc::new(Counting::default()),
    );
    assert!(matches!(hub, Err(SetupError::OtherKey)));
}
