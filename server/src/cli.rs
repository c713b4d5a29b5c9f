//! The command line: what `vitalwire-server` can be told to do.

use std::io::Read;
use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::app::{self, AppError};
use crate::config::{self, Config, Overrides};
use crate::demo;

/// Vitalwire: readings of connected medical devices, proved, kept, shown and delivered.
#[derive(Debug, Parser)]
#[command(name = "vitalwire-server", version, about, arg_required_else_help = true)]
pub struct Cli {
    #[command(flatten)]
    overrides: Overrides,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve intake, API and portal, and run the circuits behind them.
    Serve,
    /// Show a whole world at work: seed it, simulate devices, hubs and a customer's server.
    Demo(demo::Options),
    /// Bring the database's tables up to this version.
    Migrate,
    /// Manage administrators.
    Admin {
        #[command(subcommand)]
        command: AdminCommand,
    },
    /// Manage devices.
    Devices {
        #[command(subcommand)]
        command: DevicesCommand,
    },
    /// Read what left the history.
    Archive {
        #[command(subcommand)]
        command: ArchiveCommand,
    },
    /// Print the API's description.
    Openapi,
    /// Print the configuration file with every key, its default and its meaning.
    Config,
}

#[derive(Debug, Subcommand)]
enum AdminCommand {
    /// Create an administrator. The password is read from standard input, or made up and printed.
    Create {
        /// The address to sign in with.
        #[arg(long)]
        email: String,
        /// The person's name.
        #[arg(long)]
        name: String,
        /// Read the password from the first line of standard input.
        #[arg(long)]
        password_stdin: bool,
    },
    /// Confirm a customer's person, who sees readings from then on, where no second administrator can.
    Confirm {
        /// The address that they sign in with.
        #[arg(long)]
        email: String,
    },
}

#[derive(Debug, Subcommand)]
enum DevicesCommand {
    /// Import devices with their makers' tokens, active, for one customer: CSV with serial, maker, model, kind, token.
    Import {
        /// The customer's name; it is created where there is none.
        #[arg(long)]
        customer: String,
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Subcommand)]
enum ArchiveCommand {
    /// Take a customer's day out of the archive: its manifest, its readings and the messages they came in, checked and in
    /// clear, into a folder for your eyes alone.
    Export {
        /// The customer's id, as its page and the API show it.
        #[arg(long)]
        customer: uuid::Uuid,
        /// The UTC day on which the readings arrived, such as 2026-11-20.
        #[arg(long)]
        day: chrono::NaiveDate,
        /// The folder; it is made where there is none.
        #[arg(long)]
        to: PathBuf,
    },
}

impl Cli {
    /// Does what was asked.
    pub async fn run(self) -> Result<(), AppError> {
        let config = Config::load(&self.overrides)?;
        match self.command {
            Command::Serve => app::serve(config).await,
            Command::Demo(options) => demo::run(config, options).await,
            Command::Migrate => app::migrate(&config).await,
            Command::Admin {
                command:
                    AdminCommand::Create {
                        email,
                        name,
                        password_stdin,
                    },
            } => {
                let password = if password_stdin {
                    Some(first_line_of_stdin()?)
                } else {
                    None
                };
                app::create_admin(&config, &email, &name, password).await
            }
            Command::Admin {
                command: AdminCommand::Confirm { email },
            } => app::confirm(&config, &email).await,
            Command::Devices {
                command: DevicesCommand::Import { customer, file },
            } => app::import_devices(&config, &customer, &file).await,
            Command::Archive {
                command: ArchiveCommand::Export { customer, day, to },
            } => app::export_archive(&config, customer.into(), day, &to).await,
            Command::Openapi => app::say(&crate::http::api::openapi_json()),
            Command::Config => app::say(config::defaults()),
        }
    }
}

fn first_line_of_stdin() -> Result<String, AppError> {
    let mut text = String::new();
    std::io::stdin()
        .take(1024)
        .read_to_string(&mut text)
        .map_err(AppError::Io)?;
    Ok(text.lines().next().unwrap_or_default().to_owned())
}
