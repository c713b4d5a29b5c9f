//! What the README tells a newcomer to type does what it says.

use std::process::Command;
use std::time::Duration;

use vitalwire_tests::{Portal, Server, program};

const README: &str = include_str!("../../README.md");

/// Plays both shells of "A reading, by hand", word for word but for the server's folder and address.
#[tokio::test]
async fn a_reading_by_hand_is_accepted() {
    let server = Server::start().await;
    let login = Portal::stranger(&server.url()).get("/login").await;
    assert!(
        login.html.contains("vitalwire-server admin create"),
        "{}",
        login.html
    );
    for _ in 0..200 {
        if server.log().contains("there is no administrator yet") {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let log = server.log();
    assert!(log.contains("vitalwire-server admin create --email"), "{log}");
    let (_, told) = README.split_once("## A reading, by hand").unwrap();
    let mut blocks = told
        .split("```sh\n")
        .skip(1)
        .map(|block| block.split("```").next().unwrap());
    let (first, second) = (blocks.next().unwrap(), blocks.next().unwrap());
    assert!(first.contains("\nvitalwire-server serve\n"), "{first}");
    assert!(second.contains("http://127.0.0.1:8080"), "{second}");
    let typed = [
        "vitalwire-server() { \"$PROGRAM\" --data-dir \"$FOLDER\" \"$@\"; }\n",
        &first.replace("vitalwire-server serve\n", ""),
        &second.replace("http://127.0.0.1:8080", &server.url()),
    ];
    let output = Command::new("bash")
        .args(["-c", &typed.concat()])
        .env("PROGRAM", program().get_program())
        .env("FOLDER", server.folder())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    let last = printed.lines().last().unwrap_or_default();
    assert!(
        last.ends_with("\"status\":\"accepted\"}"),
        "{printed}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let login = Portal::stranger(&server.url()).get("/login").await;
    assert!(!login.html.contains("administrator"), "{}", login.html);
}
