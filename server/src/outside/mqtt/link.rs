//! One connection, from its beginning to its end. Nothing of it outlives it: what was under way at a loss is dropped, because
//! the broker, which was not told that it may forget, delivers it again over the next one.

use std::collections::VecDeque;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use rumqttc::{
    AsyncClient, ConnectionError, Event, EventLoop, Outgoing, Packet, Publish, PublishNoticeError,
    PublishOptions, QoS, SubAck, SubscribeReasonCode,
};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::{Message, Settings, Taker, words};
use crate::ground::swallow::either_way;

/// How long messages under way get at a stop, with the goodbye.
const GRACE: Duration = Duration::from_secs(7);
/// How long the broker gets to hear it.
const GOODBYE: Duration = Duration::from_secs(2);

/// How it ended.
pub(super) enum Ended {
    /// We were told to stop.
    Stopped,
    /// Otherwise.
    Lost(Loss),
}

/// Why.
pub(super) struct Loss {
    /// In words for an operator.
    pub(super) why: String,
    /// Whether another client took our place, which it will do again.
    pub(super) is_taken_over: bool,
}

/// Connects, subscribes, calls `up`, and takes messages until the connection is lost or `stop`.
pub(super) async fn serve(
    settings: &Settings,
    taker: &Arc<dyn Taker>,
    stop: &CancellationToken,
    up: impl Fn(),
) -> Ended {
    // Room for an answer and an acknowledgement of each message, and for the rest: nobody who has something to say waits.
    let capacity = usize::from(settings.in_flight) * 2 + 8;
    let (client, mut events) = AsyncClient::builder(settings.options())
        .capacity(capacity)
        .build();
    let mut connection = Connection {
        client,
        taker: Arc::clone(taker),
        unasked: Arc::new(Semaphore::new(usize::from(settings.in_flight))),
        is_refused: Arc::default(),
        most: usize::from(settings.in_flight),
        under_way: JoinSet::new(),
        waiting: VecDeque::new(),
        is_connected: false,
        ends_at: None,
    };
    let ended = loop {
        let Some(event) = connection.next(&mut events, stop).await else {
            break Ended::Stopped;
        };
        match event {
            Ok(Event::Incoming(Packet::ConnAck(_))) => {
                connection.is_connected = true;
                // It has done its work, and would be asked to write down every packet from now on.
                events.options.clear_session_store();
                connection.subscribe(settings);
            }
            Ok(Event::Incoming(Packet::SubAck(answer))) => match refused(&answer) {
                None => up(),
                Some(reason) => break Ended::Lost(words::not_subscribed(reason)),
            },
            Ok(Event::Incoming(Packet::Publish(publish))) => connection.begin(publish),
            Ok(Event::Outgoing(Outgoing::Disconnect)) => break Ended::Stopped,
            Ok(_) => {}
            Err(_) if connection.is_ending() => break Ended::Stopped,
            Err(error) => break Ended::Lost(words::loss(&error)),
        }
    };
    connection.under_way.abort_all();
    count(0, 0);
    ended
}

fn refused(answer: &SubAck) -> Option<SubscribeReasonCode> {
    let mut reasons = answer.return_codes.iter().copied();
    reasons.find(|reason| !matches!(reason, SubscribeReasonCode::Success(_)))
}

struct Connection {
    client: AsyncClient,
    taker: Arc<dyn Taker>,
    /// Room for messages that the broker does not hold back (QoS 0).
    unasked: Arc<Semaphore>,
    /// Whether it was said that the broker takes no answers.
    is_refused: Arc<AtomicBool>,
    /// How many messages are under way at once.
    most: usize,
    under_way: JoinSet<()>,
    /// What the broker sent beyond that. It is asked not to, but Mosquitto 2.0.11 forgets what is under way whenever the
    /// oldest message is acknowledged, and sends as many again.
    waiting: VecDeque<(Publish, Option<OwnedSemaphorePermit>)>,
    is_connected: bool,
    /// Once it was told to stop.
    ends_at: Option<Instant>,
}

impl Connection {
    /// What happens next on the connection; nothing where it was told to stop and has. The wait for it is not broken off and
    /// begun anew meanwhile, which could leave half a packet unsent.
    async fn next(
        &mut self,
        events: &mut EventLoop,
        stop: &CancellationToken,
    ) -> Option<Result<Event, ConnectionError>> {
        let mut event = pin!(events.poll());
        loop {
            let ends_at = self.ends_at;
            tokio::select! {
                event = &mut event => return Some(event),
                () = stop.cancelled(), if ends_at.is_none() => {
                    if !self.is_connected {
                        return None;
                    }
                    self.ends_at = Some(Instant::now() + GRACE);
                    self.waiting.clear();
                    self.leave_if_idle();
                }
                Some(_) = self.under_way.join_next() => {
                    self.begin_waiting();
                    self.leave_if_idle();
                }
                () = tokio::time::sleep_until(ends_at.unwrap_or_else(Instant::now)), if ends_at.is_some() => return None,
            }
        }
    }

    fn is_ending(&self) -> bool {
        self.ends_at.is_some()
    }

    /// Says goodbye when the last message under way is answered.
    fn leave_if_idle(&self) {
        if self.is_ending() && self.under_way.is_empty() {
            let said = self.client.try_disconnect_with_timeout(GOODBYE);
            either_way(said, "the broker finds out by itself");
        }
    }

    fn subscribe(&self, settings: &Settings) {
        let asked = self
            .client
            .try_subscribe(settings.filter.clone(), QoS::AtLeastOnce);
        either_way(asked, "a connection that has just begun has room for it");
    }

    /// Begins to take a message. One that comes while we stop is delivered again, to whoever is there.
    fn begin(&mut self, publish: Publish) {
        if self.is_ending() {
            return;
        }
        let room = if publish.qos == QoS::AtMostOnce {
            // Nobody holds these back for us.
            let Ok(room) = Arc::clone(&self.unasked).try_acquire_owned() else {
                metrics::counter!("vitalwire_mqtt_messages_total", "verdict" => "dropped").increment(1);
                return;
            };
            Some(room)
        } else {
            None
        };
        self.waiting.push_back((publish, room));
        self.begin_waiting();
    }

    /// Begins with those that wait, while there is room.
    fn begin_waiting(&mut self) {
        while self.under_way.len() < self.most
            && let Some((publish, room)) = self.waiting.pop_front()
        {
            let (client, taker) = (self.client.clone(), Arc::clone(&self.taker));
            let is_refused = Arc::clone(&self.is_refused);
            self.under_way.spawn(async move {
                take(&client, &*taker, &publish, &is_refused).await;
                drop(room);
            });
        }
        count(self.under_way.len(), self.waiting.len());
    }
}

/// Says how many messages are under way, and how many wait.
fn count(under_way: usize, waiting: usize) {
    let number = |count| f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    metrics::gauge!("vitalwire_mqtt_under_way").set(number(under_way));
    metrics::gauge!("vitalwire_mqtt_waiting").set(number(waiting));
}

/// In this order: it is taken, the answer is with the broker, the broker may forget the message. Where the connection ends
/// before, the message comes again.
async fn take(client: &AsyncClient, taker: &dyn Taker, publish: &Publish, is_refused: &AtomicBool) {
    let topic = String::from_utf8_lossy(&publish.topic);
    let message = Message {
        topic: &topic,
        payload: &publish.payload,
    };
    if let Some(answer) = taker.take(message).await {
        let sent = client
            .publish_tracked(answer.topic, answer.payload, PublishOptions::at_least_once())
            .await;
        let Ok(notice) = sent else { return };
        match notice.wait_completion_async().await {
            Ok(()) => {}
            Err(PublishNoticeError::V5PubAck(reason)) => {
                metrics::counter!("vitalwire_mqtt_answers_refused_total").increment(1);
                if !is_refused.swap(true, Ordering::Relaxed) {
                    tracing::error!(
                        ?reason,
                        "the MQTT broker takes no answers from this server: look at its ACL"
                    );
                }
            }
            Err(_) => return,
        }
    }
    either_way(
        client.ack(publish).await,
        "the connection has ended, and the message comes again",
    );
}
