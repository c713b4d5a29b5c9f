use super::*;
use crate::registry::TimeZone;

#[test]
fn a_name_and_a_zone_cannot_be_taken_away() {
    let wrong = |draft: Draft<'_>| draft.to_patch().unwrap_err().to_string();
    let (name, zone) = (Some(Some(" ")), Some(None));
    assert!(
        wrong(Draft {
            name,
            ..Draft::default()
        })
        .starts_with("name: ")
    );
    let draft = Draft {
        time_zone: zone,
        ..Draft::default()
    };
    assert!(wrong(draft).starts_with("time_zone: "));
    assert_eq!(Draft::default().to_patch().unwrap(), OrganisationPatch::default());
}

#[test]
fn a_new_one_needs_no_more_than_a_name() {
    let new = NewOrganisation::named(" Clinic ", None).unwrap();
    assert_eq!((new.name.as_str(), new.time_zone), ("Clinic", TimeZone::UTC));
    assert!(NewOrganisation::named("", None).is_err());
    assert!(NewOrganisation::named("Clinic", Some("Nowhere")).is_err());
}
