//! A server that cannot start.

use std::net::{SocketAddr, TcpListener};

use tokio_util::sync::CancellationToken;
use vitalwire_server::app::{self, AppError};
use vitalwire_server::config::{Config, Overrides};

use crate::cluster::Cluster;

fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    (listener, address)
}

#[tokio::test]
async fn where_an_address_is_taken_nothing_listens_on_the_other() {
    let (url, superuser) = Cluster::get().await.database().await;
    let (_somebody_else, taken) = listener();
    let (free, for_metrics) = listener();
    drop(free);
    let data_dir = std::env::temp_dir().join(format!("vw-starting-{}", std::process::id()));
    let mut config = Config::load(&Overrides {
        listen: Some(taken),
        data_dir: Some(data_dir.clone()),
        // The tests' PostgreSQL writes without fsync.
        insecure_dev: true,
        ..Overrides::default()
    })
    .unwrap();
    config.database_url = url;
    config.database_owner_url = superuser;
    config.metrics_listen = for_metrics.to_string();

    let refused = app::start(config, &CancellationToken::new()).await.unwrap_err();
    assert!(matches!(refused, AppError::Listen { .. }), "{refused}");
    TcpListener::bind(for_metrics).unwrap();
    std::fs::remove_dir_all(data_dir).unwrap();
}
