//! A real broker: Mosquitto with the configuration that we ship, paths and port apart. And devices that speak to it with a
//! client that we did not write.

use std::collections::VecDeque;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader, Lines};

use crate::{free_port, setting};

const CONFIGURATION: &str = include_str!("../../infra/mosquitto/mosquitto.conf");
const ACL: &str = include_str!("../../infra/mosquitto/acl");
const DEVICE: &str = include_str!("mqtt_device.py");
/// How long anything that must happen may take on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// The broker, which can be away. Every user's password is `pw-` and the name.
#[derive(Debug)]
pub struct Broker {
    port: u16,
    folder: PathBuf,
    child: Option<Child>,
}

impl Broker {
    /// One with these users that is not started yet.
    pub fn with_users(users: &[&str]) -> Self {
        let folder = std::env::temp_dir().join(format!("vw-mqtt-{}", crate::unique_name()));
        fs::create_dir_all(folder.join("data")).expect("a folder can be made");
        let broker = Self {
            port: free_port(),
            folder,
            child: None,
        };
        broker.write_certificates();
        broker.write_configuration();
        for user in users {
            broker.add_user(user);
        }
        broker
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// The certificate of who signed the broker's.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// A file with the configuration of a server that is this user.
    pub fn server_file(&self, user: &str, more: &str) -> String {
        let path = self.folder.join(format!("{user}.toml"));
        let ca = self.ca();
        let text = format!(
            "{more}\n[mqtt]\nurl = \"mqtts://127.0.0.1:{}\"\nusername = \"{user}\"\npassword = \"pw-{user}\"\nca_file = {:?}\n",
            self.port,
            ca.display().to_string()
        );
        fs::write(&path, text).expect("a file can be written");
        path.display().to_string()
    }

    /// Starts it, and returns when it listens.
    pub async fn start(&mut self) {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"));
        let child = Command::new(found("mosquitto"))
            .arg("-c")
            .arg(self.folder.join("mosquitto.conf"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log.expect("the log can be written"))
            .spawn()
            .expect("Mosquitto runs; `make test` installs it");
        self.child = Some(child);
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port))
                .await
                .is_ok()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the broker does not listen\n{}", self.log());
    }

    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("the broker runs");
        child.kill().expect("SIGKILL can be sent");
        child.wait().expect("the killed broker is reaped");
    }

    /// What it says to somebody who connects without TLS, until it ends the connection.
    pub async fn answer_in_the_clear(&self) -> Vec<u8> {
        let connect = b"\x10\x0d\x00\x04MQTT\x05\x02\x00\x3c\x00\x00\x00";
        let mut stream = tokio::net::TcpStream::connect(("127.0.0.1", self.port))
            .await
            .expect("it listens");
        stream.write_all(connect).await.expect("it reads");
        let mut answer = Vec::new();
        // An alert of TLS may come first; the reset that follows is an end as well.
        let _ended = stream.read_to_end(&mut answer).await;
        answer
    }

    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn add_user(&self, user: &str) {
        let file = self.folder.join("passwd");
        let mut command = Command::new(found("mosquitto_passwd"));
        if !file.exists() {
            command.arg("-c");
        }
        run(command.arg("-b").arg(&file).args([user, &format!("pw-{user}")]));
    }

    fn write_configuration(&self) {
        let here = |path: &str| self.folder.join(path).display().to_string();
        let text = [
            ("listener 8883", format!("listener {} 127.0.0.1", self.port)),
            ("/etc/mosquitto/certs/", here("") + "/"),
            ("/etc/mosquitto/passwd", here("passwd")),
            ("/etc/mosquitto/acl", here("acl")),
            ("/var/lib/mosquitto/", here("data") + "/"),
        ]
        .iter()
        .fold(CONFIGURATION.to_owned(), |text, (ours, theirs)| {
            assert!(text.contains(ours), "{ours}");
            text.replace(ours, theirs)
        });
        // As root it would become another user, who may not enter the folder.
        let text = text + "user root\n";
        fs::write(self.folder.join("mosquitto.conf"), text).expect("a file can be written");
        fs::write(self.folder.join("acl"), ACL).expect("a file can be written");
    }

    fn write_certificates(&self) {
        let openssl = |arguments: &str| {
            run(Command::new("openssl")
                .current_dir(&self.folder)
                .args(arguments.split(' ')));
        };
        let curve = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2";
        openssl(&format!(
            "req -x509 {curve} -subj /CN=tests -keyout ca.key -out ca.pem"
        ));
        openssl(&format!(
            "req -x509 {curve} -subj /CN=broker -addext subjectAltName=IP:127.0.0.1,DNS:localhost \
             -addext basicConstraints=critical,CA:FALSE -CA ca.pem -CAkey ca.key -keyout key.pem -out cert.pem"
        ));
    }
}

impl Drop for Broker {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _killed = child.kill();
            let _reaped = child.wait();
        }
        if std::thread::panicking() {
            eprintln!("--- the broker's log\n{}", self.log());
        }
        let _removed = fs::remove_dir_all(&self.folder);
    }
}

/// A program that a distribution may keep where only root looks.
fn found(name: &str) -> PathBuf {
    let beside = ["/usr/sbin", "/usr/local/sbin", "/usr/bin"];
    let mut paths = beside.iter().map(|folder| Path::new(folder).join(name));
    paths.find(|path| path.is_file()).unwrap_or_else(|| name.into())
}

fn run(command: &mut Command) {
    let output = command
        .output()
        .expect("the program is there; `make test` installs it");
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// A program of the tests' Python whose lines are read as they come.
#[derive(Debug)]
struct Script {
    child: tokio::process::Child,
    lines: Lines<BufReader<tokio::process::ChildStdout>>,
}

impl Script {
    fn run(arguments: &[&str]) -> Self {
        let python = setting("VW_PYTHON").unwrap_or_else(|| "python3".to_owned());
        let mut child = tokio::process::Command::new(python)
            .args(["-c", DEVICE])
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .expect("the tests' Python runs; `make test` installs it");
        let lines = BufReader::new(child.stdout.take().expect("piped")).lines();
        Self { child, lines }
    }

    async fn next(&mut self) -> Value {
        let line = self.lines.next_line().await.expect("text");
        let line = line.expect("the devices still run");
        serde_json::from_str(&line).expect("JSON")
    }
}

/// One client of a broker.
#[derive(Debug)]
pub struct MqttDevice {
    script: Script,
    /// What came before somebody asked for it.
    kept: VecDeque<Value>,
}

impl MqttDevice {
    /// Connects as this user, and says how that ended.
    pub async fn try_connect(broker: &Broker, user: &str, password: &str) -> (Self, String) {
        let (port, ca) = (broker.port().to_string(), broker.ca().display().to_string());
        let script = Script::run(&["talk", &port, &ca, user, password]);
        let mut device = Self {
            script,
            kept: VecDeque::new(),
        };
        let connected = device.event("connected").await;
        let reason = connected["reason"].as_str().expect("a reason").to_owned();
        (device, reason)
    }

    /// Connects as this user with the right password.
    pub async fn connect(broker: &Broker, user: &str) -> Self {
        let (device, reason) = Self::try_connect(broker, user, &format!("pw-{user}")).await;
        assert_eq!(reason, "Success");
        device
    }

    /// The same with its answers subscribed to.
    pub async fn listening(broker: &Broker, serial: &str) -> Self {
        let mut device = Self::connect(broker, serial).await;
        device.subscribe(&format!("vitalwire/v1/{serial}/ack")).await;
        device
    }

    pub async fn subscribe(&mut self, filter: &str) {
        self.tell(&json!({"subscribe": filter})).await;
        let event = self.event("subscribed").await;
        assert_eq!(event["reason"], "Granted QoS 1");
    }

    /// Publishes, at least once, and says what the broker thinks of it.
    pub async fn publish(&mut self, topic: &str, payload: &[u8]) -> String {
        self.publish_only(topic, payload, 1).await;
        let event = self.event("published").await;
        event["reason"].as_str().expect("a reason").to_owned()
    }

    /// The same without waiting for the broker.
    pub async fn publish_only(&mut self, topic: &str, payload: &[u8], qos: u8) {
        let hex = data_encoding::HEXLOWER.encode(payload);
        self.tell(&json!({"topic": topic, "hex": hex, "qos": qos})).await;
    }

    /// The next answer to this device, and whether it names a message of this device (`known`).
    pub async fn answer(&mut self) -> Value {
        self.event("message").await["answer"].take()
    }

    /// Publishes on the telemetry topic of a serial and returns the answer.
    pub async fn ask(&mut self, serial: &str, payload: &[u8]) -> Value {
        self.publish_only(&format!("vitalwire/v1/{serial}/telemetry"), payload, 1)
            .await;
        self.answer().await
    }

    /// Waits for an event; others that come before are kept for who asks.
    pub async fn event(&mut self, name: &str) -> Value {
        let at = self.kept.iter().position(|event| event["event"] == name);
        if let Some(event) = at.and_then(|at| self.kept.remove(at)) {
            return event;
        }
        let waited = tokio::time::timeout(PATIENCE, async {
            loop {
                let event = self.script.next().await;
                if event["event"] == name {
                    return event;
                }
                self.kept.push_back(event);
            }
        });
        let waited = waited.await;
        waited.unwrap_or_else(|_| panic!("no event {name} came after {:?}", self.kept))
    }

    /// Whether it came by now, everything that the broker has sent until now included.
    pub async fn has_heard(&mut self, name: &str) -> bool {
        // The broker answers a subscription after whatever it sent before.
        self.subscribe("nothing").await;
        self.kept.iter().any(|event| event["event"] == name)
    }

    async fn tell(&mut self, command: &Value) {
        let stdin = self.script.child.stdin.as_mut().expect("piped");
        let line = format!("{command}\n");
        stdin.write_all(line.as_bytes()).await.expect("the device runs");
    }
}

/// Devices that send readings, each until it is acknowledged.
#[derive(Debug)]
pub struct MqttLoad(Script);

impl MqttLoad {
    /// Starts sending `count` readings of each device, measured from `first_ms` on, 7 ms apart.
    pub fn start(broker: &Broker, devices: &[(String, String)], count: usize, first_ms: i64) -> Self {
        let devices: Vec<Value> = devices
            .iter()
            .map(|(serial, token)| {
                json!({"serial": serial, "token": token, "password": format!("pw-{serial}")})
            })
            .collect();
        Self(Script::run(&[
            "load",
            &broker.port().to_string(),
            &broker.ca().display().to_string(),
            &Value::from(devices).to_string(),
            &count.to_string(),
            &first_ms.to_string(),
        ]))
    }

    /// The next reading that a device heard to be durable: serial, measured at in ms, the reading's id; none at the end.
    pub async fn acknowledged(&mut self) -> Option<(String, i64, String)> {
        let next = tokio::time::timeout(PATIENCE * 2, self.0.next()).await;
        let event = next.expect("a device hears of its reading in the end");
        assert!(event["unexpected"].is_null(), "{event}");
        let text = |name: &str| event[name].as_str().expect("text").to_owned();
        (event["done"] != true).then(|| (text("serial"), event["ms"].as_i64().expect("ms"), text("id")))
    }
}
