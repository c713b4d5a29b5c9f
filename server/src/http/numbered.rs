//! What people call by a number: an order, a return, a case. The search finds it beside what the registry holds.

use crate::desk::cases::{self, Case, CaseNumber};
use crate::identity::Caller;
use crate::orders::returns::{self, Return};
use crate::orders::{self, Order};
use crate::registry::{RegistryError, RegistryScope};
use crate::tenancy::{Right, Tx};

/// What has the number that was typed, as far as the caller sees it; at most one of them is there.
#[derive(Debug, Default)]
pub(in crate::http) struct Numbered {
    pub(in crate::http) order: Option<Order>,
    pub(in crate::http) back: Option<Return>,
    pub(in crate::http) case: Option<Case>,
}

/// Looks for a number. What is no number is not looked for.
pub(in crate::http) async fn find<S: RegistryScope>(
    tx: &Tx<S>,
    caller: &Caller,
    typed: &str,
) -> Result<Numbered, RegistryError> {
    let typed = typed.trim();
    let mut found = Numbered::default();
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = typed
        .strip_prefix(['R', 'r'])
        .and_then(|rest| rest.strip_prefix('-'));
    let is_dated = |text: &str| {
        text.split_once('-')
            .is_some_and(|(year, count)| digits(year) && digits(count))
    };
    if caller.check(Right::SeeOrders).is_ok() {
        if is_dated(typed) {
            found.order = orders::numbered(tx, typed).await?;
        } else if number.is_some_and(is_dated) {
            found.back = returns::numbered(tx, typed).await?;
        }
    }
    if typed.starts_with(['C', 'c'])
        && caller.check(Right::SeeCases).is_ok()
        && let Ok(number) = typed.parse::<CaseNumber>()
    {
        found.case = cases::numbered(tx, number).await?;
    }
    Ok(found)
}
