//! A real mail server: aiosmtpd from PyPI, which we did not write. It keeps every mail as a file.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::{free_port, setting};

const PROGRAM: &str = r"
import sys, time, email, email.policy, pathlib
from aiosmtpd.controller import Controller
folder = pathlib.Path(sys.argv[2])

class Keep:
    async def handle_DATA(self, server, session, envelope):
        name = f'{time.time_ns()}'
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        head = ''.join(f'{key}: {value}\n' for key, value in message.items())
        text = message.get_body(('plain',)).get_content()
        words = f'rcpt: {envelope.rcpt_tos[0]}\n{head}\n{text}'
        (folder / (name + '.part')).write_text(words)
        (folder / (name + '.part')).rename(folder / (name + '.mail'))
        return '250 OK'

Controller(Keep(), hostname='127.0.0.1', port=int(sys.argv[1])).start()
sys.stdin.read()
";

/// A mail as the server took it: head, an empty line, text.
#[derive(Debug, Clone)]
pub struct Letter(pub String);

impl Letter {
    /// The path of the link in it.
    pub fn link(&self, base: &str) -> String {
        let line = self.0.lines().find(|line| line.starts_with(base));
        line.expect("a link").trim().split_at(base.len()).1.to_owned()
    }
}

/// The mail server, which can be away.
#[derive(Debug)]
pub struct PostOffice {
    port: u16,
    folder: PathBuf,
    child: Option<Child>,
}

impl PostOffice {
    /// One that is closed yet; its mail lies in the folder.
    pub fn closed(folder: &Path) -> Self {
        let folder = folder.join("post");
        fs::create_dir_all(&folder).expect("a folder can be made");
        Self {
            port: free_port(),
            folder,
            child: None,
        }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Opens it, and returns when it listens.
    pub async fn open(&mut self) {
        let python = setting("VW_PYTHON").unwrap_or_else(|| "python3".to_owned());
        let child = Command::new(python)
            .args(["-c", PROGRAM, &self.port.to_string()])
            .arg(&self.folder)
            .stdin(Stdio::piped())
            .spawn()
            .expect("the tests' Python runs; `make test` installs it");
        self.child = Some(child);
        for _ in 0..500 {
            if tokio::net::TcpStream::connect(("127.0.0.1", self.port))
                .await
                .is_ok()
            {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("the mail server does not listen");
    }

    /// Closes it.
    pub fn close(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it can be killed");
            child.wait().expect("it ends");
        }
    }

    /// The mails that were taken so far, the first one first.
    pub fn letters(&self) -> Vec<Letter> {
        let entries = fs::read_dir(&self.folder).expect("its folder").flatten();
        let mut files: Vec<PathBuf> = entries
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|extension| extension == "mail"))
            .collect();
        files.sort();
        files
            .iter()
            .map(|path| Letter(fs::read_to_string(path).expect("a mail")))
            .collect()
    }

    /// Waits for a mail to this address with these words in it.
    pub async fn wait_for_one(&self, address: &str, words: &str) -> Letter {
        let head = format!("rcpt: {address}\n");
        for _ in 0..1_200 {
            let mut letters = self.letters().into_iter();
            if let Some(found) = letters.find(|Letter(text)| text.starts_with(&head) && text.contains(words))
            {
                return found;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!(
            "no mail to {address} says {words:?} among {}",
            self.letters().len()
        );
    }

    /// Waits until that many were taken and returns the last. The server sends when it will, so it is looked again and again.
    pub async fn wait_for(&self, count: usize) -> Letter {
        for _ in 0..1_200 {
            let letters = self.letters();
            if letters.len() >= count {
                return letters[count - 1].clone();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("{} of {count} mails arrived", self.letters().len());
    }
}

impl Drop for PostOffice {
    fn drop(&mut self) {
        self.close();
        let _removed = self.folder.parent().map(fs::remove_dir_all);
    }
}
