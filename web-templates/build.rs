//! Makes `dist/`, which `src/assets.rs` embeds: `npm ci` where the packages are missing, then `build-assets.mjs`.
//! Where `dist/` already answers to its inputs, nothing runs and Node is not needed.
#![expect(
    clippy::expect_used,
    clippy::panic,
    reason = "a build script ends by panicking"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::{fs, io};

/// What `dist/` is made from. The sources count because the icons and class names in use are read from them.
const INPUTS: [&str; 6] = [
    "assets",
    "build-assets.mjs",
    "build",
    "package-lock.json",
    "src",
    "templates",
];

#[expect(
    clippy::disallowed_methods,
    reason = "cargo tells a build script everything this way"
)]
fn main() {
    // Asked when it runs: a target folder may be shared by several checkouts, and this program was built for one of them.
    let here = std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo says where the crate is");
    let here = Path::new(&here);
    for input in INPUTS {
        println!("cargo::rerun-if-changed={input}");
    }
    println!("cargo::rerun-if-changed=build.rs");
    // Missing after a clean: cargo then runs this again.
    println!("cargo::rerun-if-changed=dist/.inputs");

    let mut files = Vec::new();
    for input in INPUTS {
        collect(&here.join(input), &mut files);
    }
    files.sort();
    let wanted = digest(here, &files);
    let stamp = here.join("dist/.inputs");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == wanted) {
        return;
    }

    let lock = fs::read(here.join("package-lock.json")).expect("web-templates/package-lock.json is readable");
    let installed = here.join("node_modules/.made-from-lock");
    if fs::read(&installed).ok().as_ref() != Some(&lock) {
        run(
            here,
            "npm",
            &[
                "ci",
                "--ignore-scripts",
                "--no-audit",
                "--no-fund",
                "--loglevel=error",
            ],
        );
        fs::write(&installed, &lock).expect("node_modules can be written");
    }
    run(here, "node", &["build-assets.mjs"]);
    fs::write(&stamp, wanted).expect("dist can be written");
}

/// Runs one of Node's programs and ends the build with its message where it fails.
fn run(folder: &Path, program: &str, arguments: &[&str]) {
    match Command::new(program).args(arguments).current_dir(folder).output() {
        Ok(output) if output.status.success() => {}
        Ok(output) => panic!(
            "`{program} {}` failed in {}:\n{}{}",
            arguments.join(" "),
            folder.display(),
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        ),
        Err(error) if error.kind() == io::ErrorKind::NotFound => panic!(
            "`{program}` was not found: the portal's stylesheet and scripts are built with Node.js 18 or newer and npm. \
             Install them (Debian, Ubuntu: apt-get install nodejs npm) and build again."
        ),
        Err(error) => panic!("`{program}` could not be started: {error}"),
    }
}

/// Every file at or under `path`; one that does not exist adds nothing.
fn collect(path: &Path, into: &mut Vec<PathBuf>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("a folder of inputs is readable") {
            collect(&entry.expect("a folder of inputs is readable").path(), into);
        }
    } else if path.is_file() {
        into.push(path.to_owned());
    }
}

/// FNV-1a over names and contents: it only has to notice a change.
fn digest(here: &Path, files: &[PathBuf]) -> String {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut eat = |bytes: &[u8]| {
        for byte in bytes.iter().chain(&[0]) {
            state = (state ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    };
    for file in files {
        let name = file.strip_prefix(here).unwrap_or(file);
        eat(name.to_string_lossy().as_bytes());
        eat(&fs::read(file).expect("an input is readable"));
    }
    format!("{state:016x}\n")
}
