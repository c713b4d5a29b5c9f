//! `vitalwire-server archive export`: a day of the archive as files that anybody can read, and only who exported them may.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use aws_lc_rs::digest::{SHA256, digest};
use chrono::Days;
use data_encoding::{BASE64, HEXLOWER};
use serde_json::Value;
use vitals::fhir::from_observation;
use vitalwire_server::app::{AppError, export_archive};
use vitalwire_server::config::{Config, Overrides};
use vitalwire_server::ground::ids::CustomerId;

use crate::archived::Archived;
use crate::folder::Folder;
use crate::world::World;

/// What the operator's own configuration says of the world's server.
fn config(world: &World, own: &Path) -> Config {
    fs::create_dir_all(own).unwrap();
    let file = own.join("vitalwire.toml");
    let key = BASE64.encode(&[7; 32]);
    let blobs = world.folder.as_ref().display();
    fs::write(
        &file,
        format!("master_key = \"{key}\"\n[blobs]\nurl = \"file://{blobs}\"\n"),
    )
    .unwrap();
    let [url, superuser] = world.urls.clone();
    let mut config = Config::load(&Overrides {
        config: Some(file),
        data_dir: Some(own.join("data")),
        // The tests' PostgreSQL writes without fsync.
        insecure_dev: true,
        ..Overrides::default()
    })
    .unwrap();
    config.database_url = url;
    config.database_owner_url = superuser;
    config
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test]
async fn a_day_is_exported_whole_and_for_nobody_else_s_eyes() {
    let world = World::new().await;
    let archived = Archived::new(&world).await;
    let customer: CustomerId = archived.hub.tenant.customer.parse().unwrap();
    let own = Folder::new(&world.ground);
    let config = config(&world, own.as_ref());
    let to = own.as_ref().join("exports/of a day");

    Box::pin(export_archive(&config, customer, archived.day, &to))
        .await
        .unwrap();
    let files = ["manifest.json", "observations.ndjson", "raw-messages.ndjson"].map(|name| to.join(name));
    assert_eq!(mode(&to), 0o700);
    for file in &files {
        assert_eq!(mode(file), 0o600, "{}", file.display());
    }
    let observations = lines(&files[1]);
    let messages = lines(&files[2]);
    assert_eq!((observations.len(), messages.len()), (3, 3));
    for observation in &observations {
        assert_eq!(
            from_observation(observation).unwrap().device.serial.as_str(),
            "S-a"
        );
    }
    assert!(
        messages.iter().all(|message| message["jwt"].is_string()),
        "what proves them"
    );
    let manifest: Value = serde_json::from_slice(&fs::read(&files[0]).unwrap()).unwrap();
    let parts = manifest["parts"].as_array().unwrap();
    for (content, file) in [("observations", &files[1]), ("raw_messages", &files[2])] {
        let part = parts.iter().find(|part| part["content"] == content).unwrap();
        let sum = HEXLOWER.encode(digest(&SHA256, &fs::read(file).unwrap()).as_ref());
        assert_eq!(part["lines_sha256"], sum.as_str(), "{}", file.display());
    }
    assert_eq!(
        fs::read_dir(&to).unwrap().count(),
        3,
        "nothing was kept as it was stored"
    );

    // A second time takes the first one's place.
    Box::pin(export_archive(&config, customer, archived.day, &to))
        .await
        .unwrap();
    assert_eq!(lines(&files[1]), observations);
}

#[tokio::test]
async fn a_day_that_is_not_in_the_archive_makes_no_folder() {
    let world = World::new().await;
    let archived = Archived::new(&world).await;
    let customer: CustomerId = archived.hub.tenant.customer.parse().unwrap();
    let stranger: CustomerId = world.ground.id();
    let own = Folder::new(&world.ground);
    let config = config(&world, own.as_ref());
    let to = own.as_ref().join("export");
    let before = archived.day - Days::new(1);
    for (customer, day) in [(customer, before), (stranger, archived.day)] {
        let refused = Box::pin(export_archive(&config, customer, day, &to))
            .await
            .unwrap_err();
        assert!(matches!(refused, AppError::Refused(_)), "{refused}");
        assert!(
            refused.to_string().contains("a day comes there when"),
            "{refused}"
        );
        assert!(!to.exists());
    }
}

/// What was spoiled on the way is not handed over as if it were what was archived.
#[tokio::test]
async fn a_spoiled_part_is_not_exported() {
    let world = World::new().await;
    let archived = Archived::new(&world).await;
    let customer: CustomerId = archived.hub.tenant.customer.parse().unwrap();
    spoil(world.folder.as_ref(), &archived.hub.tenant.customer);
    let own = Folder::new(&world.ground);
    let config = config(&world, own.as_ref());
    let to = own.as_ref().join("export");
    let refused = Box::pin(export_archive(&config, customer, archived.day, &to))
        .await
        .unwrap_err();
    assert!(matches!(refused, AppError::Refused(_)), "{refused}");
    assert!(!to.join("raw-messages.ndjson").exists() || lines(&to.join("raw-messages.ndjson")).is_empty());
}

/// Turns a bit in each of the customer's blobs that are no manifest.
fn spoil(folder: &Path, customer: &str) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.display().to_string();
        if path.is_dir() {
            spoil(&path, customer);
        } else if name.contains(customer) && !name.contains("manifest") {
            let mut bytes = fs::read(&path).unwrap();
            let middle = bytes.len() / 2;
            bytes[middle] ^= 1;
            fs::write(&path, bytes).unwrap();
        }
    }
}
