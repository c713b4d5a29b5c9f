//! A hub says what came of a command.

use chrono::SubsecRound as _;

use super::HubWordError;
use crate::ground::enums::{HubCommandKind, HubCommandState};
use crate::ground::ids::{HubCommandId, HubLogId};
use crate::ground::{Ground, Purpose};
use crate::registry::{HubIdentity, store};
use crate::tenancy::{Database, Scope as _, SystemScope};

/// The longest piece of a log, bytes.
pub const LARGEST_LOG: usize = 256 * 1024;
/// Characters of the hub's own words that are kept.
const DETAIL: usize = 500;

/// What came of a command.
#[derive(Debug, Clone)]
pub struct Report {
    /// Whether the hub did it.
    pub is_done: bool,
    /// Its own words.
    pub detail: Option<String>,
    /// Its log, where it was asked for that.
    pub log: Option<String>,
}

/// Takes the report of a hub that proved itself. One that comes again changes nothing.
pub async fn system_report(
    ground: &Ground,
    database: &Database,
    hub: &HubIdentity,
    command: HubCommandId,
    report: Report,
) -> Result<HubCommandState, HubWordError> {
    if report.log.as_ref().is_some_and(|log| log.len() > LARGEST_LOG) {
        return Err(HubWordError::Invalid("a log has 256 KiB at most"));
    }
    let now = ground.now().trunc_subsecs(6);
    let state = if report.is_done {
        HubCommandState::Done
    } else {
        HubCommandState::Failed
    };
    let detail = report.detail.as_deref().and_then(tame);
    SystemScope::for_purpose("take what a hub that proved itself says of a command")
        .run(database, async |tx| {
            let stands = store::fleet::system_listen(tx, hub).await?;
            let stands = stands.ok_or(HubWordError::NotActive)?;
            let ended =
                store::fleet::system_end(tx, (hub.hub, command), (state, detail.as_deref()), now).await?;
            let Some(kind) = ended else {
                let known = store::fleet::system_ended(tx, hub.hub, command).await?;
                return known.ok_or(HubWordError::UnknownCommand);
            };
            if let Some(log) = report.log.filter(|_| kind == HubCommandKind::SendLogs) {
                let id: HubLogId = ground.id();
                let sealed = ground
                    .keys()
                    .seal(Purpose::HubLog, id.as_uuid().as_bytes(), log.as_bytes());
                store::fleet::system_keep_log(tx, id, (stands, command), (log.len(), sealed), now).await?;
            }
            Ok(state)
        })
        .await
}

/// What of a hub's words can be kept.
fn tame(text: &str) -> Option<String> {
    let tame: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(DETAIL)
        .collect();
    Some(tame.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_kept_tame_and_short() {
        assert_eq!(tame(" a\u{0}b\n"), Some("a b".to_owned()));
        assert_eq!(tame("\n \u{7}"), None);
        assert_eq!(tame(&"é".repeat(600)).unwrap().chars().count(), DETAIL);
    }
}
