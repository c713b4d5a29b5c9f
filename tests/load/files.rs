//! Credentials in files: devices with their tokens as `vitalwire-server devices import` takes them, and hubs.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use vitalwire_hub::{HubClock, Identity, Registration, Signer, SystemClock, SystemRandom};

use crate::error::LoadError;
use crate::readings::{Device, Kind};

/// Devices from a CSV file whose first line names the columns `serial`, `kind` and, where they send by themselves, `token`.
/// Of several kinds of a device the first that the generator can make is taken.
pub(crate) fn devices(path: &Path, with_tokens: bool) -> Result<Vec<Device>, LoadError> {
    let table = Table::read(path)?;
    let columns = (table.column("serial")?, table.column("kind")?);
    let token = if with_tokens {
        Some(table.column("token")?)
    } else {
        None
    };
    let device =
        |line: &Line| {
            let (serial, kinds) = (line.field(columns.0)?, line.field(columns.1)?);
            let token = token.map_or(Ok(""), |column| line.field(column))?;
            let kind = kinds.split(';').find_map(|kind| Kind::named(kind.trim())).ok_or_else(|| {
            format!("the generator makes no readings of the kind {kinds}: leave the device out of the file")
        })?;
            if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err("the token has characters that no header can carry".to_owned());
            }
            Ok(Device::new(serial, kind, token))
        };
    table.each(device)
}

/// A hub that can sign.
#[derive(Debug)]
pub(crate) struct Hub {
    /// Signs in its name.
    pub(crate) signer: Signer,
}

impl Hub {
    /// From its key and what the platform answered to the claim.
    pub(crate) fn new(key: &Path, registration: &Registration) -> Result<Self, LoadError> {
        // The hub's library would make a new key where there is none, and nobody would know it.
        let found = std::fs::metadata(key);
        found.map_err(|source| LoadError::File {
            path: key.to_owned(),
            source,
        })?;
        let identity = Identity::load_or_create(key)?;
        let clock = Arc::new(HubClock::new(Arc::new(SystemClock)));
        let signer = Signer::new(&identity, registration, clock, Arc::new(SystemRandom::new()));
        let signer = signer.map_err(|source| LoadError::HubKey {
            path: key.to_owned(),
            source,
        })?;
        Ok(Self { signer })
    }
}

/// Hubs from a CSV file with the columns `key` (a file with the Ed25519 key in PKCS #8, DER, mode 0600) and `registration`
/// (a file with the answer to the hub's claim); both are looked for beside the CSV file.
pub(crate) fn hubs(path: &Path) -> Result<Vec<Hub>, LoadError> {
    let table = Table::read(path)?;
    let columns = (table.column("key")?, table.column("registration")?);
    let beside = path.parent().unwrap_or(Path::new(""));
    table.each(|line| {
        let (key, registration) = (line.field(columns.0)?, beside.join(line.field(columns.1)?));
        let known = Registration::load(&registration).map_err(|error| error.to_string())?;
        let known = known.ok_or_else(|| format!("{}: there is no such file", registration.display()))?;
        Hub::new(&beside.join(key), &known).map_err(|error| error.to_string())
    })
}

/// A CSV file without quotes, which no serial, kind or token needs.
#[derive(Debug)]
struct Table {
    path: PathBuf,
    columns: Vec<String>,
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    number: usize,
    fields: Vec<String>,
}

impl Line {
    fn field(&self, column: usize) -> Result<&str, String> {
        match self.fields.get(column).map(String::as_str) {
            Some(field) if !field.is_empty() && !field.contains('"') => Ok(field),
            Some(field) if field.contains('"') => Err("quotes are not read: take them away".to_owned()),
            _ => Err("a field is missing or empty".to_owned()),
        }
    }
}

impl Table {
    fn read(path: &Path) -> Result<Self, LoadError> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|source| LoadError::File {
            path: path.to_owned(),
            source,
        })?;
        let fields = |line: &str| line.split(',').map(|field| field.trim().to_owned()).collect();
        let mut lines = text.lines().zip(1..).filter(|(line, _)| !line.trim().is_empty());
        let columns = lines.next().map_or_else(Vec::new, |(line, _)| fields(line));
        let lines = lines
            .map(|(line, number)| Line {
                number,
                fields: fields(line),
            })
            .collect();
        Ok(Self {
            path: path.to_owned(),
            columns,
            lines,
        })
    }

    fn column(&self, name: &str) -> Result<usize, LoadError> {
        let found = self.columns.iter().position(|column| column == name);
        found.ok_or_else(|| {
            self.wrong(
                1,
                format!("the first line must name the columns, and {name} is not there"),
            )
        })
    }

    fn each<T>(&self, read: impl Fn(&Line) -> Result<T, String>) -> Result<Vec<T>, LoadError> {
        if self.lines.is_empty() {
            return Err(self.wrong(2, "nothing stands under the names of the columns".to_owned()));
        }
        let one = |line: &Line| read(line).map_err(|what| self.wrong(line.number, what));
        self.lines.iter().map(one).collect()
    }

    fn wrong(&self, line: usize, what: String) -> LoadError {
        LoadError::Line {
            path: self.path.clone(),
            line,
            what,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt as _;

    use serde_json::json;

    use super::*;

    /// Writes a file, reads it, removes it.
    fn read<T>(name: &str, text: &str, read: impl Fn(&Path) -> Result<T, LoadError>) -> Result<T, String> {
        let path = std::env::temp_dir().join(format!("vw-load-{}-{name}.csv", std::process::id()));
        std::fs::write(&path, text).unwrap();
        let result =
            read(&path).map_err(|error| error.to_string().replace(&path.display().to_string(), "FILE"));
        std::fs::remove_file(&path).unwrap();
        result
    }

    #[test]
    fn devices_are_read_as_the_import_takes_them() {
        let text = "serial,maker,model,kind,token\r\nD1,Acme,Cuff,blood_pressure,t1\r\n\r\nD2,Acme,Both,sleep; weight,t2\n";
        let found = read("good", text, |path| devices(path, true)).unwrap();
        let found: Vec<_> = found
            .iter()
            .map(|one| (one.serial.as_str(), one.kind, one.token.as_str()))
            .collect();
        assert_eq!(
            found,
            [
                ("\"D1\"", Kind::BloodPressure, "t1"),
                ("\"D2\"", Kind::Weight, "t2")
            ]
        );
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line_and_without_the_token() {
        let all = |text| read("wrong", text, |path| devices(path, true)).unwrap_err();
        assert!(
            all("serial,kind\nD1,weight\n")
                .contains("line 1: the first line must name the columns, and token")
        );
        assert!(all("serial,kind,token\n").contains("line 2: nothing"));
        assert!(
            all("serial,kind,token\nD1,weight,t\nD2,sleep,t\n")
                .starts_with("FILE, line 3: the generator makes no")
        );
        assert!(all("serial,kind,token\nD1,weight,\n").contains("line 2: a field is missing"));
        assert!(all("serial,kind,token\nD1,weight,\"t\"\n").contains("line 2: quotes"));
        let odd = all("serial,kind,token\nD1,weight,to ken\n");
        assert!(
            odd.contains("line 2: the token") && !odd.contains("to ken"),
            "{odd}"
        );
        assert!(
            devices(Path::new("/nowhere/at/all"), true)
                .unwrap_err()
                .to_string()
                .starts_with("/nowhere/at/all: ")
        );
    }

    #[test]
    fn a_hub_is_its_key_and_the_answer_to_its_claim() {
        let name = |end: &str| format!("vw-load-{}-claimed.{end}", std::process::id());
        let path = |end: &str| std::env::temp_dir().join(name(end));
        let identity = Identity::load_or_create(&path("key")).unwrap();
        let answer = |fingerprint: String| {
            let hub_id = uuid::Uuid::nil();
            let answer = json!({"hub_id": hub_id, "audience": "http://a", "fingerprint": fingerprint, "state": "claimed",
                "server_time": "2026-11-20T09:02:18.212Z"});
            std::fs::write(path("json"), answer.to_string()).unwrap();
            std::fs::set_permissions(path("json"), Permissions::from_mode(0o600)).unwrap();
            let text = format!("key,registration\n{},{}\n", name("key"), name("json"));
            read("claimed", &text, hubs)
        };
        let hub = answer(identity.fingerprint()).unwrap();
        assert!(hub[0].signer.token("POST", "/v1/hubs/telemetry", b"{}").is_ok());
        let another = answer("00:11".to_owned()).unwrap_err();
        assert!(
            another.contains("line 2") && another.contains("of the same claim"),
            "{another}"
        );
        for end in ["key", "json"] {
            std::fs::remove_file(path(end)).unwrap();
        }
    }

    #[test]
    fn a_hub_without_a_key_gets_none_made_up() {
        let text = "key,registration\nno.key,no.json\n";
        let missing = read("hubs", text, |path| hubs(path).map(drop)).unwrap_err();
        assert!(
            missing.contains("line 2") && missing.contains("no.json"),
            "{missing}"
        );
        let registration = Registration {
            hub_id: uuid::Uuid::nil(),
            audience: String::new(),
            fingerprint: String::new(),
        };
        let key = std::env::temp_dir().join(format!("vw-load-{}-none.key", std::process::id()));
        assert!(matches!(
            Hub::new(&key, &registration),
            Err(LoadError::File { .. })
        ));
        assert!(!key.exists());
    }
}
