//! A database belongs to one master key: under another, or under none, nothing starts and nothing is made.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use vitalwire_tests::{World, now};

/// 32 bytes that are nobody's key.
const STRANGER: &str = "c3RyYW5nZXIgc3RyYW5nZXIgc3RyYW5nZXIgc3RyYW4=";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_master_key_or_under_another_nothing_starts() {
    let mut world = World::new().await;
    let customer = world.customer("Keyhole").await;
    let model = world.model("Scale 1", &["weight"], "cellular").await;
    let device = world.device(&customer, &model, "M1").await;
    let reading = json!({"device": "M1", "kind": "weight", "measured_at": now().to_rfc3339(), "values": {"weight": 71.5}});
    let first = device.client.post("/v1/telemetry", &reading).await;
    assert_eq!(first.status, 202, "{}", first.text);
    let kept: Vec<u8> = sqlx::query_scalar("select check_hmac from master_key_check")
        .fetch_one(&mut world.server.owner().await)
        .await
        .expect("the database knows its key");
    world.server.stop();

    let folder = world.server.folder().to_owned();
    let (key, aside) = (
        folder.join("keys/master.key"),
        world.server.scratch().join("master.key"),
    );
    std::fs::rename(&key, &aside).expect("the key can be taken away");
    let devices = world.server.scratch().join("devices.csv");
    std::fs::write(&devices, "serial,maker,model,kind,token\n").expect("a file can be written");
    let devices = devices.display().to_string();
    let commands: [&[&str]; 5] = [
        &["serve", "--insecure-dev", "--listen", "127.0.0.1:0"],
        &["demo", "--insecure-dev", "--listen", "127.0.0.1:0"],
        &["migrate"],
        &[
            "admin",
            "create",
            "--email",
            "eve@example.org",
            "--name",
            "Eve",
            "--password-stdin",
        ],
        &["devices", "import", "--customer", "Keyhole", &devices],
    ];
    for command in commands {
        let said = refused(&folder, command, None);
        assert!(said.contains(&key.display().to_string()), "{command:?}: {said}");
        assert!(said.contains("backup"), "{command:?}: {said}");
        assert!(!key.exists(), "{command:?} made a new key");

        let said = refused(&folder, command, Some(STRANGER));
        assert!(said.contains("VITALWIRE_MASTER_KEY"), "{command:?}: {said}");
        assert!(!key.exists(), "{command:?} made a new key");
    }

    // Another file of the right form.
    std::fs::write(&key, [7; 32]).expect("a file can be written");
    protect(&key);
    let said = refused(&folder, &["migrate"], None);
    assert!(said.contains(&key.display().to_string()), "{said}");
    assert_eq!(std::fs::read(&key).expect("it is left alone"), [7; 32]);

    std::fs::rename(&aside, &key).expect("the key can be put back");
    assert_ne!(kept, std::fs::read(&key).expect("a key"));
    world.server.restart().await;
    let again = device.client.post("/v1/telemetry", &reading).await;
    assert_eq!(
        (again.status, &again.body["id"]),
        (200, &first.body["id"]),
        "{}",
        again.text
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_the_system_reads_what_a_key_is_compared_with() {
    let world = World::new().await;
    let mut app = world.server.connect("vw_app").await;
    for role in ["vw_app", "vw_customer", "vw_distributor", "vw_admin", "vw_system"] {
        sqlx::query("select set_config('role', $1, false)")
            .bind(role)
            .execute(&mut app)
            .await
            .expect("the role can be taken");
        let read: Result<i64, _> = sqlx::query_scalar("select count(*) from master_key_check")
            .fetch_one(&mut app)
            .await;
        assert_eq!(read.is_ok(), role == "vw_system", "{role}: {read:?}");
        for change in [
            "update master_key_check set check_hmac = check_hmac",
            "delete from master_key_check",
        ] {
            assert!(
                sqlx::query(change).execute(&mut app).await.is_err(),
                "{role}: {change}"
            );
        }
    }
}

/// What a command said that had to end with exit code 1.
fn refused(folder: &Path, arguments: &[&str], key: Option<&str>) -> String {
    let own = std::env::current_exe().expect("the test's own path");
    let program = own
        .ancestors()
        .map(|folder| folder.join("vitalwire-server"))
        .find(|path| path.is_file());
    let mut command = Command::new(program.expect("the server is built beside the tests"));
    command
        .env_remove("DATABASE_URL")
        .env_remove("VITALWIRE_MASTER_KEY");
    if let Some(key) = key {
        command.env("VITALWIRE_MASTER_KEY", key);
    }
    command.arg("--data-dir").arg(folder).args(arguments);
    command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program runs");
    let mut stdin = child.stdin.take().expect("piped");
    // A command that asks for nothing may have ended before this is written.
    let _written = stdin.write_all(b"correct horse battery staple\n");
    drop(stdin);
    let began = Instant::now();
    while child.try_wait().expect("a child can be asked").is_none() {
        if began.elapsed() > Duration::from_mins(1) {
            let pid = i32::try_from(child.id())
                .ok()
                .and_then(rustix::process::Pid::from_raw);
            let _sent = rustix::process::kill_process(pid.expect("a pid"), rustix::process::Signal::TERM);
            child.wait().expect("it ends");
            panic!("{arguments:?} went on under another key");
        }
        std::thread::yield_now();
    }
    let Output { status, stderr, .. } = child.wait_with_output().expect("the command ended");
    let said = String::from_utf8(stderr).expect("text");
    assert_eq!(status.code(), Some(1), "{arguments:?}: {said}");
    said
}

fn protect(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).expect("the mode can be set");
}
