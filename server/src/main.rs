//! The program `vitalwire-server`: command line → configuration → run.

use std::process::ExitCode;

use clap::Parser;
use vitalwire_server::cli::Cli;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    match cli.run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("vitalwire-server: {error}");
            ExitCode::FAILURE
        }
    }
}
