//! Devices that their maker provisioned with tokens, from a CSV file: a thousand in one transaction, all or none.

use std::collections::{HashMap, HashSet};

use chrono::TimeDelta;
use vitals::{DeviceKey, Kind};

use super::imports::csv::{Reader, Record};
use super::organisations::named;
use super::typed::{Line as Text, Typed as _};
use super::{RegistryError, store};
use crate::ground::{Ground, Purpose};
use crate::tenancy::{Database, Scope as _, SystemScope};

/// A provisioned device belongs to its first holder from the beginning: what it measured before the import counts, as
/// far back as a reading's time can be true.
const HELD_BEFORE: TimeDelta = TimeDelta::days(46);
/// Wrong lines that are told.
const TOLD: usize = 20;
const COLUMNS: [&str; 5] = ["serial", "maker", "model", "kind", "token"];
/// Bits that a token must have, and different characters, so that a long run of one letter is none.
const TOKEN_BITS: f64 = 128.0;
const TOKEN_VARIETY: usize = 8;
const TOKEN_LONGEST: usize = 256;

/// One line of the file.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) key: DeviceKey,
    pub(super) model: String,
    pub(super) kinds: Vec<Kind>,
    pub(super) token_hmac: [u8; 32],
}

/// Imports devices with the columns serial, maker, model, kind (several with `;` between them) and token, active, for a
/// customer by its name, which is created where there is none. A device that the customer has already keeps what is known
/// of it and takes the file's token, so a file can be imported again. The tokens are the maker's: issued for nobody, they go
/// with their devices, and one that was bound to a holder (as an upgrade bound them all) is unbound. Returns how many
/// devices the file holds.
pub async fn system_import_devices(
    ground: &Ground,
    database: &Database,
    customer: &str,
    text: &str,
    insecure_dev: bool,
) -> Result<usize, RegistryError> {
    let customer = named(customer)?;
    let lines = parse(ground, text, insecure_dev).map_err(RegistryError::Import)?;
    let now = ground.now();
    let held_since = now - HELD_BEFORE;
    SystemScope::for_purpose("import provisioned devices at the command line")
        .run(database, async |tx| {
            let customer = store::import::system_customer(tx, &customer, ground.id(), now).await?;
            store::import::system_models(tx, ground, &lines).await?;
            let known = store::import::system_known(tx, customer.id, &lines).await?;
            if !known.clashes.is_empty() {
                return Err(RegistryError::Import(told(known.clashes)));
            }
            let numbered = |wanted: &HashSet<usize>| -> Vec<&Line> {
                lines
                    .iter()
                    .filter(|line| wanted.contains(&line.number))
                    .collect()
            };
            store::import::system_replace_tokens(tx, ground, &numbered(&known.provisioned_anew)).await?;
            store::import::system_unbind_tokens(tx, &numbered(&known.issued_for_somebody)).await?;
            let is_known = |number| {
                [&known.same, &known.provisioned_anew, &known.issued_for_somebody]
                    .iter()
                    .any(|lines| lines.contains(number))
            };
            let fresh: Vec<&Line> = lines.iter().filter(|line| !is_known(&line.number)).collect();
            store::import::system_insert(tx, ground, customer, &fresh, held_since).await
        })
        .await?;
    Ok(lines.len())
}

fn told(mut wrong: Vec<String>) -> Vec<String> {
    let more = wrong.len().saturating_sub(TOLD);
    wrong.truncate(TOLD);
    if more > 0 {
        wrong.push(format!("and {more} more"));
    }
    wrong
}

fn parse(ground: &Ground, text: &str, insecure_dev: bool) -> Result<Vec<Line>, Vec<String>> {
    let (mut lines, mut wrong) = (Vec::new(), Vec::new());
    let mut seen: HashMap<DeviceKey, usize> = HashMap::new();
    let mut tokens: HashMap<[u8; 32], usize> = HashMap::new();
    let mut order = [0, 1, 2, 3, 4];
    let mut is_first = true;
    for Record { line: number, fields } in Reader::new(text) {
        let read = fields.ok_or_else(|| "a quote is not closed".to_owned());
        if std::mem::take(&mut is_first)
            && let Ok(fields) = &read
            && let Some(named) = header(fields)
        {
            order = named;
            continue;
        }
        match read.and_then(|fields| line(ground, number, &fields, order, insecure_dev)) {
            Ok(line) => {
                if let Some(first) = seen.insert(line.key.clone(), number) {
                    wrong.push(format!("line {number}: the same device stands in line {first}"));
                } else if let Some(first) = tokens.insert(line.token_hmac, number) {
                    wrong.push(format!("line {number}: the same token stands in line {first}"));
                } else {
                    lines.push(line);
                }
            }
            Err(why) => wrong.push(format!("line {number}: {why}")),
        }
    }
    if lines.is_empty() && wrong.is_empty() {
        wrong.push("the file holds no devices".to_owned());
    }
    if wrong.is_empty() {
        Ok(lines)
    } else {
        Err(told(wrong))
    }
}

/// Where each column stands, if this line names the columns.
fn header(fields: &[String]) -> Option<[usize; 5]> {
    let mut order = [0; 5];
    for (place, name) in order.iter_mut().zip(COLUMNS) {
        *place = fields
            .iter()
            .position(|field| field.trim().eq_ignore_ascii_case(name))?;
    }
    Some(order)
}

fn line(
    ground: &Ground,
    number: usize,
    fields: &[String],
    order: [usize; 5],
    insecure_dev: bool,
) -> Result<Line, String> {
    let mut texts = [""; 5];
    for (text, place) in texts.iter_mut().zip(order) {
        *text = fields
            .get(place)
            .map(|field| field.trim())
            .ok_or("five columns are needed: serial, maker, model, kind, token")?;
    }
    let [serial, maker, model, kinds, token] = texts;
    let key = DeviceKey::parse(maker, serial).map_err(|error| format!("maker or serial: {error}"))?;
    // As the catalogue keeps it.
    let model = Text::<100>::parse("model", model).map_err(|error| error.to_string())?;
    let mut kinds: Vec<Kind> = kinds
        .split([';', '|', ' '])
        .filter(|kind| !kind.is_empty())
        .map(|kind| kind.parse().map_err(|_| "kind: unknown".to_owned()))
        .collect::<Result<_, _>>()?;
    kinds.sort_unstable_by_key(|kind| kind.as_str());
    kinds.dedup();
    if kinds.is_empty() {
        return Err("kind: at least one is needed".to_owned());
    }
    check_token(token, insecure_dev)?;
    let token_hmac = ground.keys().hmac(Purpose::DeviceToken, token.as_bytes());
    Ok(Line {
        number,
        key,
        model: model.to_string(),
        kinds,
        token_hmac,
    })
}

/// A token must fit into a header and be beyond guessing; only a developer's machine takes short ones.
pub(super) fn check_token(token: &str, insecure_dev: bool) -> Result<(), String> {
    if token.is_empty() || token.len() > TOKEN_LONGEST || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("token: must have 1 to 256 printable characters without spaces".to_owned());
    }
    if insecure_dev || (bits(token) >= TOKEN_BITS && variety(token) >= TOKEN_VARIETY) {
        return Ok(());
    }
    Err("token: too easy to guess; 128 random bits are needed, such as 32 hex digits".to_owned())
}

/// The most bits that a text of these characters can carry.
fn bits(token: &str) -> f64 {
    let all = |test: fn(&u8) -> bool| token.bytes().all(|byte| test(&byte));
    let alphabet: f64 = if all(u8::is_ascii_digit) {
        10.0
    } else if all(u8::is_ascii_hexdigit) {
        16.0
    } else if token.bytes().any(|byte| byte.is_ascii_lowercase())
        && token.bytes().any(|byte| byte.is_ascii_uppercase())
    {
        62.0
    } else {
        32.0
    };
    f64::from(u32::try_from(token.len()).unwrap_or(u32::MAX)) * alphabet.log2()
}

fn variety(token: &str) -> usize {
    token.bytes().collect::<HashSet<_>>().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ground::{Keys, MasterKey};

    fn read(text: &str, insecure_dev: bool) -> Result<Vec<Line>, Vec<String>> {
        parse(
            &Ground::new(Keys::derive(&MasterKey::new([1; 32]))),
            text,
            insecure_dev,
        )
    }

    const GOOD: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn columns_go_by_their_names_or_their_order() {
        let by_order = read(&format!("D1,Acme,\"Cuff, 2\",blood_pressure,{GOOD}\n"), false).unwrap();
        let by_name = read(
            &format!("token,kind,serial,maker,model\r\n{GOOD},blood_pressure,D1,Acme,\"Cuff, 2\"\r\n"),
            false,
        );
        let by_name = by_name.unwrap();
        for line in [&by_order[0], &by_name[0]] {
            assert_eq!((line.key.serial.as_str(), line.model.as_str()), ("D1", "Cuff, 2"));
            assert_eq!(line.kinds, [Kind::BloodPressure]);
        }
        assert_eq!(by_order[0].token_hmac, by_name[0].token_hmac);
    }

    #[test]
    fn short_tokens_are_for_developers() {
        let text = "D1,Acme,Cuff,blood_pressure,token-000000";
        assert_eq!(read(text, true).unwrap().len(), 1);
        let wrong = read(text, false).unwrap_err();
        assert!(wrong[0].starts_with("line 1: token: too easy"), "{wrong:?}");
        assert!(read(&format!("D1,Acme,Cuff,weight,{}", "a".repeat(64)), false).is_err());
    }

    #[test]
    fn every_wrong_line_is_named() {
        let text = format!(
            "serial,maker,model,kind,token\nD1,Acme,Cuff,weight,{GOOD}\n\nD1,ACME,Cuff,weight,x{GOOD}\nD2,Acme\n\
             D3,Acme,Cuff,mood,y{GOOD}\nD4,Acme,Cuff,weight,{GOOD}\n\"D5"
        );
        let wrong = read(&text, false).unwrap_err();
        let lines: Vec<&str> = wrong
            .iter()
            .map(|line| line.split(": ").next().unwrap())
            .collect();
        assert_eq!(lines, ["line 4", "line 5", "line 6", "line 7", "line 8"]);
    }

    #[test]
    fn an_empty_file_says_so() {
        assert_eq!(
            read("serial,maker,model,kind,token\n", false).unwrap_err(),
            ["the file holds no devices"]
        );
    }
}
