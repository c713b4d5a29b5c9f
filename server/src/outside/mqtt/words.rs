//! Why a connection ended, in words for an operator. Nothing of a message is in them.

use rumqttc::{
    ConnectReturnCode, ConnectionError, DisconnectReasonCode, Error, StateError, SubscribeReasonCode,
};

use super::link::Loss;

/// What is said of an error of the connection.
pub(super) fn loss(error: &ConnectionError) -> Loss {
    let why = match error {
        ConnectionError::ConnectionRefused(
            ConnectReturnCode::BadUserNamePassword | ConnectReturnCode::NotAuthorized,
        ) => "the broker does not let this server in: look at mqtt.username and mqtt.password".to_owned(),
        ConnectionError::ConnectionRefused(code) => format!("the broker refuses: {code:?}"),
        ConnectionError::Timeout(_) => "the broker does not answer".to_owned(),
        ConnectionError::Tls(error) => format!("TLS: {error}"),
        ConnectionError::Io(error) => error.to_string(),
        ConnectionError::NotConnAck(_) => "it does not answer as an MQTT 5 broker does".to_owned(),
        ConnectionError::MqttState(error) => return broken_off(error),
        other => other.to_string(),
    };
    Loss {
        why,
        is_taken_over: false,
    }
}

/// What is said where the broker does not let the server subscribe.
pub(super) fn not_subscribed(reason: SubscribeReasonCode) -> Loss {
    Loss {
        why: format!("the broker refuses the subscription: {reason:?}"),
        is_taken_over: false,
    }
}

fn broken_off(error: &StateError) -> Loss {
    let is_taken_over = matches!(
        error,
        StateError::ServerDisconnect {
            reason_code: DisconnectReasonCode::SessionTakenOver,
            ..
        }
    );
    let why = match error {
        _ if is_taken_over => {
            "another client came under the same name: each server needs an mqtt.username or mqtt.client_id of its own"
                .to_owned()
        }
        StateError::ServerDisconnect { reason_code, .. } => {
            format!("the broker ended the connection: {reason_code:?}")
        }
        StateError::Io(error) | StateError::Deserialization(Error::Io(error)) => {
            format!("the connection broke off: {}", error.kind())
        }
        StateError::ConnectionAborted => "the connection broke off".to_owned(),
        StateError::AwaitPingResp => "the broker no longer answers".to_owned(),
        other => other.to_string(),
    };
    Loss { why, is_taken_over }
}
