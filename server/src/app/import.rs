//! Devices that a maker provisioned, from a file.

use std::path::Path;

use super::{AppError, Platform};
use crate::registry;

/// Reads the file and imports it whole or not at all; returns how many devices it held.
pub(super) async fn run(
    platform: &Platform,
    customer: &str,
    file: &Path,
    insecure_dev: bool,
) -> Result<usize, AppError> {
    let text = std::fs::read_to_string(file).map_err(AppError::Io)?;
    registry::system_import_devices(
        &platform.ground,
        &platform.database,
        customer,
        &text,
        insecure_dev,
    )
    .await
    .map_err(|error| AppError::Refused(error.to_string()))
}
