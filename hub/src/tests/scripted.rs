//! A platform without a network, so that time can stand still.

use std::collections::VecDeque;
use std::sync::Mutex;

use tokio::time::{Duration, Instant};
use uuid::Uuid;

use crate::error::CallError;
use crate::hub_client::HubState;
use crate::ledger::Verdict;
use crate::uplink::Wire;

/// One answer.
pub(crate) enum Line {
    /// To an upload.
    Upload(Result<(), CallError>),
    /// To an upload, after so long.
    Late(Duration),
    /// To the question for the state.
    State(Result<HubState, CallError>),
}

/// Answers as written, then always accepts. Notes when it was called, in seconds since its making, and with what.
pub(crate) struct Scripted {
    began: Instant,
    lines: Mutex<VecDeque<Line>>,
    calls: Mutex<Vec<(f32, String)>>,
}

impl Scripted {
    pub(crate) fn new(lines: impl IntoIterator<Item = Line>) -> Self {
        let lines = Mutex::new(lines.into_iter().collect());
        Self {
            began: Instant::now(),
            lines,
            calls: Mutex::default(),
        }
    }

    /// When, and the body's bytes or `state`.
    pub(crate) fn calls(&self) -> Vec<(f32, String)> {
        self.calls.lock().unwrap().clone()
    }

    pub(crate) fn times(&self) -> Vec<f32> {
        self.calls().into_iter().map(|(at, _)| at).collect()
    }

    fn next(&self, what: &str) -> Option<Line> {
        let at = (self.began.elapsed().as_secs_f32() * 10.0).round() / 10.0;
        self.calls.lock().unwrap().push((at, what.to_owned()));
        self.lines.lock().unwrap().pop_front()
    }
}

impl Wire for Scripted {
    async fn upload(&self, body: &[u8], count: usize) -> Result<Vec<Verdict>, CallError> {
        match self.next(std::str::from_utf8(body).unwrap()) {
            Some(Line::Upload(Err(error))) => return Err(error),
            Some(Line::Late(after)) => tokio::time::sleep(after).await,
            Some(Line::State(_)) => panic!("the script awaits the question for the state"),
            Some(Line::Upload(Ok(()))) | None => {}
        }
        Ok(vec![Verdict::Accepted { id: Uuid::nil() }; count])
    }

    async fn state(&self) -> Result<HubState, CallError> {
        match self.next("state") {
            Some(Line::State(state)) => state,
            None => Ok(HubState::Active),
            Some(_) => panic!("the script awaits an upload"),
        }
    }
}
