//! How this server stands with its broker, for operators: in the metrics, in the log and on the administrators' page.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

/// Whether the broker is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Connected and subscribed.
    Connected {
        /// Since when.
        since: DateTime<Utc>,
    },
    /// Not there; it is tried again and again.
    Away {
        /// Since when.
        since: DateTime<Utc>,
        /// What the last attempt came to.
        why: String,
    },
}

/// Where everybody can look it up. Cheap to clone; without a broker it says nothing.
#[derive(Debug, Clone, Default)]
pub struct BrokerStanding(Arc<Mutex<Option<Standing>>>);

impl BrokerStanding {
    /// How it stands now; none where no broker is configured.
    pub fn get(&self) -> Option<Standing> {
        self.inner().clone()
    }

    /// Connected and subscribed.
    pub(super) fn up(&self, now: DateTime<Utc>) {
        let before = self.inner().replace(Standing::Connected { since: now });
        let away_seconds = match before {
            Some(Standing::Away { since, .. }) => (now - since).num_seconds(),
            _ => 0,
        };
        metrics::gauge!("vitalwire_mqtt_connected").set(1.0);
        metrics::counter!("vitalwire_mqtt_connections_total", "outcome" => "connected").increment(1);
        tracing::info!(away_seconds, "connected to the MQTT broker");
    }

    /// A connection was lost, or could not be made. The log has it once, and again when the reason is another one.
    pub(super) fn lost(&self, now: DateTime<Utc>, why: &str) {
        let before = self.get();
        let outcome = match &before {
            Some(Standing::Connected { since }) => {
                let held_seconds = (now - since).num_seconds();
                tracing::warn!(why, held_seconds, "the MQTT broker is lost; it is tried again");
                "lost"
            }
            Some(Standing::Away { why: said, .. }) if said == why => "failed",
            _ => {
                tracing::warn!(why, "the MQTT broker cannot be reached; it is tried again");
                "failed"
            }
        };
        metrics::counter!("vitalwire_mqtt_connections_total", "outcome" => outcome).increment(1);
        self.away(now, why);
    }

    /// Not there; since when stays as it was.
    pub(super) fn away(&self, now: DateTime<Utc>, why: &str) {
        let mut inner = self.inner();
        let since = match &*inner {
            Some(Standing::Away { since, .. }) => *since,
            _ => now,
        };
        *inner = Some(Standing::Away {
            since,
            why: why.to_owned(),
        });
        metrics::gauge!("vitalwire_mqtt_connected").set(0.0);
    }

    fn inner(&self) -> MutexGuard<'_, Option<Standing>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_away_since_the_first_loss_for_the_last_reason() {
        let at = |second| DateTime::from_timestamp(second, 0).unwrap();
        let standing = BrokerStanding::default();
        assert_eq!(standing.get(), None);
        standing.up(at(1));
        assert_eq!(standing.get(), Some(Standing::Connected { since: at(1) }));
        standing.lost(at(2), "first");
        standing.lost(at(3), "second");
        let expected = Standing::Away {
            since: at(2),
            why: "second".to_owned(),
        };
        assert_eq!(standing.get(), Some(expected));
        standing.up(at(4));
        assert_eq!(standing.get(), Some(Standing::Connected { since: at(4) }));
    }
}
