//! Random moves by random people against a model of who has what.

use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use vitalwire_server::ground::enums::DeviceState::{
    self, Active, Inactive, Replaced, Retired, Returned, Stock,
};
use vitalwire_server::ground::ids::{CredentialId, DeviceId};
use vitalwire_server::history::commit::{Row, Verdict};
use vitalwire_server::registry::devices::{self, DevicePatch};
use vitalwire_server::registry::moves::{self, Placement};
use vitalwire_server::registry::{RegistryError, RegistryScope};

use crate::world::{Clinic, Dealer, World};

const DEVICES: usize = 3;
const DEALERS: usize = 2;
/// The first dealer has two, the second one, and one is nobody's.
const CLINICS: [Option<usize>; 4] = [Some(0), Some(0), Some(1), None];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Who {
    Admin,
    Dealer(usize),
    Clinic(usize),
}

#[derive(Debug, Clone, Copy)]
enum Step {
    Allocate(usize),
    Recall,
    Place(usize, Option<bool>),
    GiveBack,
    Restock,
    Replace(usize),
    Retire,
    Switch(bool),
}

/// A device as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Is {
    state: DeviceState,
    dealer: Option<usize>,
    clinic: Option<usize>,
}

impl Is {
    fn is_of(self, who: Who) -> bool {
        match who {
            Who::Admin => true,
            Who::Dealer(own) => self.dealer == Some(own),
            Who::Clinic(own) => self.clinic == Some(own),
        }
    }

    fn in_use(self) -> bool {
        matches!(self.state, Active | Inactive)
    }
}

/// What the move should make of the devices; none: it should be refused.
fn expected(all: &[Is; DEVICES], who: Who, device: usize, step: Step) -> Option<[Is; DEVICES]> {
    let is = all[device];
    let admin = who == Who::Admin;
    if !is.is_of(who) || is.state == Retired {
        return None;
    }
    let mut next = *all;
    let shelved = |state, dealer| Is {
        state,
        dealer,
        clinic: None,
    };
    next[device] = match step {
        Step::Allocate(to) if admin && is == shelved(Stock, None) => shelved(Stock, Some(to)),
        Step::Recall if admin && is.clinic.is_none() && is.dealer.is_some() => shelved(is.state, None),
        Step::Retire if admin => shelved(Retired, is.dealer),
        Step::GiveBack if is.clinic.is_some() => shelved(Returned, is.dealer),
        Step::Restock if is.state == Returned => shelved(Stock, is.dealer),
        Step::Switch(on) if is.in_use() => Is {
            state: if on { Active } else { Inactive },
            ..is
        },
        Step::Place(to, on) => {
            let may = match who {
                Who::Admin => is.state != Replaced && is.clinic != Some(to),
                Who::Dealer(own) => is.state == Stock && CLINICS[to] == Some(own),
                Who::Clinic(_) => false,
            };
            let state = match on {
                Some(on) => [Inactive, Active][usize::from(on)],
                None if is.state == Inactive => Inactive,
                None => Active,
            };
            may.then_some(Is {
                state,
                dealer: CLINICS[to],
                clinic: Some(to),
            })?
        }
        Step::Replace(with) => {
            let new = all[with];
            let from_stock = new.state == Stock && (new.dealer.is_none() || new.dealer == is.dealer);
            let own_spare = new.state == Inactive && new.clinic == is.clinic;
            if with == device || !is.in_use() || !new.is_of(who) || !(from_stock || own_spare) {
                return None;
            }
            next[with] = Is { state: Active, ..is };
            Is {
                state: Replaced,
                ..is
            }
        }
        _ => return None,
    };
    Some(next)
}

struct Stage {
    world: World,
    dealers: Vec<Dealer>,
    clinics: Vec<Clinic>,
}

impl Stage {
    async fn new() -> Self {
        let world = World::new().await;
        let mut dealers = Vec::new();
        for number in 0..DEALERS {
            dealers.push(world.dealer(&format!("Dealer{number}")).await);
        }
        let mut clinics = Vec::new();
        for (number, of) in CLINICS.into_iter().enumerate() {
            let of = of.map(|dealer| &dealers[dealer]);
            clinics.push(world.clinic(&format!("Clinic{number}"), of).await);
        }
        Self {
            world,
            dealers,
            clinics,
        }
    }

    async fn play(&self, steps: &[(Who, usize, Step)]) {
        let world = &self.world;
        let mut devices = Vec::new();
        for _ in 0..DEVICES {
            let serial = world.ground.id::<uuid::Uuid>().simple().to_string();
            let device = world.device(&serial).await;
            devices.push((device, world.token(device).await));
        }
        let mut model = [Is {
            state: Stock,
            dealer: None,
            clinic: None,
        }; DEVICES];
        let mut readings: Vec<(Row, usize)> = Vec::new();
        for (who, device, step) in steps {
            let should = expected(&model, *who, *device, *step);
            let did = self.act(*who, &devices, *device, *step).await;
            assert_eq!(
                did.is_ok(),
                should.is_some(),
                "{who:?} {step:?}: {did:?} of {model:?}"
            );
            if !model[*device].is_of(*who)
                && !matches!((who, step), (_, Step::Allocate(_) | Step::Recall | Step::Retire))
            {
                assert!(
                    matches!(did, Err(RegistryError::NotFound(_))),
                    "what is not theirs is not there: {did:?}"
                );
            }
            model = should.unwrap_or(model);
            world.tick();
            for (number, is) in model.iter().enumerate() {
                self.looks(devices[number].0, *is).await;
            }
            readings.extend(self.measured(&devices, *device, model[*device]).await);
            world.periods_hold().await;
        }
        for (row, clinic) in readings {
            let owner = world.owner(&row).await;
            assert_eq!(
                owner,
                Some(self.clinics[clinic].id),
                "a reading stays with its owner"
            );
        }
    }

    async fn looks(&self, device: DeviceId, is: Is) {
        let seen = self.world.seen(device).await;
        assert_eq!(
            (seen.state, seen.distributor, seen.customer),
            (
                is.state,
                is.dealer.map(|dealer| self.dealers[dealer].id),
                is.clinic.map(|clinic| self.clinics[clinic].id)
            )
        );
    }

    /// A reading of now, which is taken from an active device alone, for its holder.
    async fn measured(
        &self,
        devices: &[(DeviceId, CredentialId)],
        device: usize,
        is: Is,
    ) -> Option<(Row, usize)> {
        let world = &self.world;
        let (id, token) = devices[device];
        let row = world.row(id, (None, token), world.ground.now());
        let verdict = world.committer.commit(vec![row.clone()]).await.unwrap()[0];
        assert_eq!(
            matches!(verdict, Verdict::Accepted(_)),
            is.state == Active,
            "{verdict:?} of {is:?}"
        );
        is.clinic
            .filter(|_| is.state == Active)
            .map(|clinic| (row, clinic))
    }

    async fn act(
        &self,
        who: Who,
        devices: &[(DeviceId, CredentialId)],
        device: usize,
        step: Step,
    ) -> Result<(), RegistryError> {
        match who {
            Who::Admin => self.act_as(self.world.admin(), devices, device, step).await,
            Who::Dealer(dealer) => {
                self.act_as(self.dealers[dealer].scope(), devices, device, step)
                    .await
            }
            Who::Clinic(clinic) => {
                self.act_as(self.clinics[clinic].scope(), devices, device, step)
                    .await
            }
        }
    }

    async fn act_as<S: RegistryScope>(
        &self,
        scope: &S,
        devices: &[(DeviceId, CredentialId)],
        device: usize,
        step: Step,
    ) -> Result<(), RegistryError> {
        let (ground, database, admin) = (&self.world.ground, &self.world.database, self.world.admin());
        let id = devices[device].0;
        // Only administrators can call these at all.
        let not_theirs = Err(RegistryError::NotAllowed("this is for the platform"));
        match step {
            Step::Allocate(_) | Step::Recall | Step::Retire if !scope.is_admin() => not_theirs,
            Step::Allocate(to) => moves::allocate(ground, database, admin, id, self.dealers[to].id).await,
            Step::Recall => moves::recall(ground, database, admin, id).await,
            Step::Retire => moves::retire(ground, database, admin, id).await,
            Step::GiveBack => moves::give_back(ground, database, scope, id).await,
            Step::Restock => moves::restock(ground, database, scope, id).await,
            Step::Replace(with) => {
                moves::replace(ground, database, scope, id, devices[with].0, "worn out").await
            }
            Step::Place(to, on) => {
                let to = Placement {
                    customer: self.clinics[to].id,
                    state: on.map(|on| if on { Active } else { Inactive }),
                    from: None,
                };
                moves::place(ground, database, scope, id, to).await
            }
            Step::Switch(on) => {
                let patch = DevicePatch {
                    state: Some(if on { Active } else { Inactive }),
                    reference: None,
                };
                scope
                    .run(database, async |tx| {
                        devices::change(tx, scope, ground, id, patch).await
                    })
                    .await
            }
        }
    }
}

fn anybody() -> impl Strategy<Value = Who> {
    prop_oneof![
        3 => Just(Who::Admin),
        3 => (0..DEALERS).prop_map(Who::Dealer),
        2 => (0..CLINICS.len()).prop_map(Who::Clinic),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        2 => (0..DEALERS).prop_map(Step::Allocate),
        1 => Just(Step::Recall),
        4 => (0..CLINICS.len(), proptest::option::of(any::<bool>())).prop_map(|(to, on)| Step::Place(to, on)),
        2 => Just(Step::GiveBack),
        2 => Just(Step::Restock),
        2 => (0..DEVICES).prop_map(Step::Replace),
        1 => Just(Step::Retire),
        1 => any::<bool>().prop_map(Step::Switch),
    ]
}

#[test]
fn whoever_moves_whatever_the_periods_hold_and_readings_keep_their_owner() {
    let tokio = tokio::runtime::Runtime::new().unwrap();
    let stage = tokio.block_on(Stage::new());
    // A soak asks for many more than the default.
    let asked = Config::default().cases;
    let cases = if asked > 256 { asked.min(5_000) } else { 24 };
    let mut runner = TestRunner::new(Config {
        cases,
        max_shrink_iters: 200,
        failure_persistence: None,
        ..Config::default()
    });
    let steps = proptest::collection::vec((anybody(), 0..DEVICES, any_step()), 1..30);
    let played = runner.run(&steps, |steps| {
        let played = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
            tokio.block_on(stage.play(&steps));
        }));
        played.map_err(|_| TestCaseError::fail("see the assertion above"))
    });
    played.unwrap_or_else(|error| panic!("{error}"));
}
