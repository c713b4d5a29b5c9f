//! Cases in words.

use web_templates::text::initials;
use web_templates::{CaseRow, Comment, Icon, Link, Tag, Tone, When};

use crate::desk::cases::{Case, CaseNote};
use crate::ground::enums::{CaseNoteKind, CaseSide, CaseState, CaseVisibility};
use crate::http::State;
use crate::http::portal::visitor::Visitor;
use crate::identity::CallerScope;

/// Whose people the visitor is one of.
pub(in crate::http::portal) fn side(visitor: &Visitor) -> CaseSide {
    match visitor.scope() {
        CallerScope::Admin(_) | CallerScope::Finance(_) => CaseSide::Platform,
        CallerScope::Distributor(_) => CaseSide::Distributor,
        CallerScope::Customer(_) => CaseSide::Customer,
    }
}

/// How it stands, for who looks at it.
pub(in crate::http::portal) fn tag(case: &Case, side: CaseSide) -> Tag {
    match case.state {
        CaseState::Open => Tag::new("open", Tone::Warn),
        CaseState::Waiting if case.opener_side == side => Tag::new("waits for you", Tone::Warn),
        CaseState::Waiting => Tag::new("waits for an answer", Tone::Info),
        CaseState::Solved => Tag::new("solved", Tone::Ok),
        CaseState::Closed => Tag::new("closed", Tone::Quiet),
    }
}

/// A state by itself.
pub(super) fn state(state: CaseState) -> &'static str {
    match state {
        CaseState::Open => "open",
        CaseState::Waiting => "waiting for an answer",
        CaseState::Solved => "solved",
        CaseState::Closed => "closed",
    }
}

/// The picture of what it is about.
fn icon(case: &Case) -> Icon {
    match (case.device, case.hub) {
        (Some(_), _) => Icon::Devices,
        (None, Some(_)) => Icon::Hubs,
        (None, None) if case.customer.is_some() => Icon::Customers,
        (None, None) => Icon::Distributors,
    }
}

/// What it is about, with the way there for who still sees it.
pub(super) fn subject(case: &Case, visitor: &Visitor) -> Link {
    match (case.device, case.hub, case.customer) {
        (Some(device), _, _) if case.is_there => Link::to(&case.subject, format!("/devices/{device}")),
        (None, Some(hub), _) if case.is_there => Link::to(&case.subject, format!("/hubs/{hub}")),
        (None, None, Some(_)) if side(visitor) == CaseSide::Customer => {
            Link::to(&case.subject, "/organization")
        }
        (None, None, Some(customer)) => Link::to(&case.subject, format!("/customers/{customer}")),
        _ => Link::plain(&case.subject),
    }
}

/// Whose it is, for who sees cases of more than one.
pub(super) fn holder(case: &Case, visitor: &Visitor) -> Option<Link> {
    match (side(visitor), case.customer, case.distributor) {
        (CaseSide::Customer, _, _) => None,
        (_, Some(id), _) => {
            let name = case.customer_name.clone().unwrap_or_default();
            Some(Link::to(name, format!("/customers/{id}")))
        }
        (CaseSide::Platform, None, Some(id)) => {
            let name = case.distributor_name.clone().unwrap_or_default();
            Some(Link::to(name, format!("/distributors/{id}")))
        }
        _ => None,
    }
}

/// A case in the list.
pub(super) fn row(state: &State, visitor: &Visitor, case: &Case) -> CaseRow {
    CaseRow {
        href: format!("/cases/{}", case.id),
        title: case.title.clone(),
        icon: icon(case),
        subject: format!("{} · {}", case.number, case.subject),
        holder: holder(case, visitor).map(|link| link.text).unwrap_or_default(),
        state: tag(case, side(visitor)),
        assignee: case.assignee_name.clone().unwrap_or_default(),
        changed: When::ago(case.updated_at, state.ground().now(), &visitor.zone()),
    }
}

/// A side, as people of all sides call it.
pub(super) fn from(side: CaseSide) -> &'static str {
    match side {
        CaseSide::Platform => "Platform",
        CaseSide::Distributor => "Distributor",
        CaseSide::Customer => "Customer",
    }
}

/// Who besides one's own people reads what one writes in a case, for the hint where it is written: of a customer's case its
/// name, or what stands for it, and whether there is a distributor.
pub(super) fn readers(side: CaseSide, customer: Option<&str>, has_distributor: bool) -> String {
    let others = match (side, customer) {
        (CaseSide::Customer, _) if has_distributor => {
            "Your distributor and the platform read it too".to_owned()
        }
        (CaseSide::Distributor, Some(customer)) => format!("{customer} and the platform read it too"),
        (CaseSide::Customer | CaseSide::Distributor, _) => "The platform reads it too".to_owned(),
        (CaseSide::Platform, Some(customer)) if has_distributor => {
            format!("{customer} and its distributor read it too")
        }
        (CaseSide::Platform, Some(customer)) => format!("{customer} reads it too"),
        (CaseSide::Platform, None) if has_distributor => "The distributor reads it too".to_owned(),
        (CaseSide::Platform, None) => "Whoever of the platform sees cases reads it".to_owned(),
    };
    format!("{others}: name no patient and no value.")
}

/// A line of a case: what somebody wrote, or what they changed, which the platform tells.
pub(super) fn comment(now: chrono::DateTime<chrono::Utc>, visitor: &Visitor, note: &CaseNote) -> Comment {
    let (by, at) = (&note.author_name, When::clock(note.at, now, &visitor.zone()));
    let told = |text: String| Comment {
        who: String::new(),
        initials: String::new(),
        from: String::new(),
        at: at.clone(),
        text,
    };
    match note.kind {
        CaseNoteKind::Note => Comment {
            who: by.clone(),
            initials: initials(by),
            from: match note.visibility {
                CaseVisibility::Everybody => from(note.author_side).to_owned(),
                CaseVisibility::Internal => format!("{} · internal note", from(note.author_side)),
            },
            at: at.clone(),
            text: note.text.clone().unwrap_or_default(),
        },
        CaseNoteKind::State => {
            let is = note.state.map_or("", state);
            told(format!("{by} says that it is {is}."))
        }
        CaseNoteKind::Assignee => told(match &note.assignee_name {
            Some(name) if name == by => format!("{by} looks after it."),
            Some(name) => format!("{by} gave it to {name}."),
            None => format!("{by} says that nobody looks after it."),
        }),
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(
        CaseSide::Customer,
        Some("Northside"),
        true,
        "Your distributor and the platform read it too"
    )]
    #[case(CaseSide::Customer, Some("Northside"), false, "The platform reads it too")]
    #[case(
        CaseSide::Distributor,
        Some("Northside"),
        true,
        "Northside and the platform read it too"
    )]
    #[case(CaseSide::Distributor, None, true, "The platform reads it too")]
    #[case(
        CaseSide::Platform,
        Some("Northside"),
        true,
        "Northside and its distributor read it too"
    )]
    #[case(CaseSide::Platform, Some("Northside"), false, "Northside reads it too")]
    #[case(CaseSide::Platform, None, true, "The distributor reads it too")]
    fn who_writes_is_told_who_reads(
        #[case] side: CaseSide,
        #[case] customer: Option<&str>,
        #[case] has_distributor: bool,
        #[case] told: &str,
    ) {
        let words = readers(side, customer, has_distributor);
        assert_eq!(words, format!("{told}: name no patient and no value."));
    }
}
