//! Configuration: the embedded defaults, then a TOML file, then the environment, then the command line.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde::Deserialize;
use url::Url;

use crate::ground::MasterKey;
use crate::tenancy::Pools;

mod blobs;
mod mail;
mod mqtt;
mod proxies;
mod rates;
mod role;

pub use blobs::{BlobPlace, BlobsConfig};
pub use mail::{MailConfig, SmtpTls};
pub use mqtt::{BrokerAddress, MqttConfig};
pub use proxies::{BadNetwork, Network, ProxyHeader};
pub use rates::RatesConfig;
pub use role::Role;

const DEFAULTS: &str = include_str!("default.toml");

/// Why the configuration cannot be used. The message names the key.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A key is unknown or its value cannot be read.
    #[error("configuration: {0}")]
    Read(#[from] config::ConfigError),
    /// A value is readable but makes no sense.
    #[error("configuration: {key}: {why}")]
    Value {
        /// Which key.
        key: &'static str,
        /// What is wrong with it.
        why: String,
    },
}

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    /// For a person.
    Text,
    /// For a machine.
    Json,
}

/// The whole configuration; `default.toml` says what each key means.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the embedded default file documents every key")]
pub struct Config {
    pub listen: SocketAddr,
    pub public_url: String,
    pub data_dir: PathBuf,
    pub database_url: String,
    pub database_owner_url: String,
    master_key: String,
    #[serde(deserialize_with = "role::roles")]
    pub roles: Vec<Role>,
    pub insecure_dev: bool,
    pub log: String,
    pub log_format: LogFormat,
    pub metrics_listen: String,
    pub threads: usize,
    pub connections: usize,
    #[serde(deserialize_with = "proxies::networks")]
    pub trusted_proxies: Vec<Network>,
    pub proxy_header: ProxyHeader,
    pub pools: PoolsConfig,
    pub intake: IntakeConfig,
    pub forwarding: ForwardingConfig,
    pub mail: MailConfig,
    pub mqtt: MqttConfig,
    pub blobs: BlobsConfig,
}

/// `[pools]`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the embedded default file documents every key")]
pub struct PoolsConfig {
    pub requests: u32,
    pub intake: u32,
    pub forwarding: u32,
}

impl From<PoolsConfig> for Pools {
    fn from(
        PoolsConfig {
            requests,
            intake,
            forwarding,
        }: PoolsConfig,
    ) -> Self {
        Self {
            requests,
            intake,
            forwarding,
        }
    }
}

/// `[intake]`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the embedded default file documents every key")]
pub struct IntakeConfig {
    pub queue: usize,
    pub batch: usize,
    pub committers: usize,
    pub single_bytes: usize,
    pub batch_bytes: usize,
    pub bodies_bytes: usize,
    pub rates: RatesConfig,
}

/// `[forwarding]`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(missing_docs, reason = "the embedded default file documents every key")]
pub struct ForwardingConfig {
    pub timeout_seconds: u64,
    pub allow_private_addresses: bool,
    pub concurrency: usize,
}

/// What the command line sets over everything else.
#[derive(Debug, Clone, Default, clap::Args)]
pub struct Overrides {
    /// A TOML file; `vitalwire-server config` prints all keys with their defaults.
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Address and port to listen on.
    #[arg(long, global = true, value_name = "ADDRESS")]
    pub listen: Option<SocketAddr>,
    /// How the outside reaches the server.
    #[arg(long, global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// The folder for everything kept in files.
    #[arg(long, global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// A PostgreSQL of your own instead of the private one.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "DATABASE_URL",
        hide_env_values = true
    )]
    pub database_url: Option<String>,
    /// What this process does; default: everything.
    #[arg(long = "role", global = true, value_delimiter = ',', value_enum)]
    pub roles: Vec<Role>,
    /// For a developer's machine only: see the configuration file.
    #[arg(long, global = true)]
    pub insecure_dev: bool,
}

/// The default file, as `vitalwire-server config` prints it.
pub fn defaults() -> &'static str {
    DEFAULTS
}

impl Config {
    /// Reads the configuration; the first wrong key stops it.
    pub fn load(overrides: &Overrides) -> Result<Self, ConfigError> {
        Self::load_in(overrides, None)
    }

    /// The same in another environment than the process's own.
    fn load_in(
        overrides: &Overrides,
        environment: Option<config::Map<String, String>>,
    ) -> Result<Self, ConfigError> {
        let mut builder =
            config::Config::builder().add_source(config::File::from_str(DEFAULTS, config::FileFormat::Toml));
        if let Some(path) = &overrides.config {
            builder = builder.add_source(config::File::from(path.clone()).format(config::FileFormat::Toml));
        }
        builder = builder.add_source(
            config::Environment::with_prefix("VITALWIRE")
                .prefix_separator("_")
                .separator("__")
                // A text stays what it is, whatever it looks like: a password may be 0123.
                .source(environment),
        );
        let mut config: Self = builder.build()?.try_deserialize()?;
        config.apply(overrides);
        config.check()?;
        Ok(config)
    }

    fn apply(&mut self, overrides: &Overrides) {
        let Overrides {
            config: _,
            listen,
            public_url,
            data_dir,
            database_url,
            roles,
            insecure_dev,
        } = overrides.clone();
        self.listen = listen.unwrap_or(self.listen);
        self.insecure_dev |= insecure_dev;
        if let Some(url) = public_url {
            self.public_url = url;
        }
        if let Some(folder) = data_dir {
            self.data_dir = folder;
        }
        if let Some(url) = database_url {
            self.database_url = url;
        }
        if !roles.is_empty() {
            self.roles = roles;
        }
        if self.data_dir.as_os_str().is_empty() {
            self.data_dir = default_data_dir();
        }
        if self.public_url.is_empty() {
            self.public_url = format!("http://{}", self.listen);
        }
        self.public_url
            .truncate(self.public_url.trim_end_matches('/').len());
    }

    fn check(&self) -> Result<(), ConfigError> {
        let bad = |key, why: &str| {
            Err(ConfigError::Value {
                key,
                why: why.to_owned(),
            })
        };
        if !Url::parse(&self.public_url).is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
            return bad(
                "public_url",
                "must be an address that begins with http:// or https://",
            );
        }
        if self.roles.is_empty() {
            return bad("roles", "at least one of web, worker is needed");
        }
        if let Some((key, why)) = self.too_little() {
            return bad(key, why);
        }
        if self.intake.bodies_bytes < self.intake.batch_bytes.max(self.intake.single_bytes) {
            return bad(
                "intake.bodies_bytes",
                "must hold at least one of the largest bodies",
            );
        }
        if self.intake.batch == 0 || self.intake.batch > 5000 {
            return bad("intake.batch", "must be 1 to 5000");
        }
        self.mail.check()?;
        self.mqtt.check(self.insecure_dev)?;
        self.blobs.place(&self.data_dir)?;
        self.master_key_from_config().map(drop)
    }

    /// The first number with which nothing would ever be served, and what it needs.
    fn too_little(&self) -> Option<(&'static str, &'static str)> {
        let Self {
            connections,
            pools,
            intake,
            forwarding,
            ..
        } = self;
        let one = "must be at least 1";
        [
            ("connections", *connections < 1, one),
            ("pools.requests", pools.requests < 2, "must be at least 2"),
            ("pools.intake", pools.intake < 1, one),
            ("pools.forwarding", pools.forwarding < 4, "must be at least 4"),
            ("intake.queue", intake.queue < 1, one),
            ("intake.committers", intake.committers < 1, one),
            ("intake.single_bytes", intake.single_bytes < 1, one),
            ("intake.batch_bytes", intake.batch_bytes < 1, one),
            ("forwarding.timeout_seconds", forwarding.timeout_seconds < 1, one),
            ("forwarding.concurrency", forwarding.concurrency < 1, one),
        ]
        .into_iter()
        .find_map(|(key, is_too_little, why)| is_too_little.then_some((key, why)))
    }

    /// Whether the server looks after a PostgreSQL of its own.
    pub fn is_embedded(&self) -> bool {
        self.database_url.is_empty()
    }

    /// The configured master key, if there is one.
    pub fn master_key_from_config(&self) -> Result<Option<MasterKey>, ConfigError> {
        if self.master_key.is_empty() {
            return Ok(None);
        }
        let bytes = BASE64.decode(self.master_key.trim().as_bytes()).ok();
        match bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok()) {
            Some(bytes) => Ok(Some(MasterKey::new(bytes))),
            None => Err(ConfigError::Value {
                key: "master_key",
                why: "must be 32 bytes in base64".to_owned(),
            }),
        }
    }

    /// Where the keys are kept.
    pub fn keys_dir(&self) -> PathBuf {
        self.data_dir.join("keys")
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the place of the data folder follows the user's own environment"
)]
fn default_data_dir() -> PathBuf {
    if rustix::process::geteuid().is_root() {
        return PathBuf::from("/var/lib/vitalwire");
    }
    let share = std::env::var_os("XDG_DATA_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute());
    let share = share.or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/share")));
    share.unwrap_or_else(|| PathBuf::from(".")).join("vitalwire")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(toml: &str) -> Result<Config, ConfigError> {
        let name = format!("vitalwire-config-{}-{}.toml", std::process::id(), toml.len());
        let path = std::env::temp_dir().join(name);
        std::fs::write(&path, toml).unwrap();
        let loaded = Config::load(&Overrides {
            config: Some(path.clone()),
            ..Overrides::default()
        });
        std::fs::remove_file(path).unwrap();
        loaded
    }

    #[test]
    fn the_defaults_are_whole() {
        let config = load("").unwrap();
        assert_eq!(config.public_url, "http://127.0.0.1:8080");
        assert!(config.is_embedded());
        assert_eq!(config.roles, [Role::Web, Role::Worker]);
    }

    #[test]
    fn an_unknown_key_or_a_bad_value_is_named() {
        assert!(load("lissten = 1").unwrap_err().to_string().contains("lissten"));
        assert!(
            load("[intake]\nbatch = 0")
                .unwrap_err()
                .to_string()
                .contains("intake.batch")
        );
        assert!(
            load("master_key = \"short\"")
                .unwrap_err()
                .to_string()
                .contains("master_key")
        );
        assert!(
            load("public_url = \"ftp://x\"")
                .unwrap_err()
                .to_string()
                .contains("public_url")
        );
        assert!(
            load("trusted_proxies = [\"10.0.0.0/64\"]")
                .unwrap_err()
                .to_string()
                .contains("trusted_proxies")
        );
        assert!(
            load("[mqtt]\nurl = \"mqtt://broker.example.org\"")
                .unwrap_err()
                .to_string()
                .contains("mqtt.url")
        );
    }

    #[test]
    fn what_is_no_text_is_read_from_the_environment_as_well() {
        let set = [
            ("THREADS", "3"),
            ("INSECURE_DEV", "true"),
            ("ROLES", "worker, web"),
        ];
        let set = set.map(|(name, value)| (format!("VITALWIRE_{name}"), value.to_owned()));
        let config = Config::load_in(&Overrides::default(), Some(set.into())).unwrap();
        assert_eq!((config.threads, config.insecure_dev), (3, true));
        assert_eq!(config.roles, [Role::Worker, Role::Web]);
        let wrong = ("VITALWIRE_ROLES".to_owned(), "worker,cook".to_owned());
        let told = Config::load_in(&Overrides::default(), Some([wrong].into())).unwrap_err();
        assert!(told.to_string().contains("roles"), "{told}");
        let wrong = ("VITALWIRE_THREADS".to_owned(), "many".to_owned());
        let told = Config::load_in(&Overrides::default(), Some([wrong].into())).unwrap_err();
        assert!(told.to_string().contains("threads"), "{told}");
    }

    #[test]
    fn a_password_of_digits_comes_as_it_is_from_the_environment() {
        let set = [("USERNAME", "000017"), ("PASSWORD", "0123"), ("URL", "mqtts://x")];
        let set = set.map(|(name, value)| (format!("VITALWIRE_MQTT__{name}"), value.to_owned()));
        let config = Config::load_in(&Overrides::default(), Some(set.into())).unwrap();
        assert_eq!(
            (&*config.mqtt.username, &*config.mqtt.password),
            ("000017", "0123")
        );
    }

    #[test]
    fn a_number_with_which_nothing_would_be_served_is_named() {
        for (table, name) in [
            ("", "connections"),
            ("pools", "requests"),
            ("pools", "intake"),
            ("pools", "forwarding"),
            ("intake", "queue"),
            ("intake", "batch"),
            ("intake", "committers"),
            ("intake", "single_bytes"),
            ("intake", "batch_bytes"),
            ("intake", "bodies_bytes"),
            ("forwarding", "timeout_seconds"),
            ("forwarding", "concurrency"),
        ] {
            let (head, key) = match table {
                "" => (String::new(), name.to_owned()),
                table => (format!("[{table}]\n"), format!("{table}.{name}")),
            };
            let told = load(&format!("{head}{name} = 0"))
                .map(drop)
                .unwrap_err()
                .to_string();
            assert!(told.contains(&format!("configuration: {key}: must")), "{told}");
        }
    }

    #[test]
    fn proxies_are_a_list_in_a_file_and_may_be_one_text() {
        let of = |text: &str| load(&format!("trusted_proxies = {text}")).map(|config| config.trusted_proxies);
        let both: [Network; 2] = ["127.0.0.1", "fd00::/8"].map(|network| network.parse().unwrap());
        for text in [
            "['127.0.0.1', 'fd00::/8']",
            "'127.0.0.1,fd00::/8'",
            "' 127.0.0.1 , fd00::/8 '",
        ] {
            assert_eq!(of(text).unwrap(), both, "{text}");
        }
        for text in ["[]", "''", "' '"] {
            assert_eq!(of(text).unwrap(), [], "{text}");
        }
        let in_environment = |text: &str| {
            let set = ("VITALWIRE_TRUSTED_PROXIES".to_owned(), text.to_owned());
            Config::load_in(&Overrides::default(), Some([set].into())).map(|config| config.trusted_proxies)
        };
        assert_eq!(in_environment("127.0.0.1,fd00::/8").unwrap(), both);
        assert_eq!(in_environment("127.0.0.1").unwrap(), both[..1]);
        assert_eq!(in_environment("").unwrap(), []);
        let told = in_environment("[\"127.0.0.1\"]").unwrap_err().to_string();
        assert!(
            told.contains("trusted_proxies") && told.contains("without brackets"),
            "{told}"
        );
        for text in [
            "'[\"127.0.0.1\"]'",
            "'127.0.0.1 fd00::/8'",
            "['']",
            "'127.0.0.1,'",
            "7",
            "[7]",
        ] {
            let told = of(text).unwrap_err().to_string();
            assert!(told.contains("trusted_proxies"), "{text}: {told}");
        }
    }

    #[test]
    fn the_command_line_wins() {
        let overrides = Overrides {
            listen: Some("127.0.0.1:9".parse().unwrap()),
            ..Overrides::default()
        };
        assert_eq!(Config::load(&overrides).unwrap().public_url, "http://127.0.0.1:9");
    }
}
