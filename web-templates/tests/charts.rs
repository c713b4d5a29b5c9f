//! The pure parts of the page scripts, tested by Node itself, which the assets are built with anyway.

use std::process::Command;

#[test]
fn marks_stand_at_their_time() {
    let here = env!("CARGO_MANIFEST_DIR");
    let output = Command::new("node")
        .args(["--test", "tests/"])
        .current_dir(here)
        .output()
        .expect("Node.js 18 or newer is there: the assets are built with it");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stdout)
    );
}
