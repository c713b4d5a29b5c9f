//! How much memory a process holds, from Linux's `/proc`. Its children, so the private PostgreSQL, are not counted.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio::task::JoinHandle;

use crate::tally::{float, rounded};

const EVERY: Duration = Duration::from_millis(200);

/// Looks at a process for as long as a load lasts.
#[derive(Debug)]
pub(crate) struct Watch {
    pid: u32,
    looking: JoinHandle<()>,
    most: tokio::sync::watch::Receiver<u64>,
}

impl Watch {
    /// Begins to look.
    pub(crate) fn start(pid: u32) -> Self {
        let (sender, most) = tokio::sync::watch::channel(0);
        let looking = tokio::spawn(async move {
            loop {
                let now = kib(pid, "VmRSS:").unwrap_or(0);
                sender.send_modify(|most| *most = now.max(*most));
                tokio::time::sleep(EVERY).await;
            }
        });
        Self { pid, looking, most }
    }

    /// Adds to a result the most that was resident during the load, and since the process began; null where nothing is known.
    pub(crate) fn write(self, into: &mut Map<String, Value>) {
        self.looking.abort();
        let mib = |kib: u64| rounded(float(kib) / 1024.0);
        let during = Some(*self.most.borrow()).filter(|kib| *kib > 0);
        let ever = kib(self.pid, "VmHWM:");
        into.insert("server_rss_mib".into(), during.map_or(Value::Null, mib));
        into.insert("server_peak_mib".into(), ever.map_or(Value::Null, mib));
    }
}

fn kib(pid: u32, field: &str) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.trim().strip_suffix("kB")?.trim().parse().ok()
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_process_has_memory_and_another_has_none() {
        let own = std::process::id();
        let (now, most) = (kib(own, "VmRSS:").unwrap(), kib(own, "VmHWM:").unwrap());
        assert!(now > 0 && most >= now / 2, "{now} {most}");
        assert_eq!(kib(own, "VmNothing:"), None);
        assert_eq!(kib(u32::MAX, "VmRSS:"), None);
    }
}
