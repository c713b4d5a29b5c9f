//! `roles`.

use serde::{Deserialize, Deserializer};

/// What a process does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Serves HTTP: intake, API, portal. Takes what devices send over MQTT.
    Web,
    /// Runs the router, the deliveries and the scheduled jobs.
    Worker,
}

/// Reads roles: a list, or one text with commas between them, as the environment has it.
pub(super) fn roles<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Role>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged, expecting = "roles: a list of web, worker is needed")]
    enum Written {
        Text(String),
        List(Vec<String>),
    }
    let texts = match Written::deserialize(deserializer)? {
        Written::Text(text) if text.trim().is_empty() => Vec::new(),
        Written::Text(text) => text.split(',').map(str::to_owned).collect(),
        Written::List(texts) => texts,
    };
    let role = |text: &String| match text.trim() {
        "web" => Ok(Role::Web),
        "worker" => Ok(Role::Worker),
        _ => Err(serde::de::Error::custom("roles: there are web and worker")),
    };
    texts.iter().map(role).collect()
}
