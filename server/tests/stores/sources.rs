//! Every function of the sources that acts for a person, found in their text: one that nobody put into the table is named.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Words by which a parameter, or the bound of its type, says that the function acts for a person.
const PERSONS: [&str; 9] = [
    "CustomerScope",
    "DistributorScope",
    "RegistryScope",
    "HasRights",
    "UserScope",
    ": Scope",
    "impl Scope",
    "Caller",
    "HubMaker",
];

/// Rooms without stores: `http` is shot at by the tests of the API and the portal, `tenancy` is what makes the scopes.
const LEFT_OUT: [&str; 2] = ["http", "tenancy"];

/// The path of every public function under `src` that takes a person's scope or its transaction, such as
/// `registry::devices::get`; a method has the path of its file.
pub(crate) fn functions_for_persons() -> BTreeSet<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeSet::new();
    for file in rust_files(&root) {
        let path = module(file.strip_prefix(&root).unwrap());
        let room = path.split("::").next().unwrap();
        if LEFT_OUT.contains(&room) {
            continue;
        }
        let source = fs::read_to_string(&file).unwrap();
        found.extend(
            functions_in(&source)
                .into_iter()
                .map(|name| format!("{path}::{name}")),
        );
    }
    found
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| match path.extension() {
            _ if path.is_dir() => rust_files(&path),
            Some(extension) if extension == "rs" => vec![path],
            _ => Vec::new(),
        })
        .collect()
}

/// `registry/store/mod.rs` is `registry::store`.
fn module(file: &Path) -> String {
    let path = file.with_extension("");
    let parts: Vec<&str> = path
        .iter()
        .map(|part| part.to_str().unwrap())
        .filter(|part| *part != "mod")
        .collect();
    parts.join("::")
}

/// The names of the public functions of one source that act for a person.
fn functions_in(source: &str) -> Vec<&str> {
    let aliases = aliases(source);
    ["pub fn ", "pub async fn "]
        .into_iter()
        .flat_map(|begin| source.split(begin).skip(1))
        .filter_map(|rest| {
            let name_ends = rest.find(|c: char| !c.is_alphanumeric() && c != '_')?;
            let signature = rest[name_ends..].split('{').next()?;
            // What a function returns does not make it act for somebody.
            let parameters = signature
                .rsplit_once(" -> ")
                .map_or(signature, |(before, _)| before);
            acts_for_a_person(parameters, &aliases).then(|| &rest[..name_ends])
        })
        .collect()
}

fn acts_for_a_person(parameters: &str, aliases: &[&str]) -> bool {
    let of_a_person = |argument: &str| {
        !["AdminScope>", "SystemScope>"]
            .iter()
            .any(|s| argument.starts_with(s))
    };
    PERSONS.iter().any(|word| parameters.contains(word))
        || parameters.split("Tx<").skip(1).any(of_a_person)
        || aliases
            .iter()
            .any(|alias| parameters.contains(&format!("&{alias}")))
}

/// Other names that a source gives to the transaction of a person.
fn aliases(source: &str) -> Vec<&str> {
    source
        .split("type ")
        .skip(1)
        .filter_map(|rest| rest.lines().next()?.split_once(" = Tx<"))
        .filter(|(_, of)| acts_for_a_person(&format!("Tx<{of}"), &[]))
        .map(|(name, _)| name)
        .collect()
}

#[test]
fn a_function_that_acts_for_a_person_is_recognised() {
    let source = "
        type Customer = Tx<CustomerScope>;
        type System = Tx<SystemScope>;
        pub async fn one(tx: &Tx<CustomerScope>) -> Result<(), DbErr> {
        pub async fn two<S: RegistryScope>(
            database: &Database,
            by: &S,
        ) -> Result<[i32; 24], RegistryError> {
        pub async fn three(tx: &Customer, id: DeviceId) {
        pub async fn four<T>(&self, tx: &Tx<T>) where T: Sized {
        pub fn five(caller: &Caller) {
        pub async fn not_one(tx: &Tx<AdminScope>, by: &AdminScope) -> Option<CustomerScope> {
        pub async fn not_two(tx: &System) -> Caller {
        pub(super) async fn not_three(tx: &Tx<CustomerScope>) {
        async fn not_four(tx: &Tx<CustomerScope>) {";
    let found: BTreeSet<&str> = functions_in(source).into_iter().collect();
    assert_eq!(found, BTreeSet::from(["one", "two", "three", "four", "five"]));
    assert_eq!(module(Path::new("registry/store/mod.rs")), "registry::store");
}
