//! Every fuzz target over its seeds, whole, cut short, and with bits turned over: so that in CI no decoder forgets what the
//! fuzzer once taught it, and no fuzz target is left without what it calls.

#![expect(clippy::unwrap_used, reason = "a test that cannot read its files fails")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rstest::rstest;
use vitalwire_soundness::{TARGETS, Target};

fn fuzz() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz")
}

/// The names in a folder, without what follows the dot.
fn names(folder: &Path) -> BTreeSet<String> {
    let name = |path: PathBuf| path.file_stem().unwrap().to_str().unwrap().to_owned();
    let entries = fs::read_dir(folder).unwrap();
    entries.map(|entry| name(entry.unwrap().path())).collect()
}

fn seeds(target: Target) -> Vec<Vec<u8>> {
    let files = fs::read_dir(fuzz().join("seeds").join(target.name)).unwrap();
    files
        .map(|file| fs::read(file.unwrap().path()).unwrap())
        .collect()
}

#[test]
fn each_target_is_a_fuzz_target_and_has_seeds() {
    let targets: BTreeSet<String> = TARGETS.iter().map(|target| target.name.to_owned()).collect();
    assert_eq!(names(&fuzz().join("targets")), targets);
    assert_eq!(names(&fuzz().join("seeds")), targets);
    assert_eq!(TARGETS.len(), 14, "below are so many cases");
    for name in targets {
        let target = fs::read_to_string(fuzz().join(format!("targets/{name}.rs"))).unwrap();
        assert!(
            target.contains(&format!("vitalwire_soundness::{name}(bytes)")),
            "{name}"
        );
    }
}

#[rstest]
fn seeds_are_sound_whole_and_spoilt(#[values(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13)] nth: usize) {
    let target = TARGETS[nth];
    let seeds = seeds(target);
    assert!(!seeds.is_empty(), "{} has no seeds", target.name);
    for seed in &seeds {
        (target.check)(seed);
        for end in 0..seed.len() {
            (target.check)(&seed[..end]);
            for bit in [0, 3, 5] {
                let mut spoilt = seed.clone();
                spoilt[end] ^= 1 << bit;
                (target.check)(&spoilt);
            }
        }
    }
}
