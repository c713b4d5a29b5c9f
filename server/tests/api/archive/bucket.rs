//! The same in a bucket, of a server that speaks S3's language and that we did not write.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use vitalwire_server::config::BlobsConfig;
use vitalwire_server::ground::Clock as _;
use vitalwire_server::outside::blobs::{Blobs, S3Blobs};

use super::Kept;
use crate::world::World;

/// moto's server, in the Python of the tests.
struct Moto {
    child: Child,
    endpoint: String,
}

impl Moto {
    async fn start() -> Self {
        #[expect(
            clippy::disallowed_methods,
            reason = "where the tests' Python is, the Makefile says"
        )]
        let python = std::env::var("VW_PYTHON").expect("VW_PYTHON, as the Makefile sets it");
        let port = TcpListener::bind("127.0.0.1:0")
            .unwrap()
            .local_addr()
            .unwrap()
            .port();
        let child = Command::new(PathBuf::from(python).with_file_name("moto_server"))
            .args(["--host", "127.0.0.1", "--port", &port.to_string()])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let moto = Self {
            child,
            endpoint: format!("http://127.0.0.1:{port}"),
        };
        let answers = async {
            while reqwest::get(format!("{}/moto-api/", moto.endpoint))
                .await
                .is_err()
            {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(Duration::from_mins(1), answers)
            .await
            .expect("moto's server answers");
        moto
    }

    async fn bucket(&self, name: &str) {
        let made = reqwest::Client::new()
            .put(format!("{}/{name}", self.endpoint))
            .send()
            .await
            .unwrap();
        assert!(made.status().is_success(), "{}", made.status());
    }

    async fn blobs(&self, bucket: &str) -> Arc<dyn Blobs> {
        let config = BlobsConfig {
            endpoint: self.endpoint.clone(),
            path_style: true,
            region: "us-east-1".to_owned(),
            access_key_id: "a-key".to_owned(),
            secret_access_key: "its-secret".to_owned(),
            ..BlobsConfig::default()
        };
        Arc::new(S3Blobs::new(&config, bucket.to_owned(), "records/".to_owned()).await)
    }
}

impl Drop for Moto {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[tokio::test]
async fn a_day_is_archived_in_a_bucket() {
    let moto = Moto::start().await;
    moto.bucket("clinic").await;
    let blobs = moto.blobs("clinic").await;
    assert!(blobs.get("archive/nothing").await.unwrap().is_none());
    for number in 0..3 {
        blobs
            .put(&format!("other/{number}"), vec![number; 9])
            .await
            .unwrap();
    }
    assert_eq!(
        blobs.list("other/").await.unwrap(),
        ["other/0", "other/1", "other/2"]
    );
    blobs.delete("other/1").await.unwrap();
    assert_eq!(blobs.list("other/").await.unwrap(), ["other/0", "other/2"]);

    let world = World::new().await;
    let admin = world.admin().await;
    let tenant = world.tenant(&admin, "a").await;
    world.chooses_archive(&tenant).await;
    world.reading(&tenant, 5).await;
    let day = world.clock.now().date_naive();
    world.out_of_the_history().await;
    let archive = world.archive(&blobs);
    world.retention(&archive).await.unwrap();
    assert_eq!(world.readings().await, 0);
    let kept = Kept::of(&archive, &tenant, day).await.unwrap();
    assert_eq!(kept.observations.len(), 1);

    // A bucket that is not there keeps the day here.
    world.reading(&tenant, 5).await;
    world.out_of_the_history().await;
    let nowhere = world.archive(&moto.blobs("nowhere").await);
    let refused = world.retention(&nowhere).await.unwrap_err();
    assert!(
        refused.contains("nowhere") && refused.contains("NoSuchBucket"),
        "{refused}"
    );
    assert_eq!(world.readings().await, 1);
}
