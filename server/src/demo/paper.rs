//! The demo's organisations on paper: full names, addresses, whom one calls. All of it is made up: telephone numbers are of
//! the block that is kept for fiction, mail goes to domains that nobody can have.

use serde_json::{Value, json};

use super::DemoError;
use super::api::Api;

/// Name, legal name, street, city, region, postal code, telephone, and the domain of its mail.
type Paper = [&'static str; 8];

const PAPERS: [Paper; 7] = [
    [
        "Harbor Devices",
        "Harbor Devices Inc.",
        "1180 Niagara Street",
        "Buffalo",
        "NY",
        "14213",
        "+1 716 555 0117",
        "harbor.example",
    ],
    [
        "Summit Medical Supply",
        "Summit Medical Supply LLC",
        "2400 Larimer Street",
        "Denver",
        "CO",
        "80205",
        "+1 303 555 0121",
        "summit.example",
    ],
    [
        "Northside Clinic",
        "Northside Clinic, P.C.",
        "57 North Street",
        "Buffalo",
        "NY",
        "14202",
        "+1 716 555 0134",
        "northside.example",
    ],
    [
        "Lakeview Cardiology",
        "Lakeview Cardiology Associates, S.C.",
        "900 Lakeshore Avenue",
        "Chicago",
        "IL",
        "60611",
        "+1 312 555 0142",
        "lakeview.example",
    ],
    [
        "Riverside Hospital",
        "Riverside Hospital Corporation",
        "1 River Road",
        "Albany",
        "NY",
        "12207",
        "+1 518 555 0150",
        "riverside.example",
    ],
    [
        "Pine Street Practice",
        "Pine Street Family Practice, PLLC",
        "318 Pine Street",
        "Boulder",
        "CO",
        "80302",
        "+1 303 555 0163",
        "pine-street.example",
    ],
    [
        "Sunrise Home Health",
        "Sunrise Home Health Services, Inc.",
        "4110 Sunrise Drive",
        "Tucson",
        "AZ",
        "85718",
        "+1 520 555 0176",
        "sunrise.example",
    ],
];

fn paper(name: &str) -> Option<&'static Paper> {
    PAPERS.iter().find(|paper| paper[0] == name)
}

/// Adds the full name and the address to an organisation that is about to be made.
pub(super) fn write(name: &str, new: &mut Value) {
    let Some([_, legal, street, city, region, postal, ..]) = paper(name) else {
        return;
    };
    new["legal_name"] = json!(legal);
    new["address"] =
        json!({"street": street, "city": city, "region": region, "postal_code": postal, "country": "US"});
}

/// Where an organisation takes in what it ordered.
pub(super) fn delivery(name: &str) -> Value {
    let Some([_, _, street, city, region, postal, phone, _]) = paper(name) else {
        return Value::Null;
    };
    json!({
        "name": name, "contact": "Goods in", "phone": phone, "street": street,
        "city": city, "region": region, "postal_code": postal, "country": "US",
    })
}

/// Says whom one writes to and calls, of an organisation that was just made.
pub(super) async fn contacts(admin: &Api, path: &str, name: &str) -> Result<(), DemoError> {
    let Some([.., phone, domain]) = paper(name) else {
        return Ok(());
    };
    for (purpose, who, mailbox) in [
        ("general", "Front desk", "office"),
        ("technical", "Help desk", "helpdesk"),
        ("billing", "Accounts payable", "billing"),
    ] {
        let contact =
            json!({"purpose": purpose, "name": who, "email": format!("{mailbox}@{domain}"), "phone": phone});
        let added = admin.post(&format!("{path}/contacts"), &contact).await?;
        if !added.is_conflict() {
            added.success("adding a contact")?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::plan;
    use super::*;

    #[test]
    fn every_organisation_stands_on_paper() {
        let clinics = plan::clinics();
        let distributors = plan::distributors();
        let names = clinics.iter().map(|clinic| &clinic.name);
        for name in names.chain(distributors.iter().map(|one| &one.name)) {
            assert!(paper(name).is_some(), "{name}");
        }
    }
}
