//! Why a run could not be made, in words that say what to do.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use vitalwire_hub::{FileError, SetupError, SignError};

/// Everything that ends a run before it has a result. What a server answers is a result.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LoadError {
    /// A file of credentials.
    #[error("{}: {source}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A line of one.
    #[error("{}, line {line}: {what}", path.display())]
    Line {
        /// Which file.
        path: PathBuf,
        /// Which line, from 1.
        line: usize,
        /// What is wrong with it, never with the token in it.
        what: String,
    },
    /// An address that the generator cannot speak to.
    #[error(
        "{0} is no address for the generator: it speaks plain HTTP, as http://127.0.0.1:8080; where TLS is in \
             front of the server, give the address that the server itself listens on"
    )]
    Address(String),
    /// Nobody listens.
    #[error("nothing answers at {address} ({source}): start the server, or correct --url")]
    Nobody {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A hub's files.
    #[error(transparent)]
    HubFile(#[from] FileError),
    /// They do not belong together.
    #[error("{}: {source}; key and registration must be of the same claim", path.display())]
    HubKey {
        /// The key.
        path: PathBuf,
        /// Why.
        source: SetupError,
    },
    /// A batch could not be signed.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// The operating system refused something.
    #[error("{what}: {source}")]
    System {
        /// What was tried.
        what: &'static str,
        /// Why not.
        source: io::Error,
    },
    /// The whole run took too long.
    #[error("the run did not end within {} s and was given up; is the machine busy with something else?", .0.as_secs())]
    Endless(Duration),
    /// Ctrl-C.
    #[error("stopped; what it had started has ended")]
    Interrupted,
    /// The run needs something to send with.
    #[error("{0}")]
    Wanting(&'static str),
    /// A task ended badly.
    #[error("a part of the generator ended badly: {0}")]
    Task(#[from] tokio::task::JoinError),
}
