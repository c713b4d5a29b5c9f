//! How many files are taken at a time, and how one is handed over: what is slow to take one, or has stopped, keeps no place
//! for long, and files leave room between their stretches for what waits for the database beside them.

use std::fmt::Display;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::mpsc::{self, Permit, Sender};
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use crate::ground::ids::UserId;

/// Files that one person takes at the same time.
const MOST_OF_A_PERSON: usize = 2;
/// Files that the people of one organisation take.
const MOST_OF_AN_ORGANISATION: usize = 4;
/// Files that this process hands over; the last places are for organisations that take none yet, so that two of them do not
/// hold up all others.
const MOST: usize = 8;
const FOR_OTHERS: usize = 2;
/// How long a stretch waits for somebody who takes it, and how long all of them wait: who takes each stretch in the last
/// second would else hold a place for hours.
const PATIENCE: Patience = Patience {
    stretch: Duration::from_secs(30),
    whole: Duration::from_mins(10),
};
/// The longest pause between two stretches.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How long somebody has.
#[derive(Debug, Clone, Copy)]
struct Patience {
    stretch: Duration,
    whole: Duration,
}

/// The files that are being taken from this process. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub struct Files(Arc<Mutex<Vec<Whose>>>);

/// A person, and their organisation.
type Whose = (UserId, Option<Uuid>);

/// Why there is no place for one more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// This person takes others.
    Own,
    /// Other people do.
    Others,
}

impl Files {
    /// One more of this person's, of this organisation.
    pub(super) fn open(&self, person: UserId, organisation: Option<Uuid>) -> Result<Place, Full> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let own = taken.iter().filter(|(who, _)| *who == person).count();
        if own >= MOST_OF_A_PERSON {
            return Err(Full::Own);
        }
        let theirs = taken.iter().filter(|(_, of)| *of == organisation).count();
        let most = if theirs == 0 { MOST } else { MOST - FOR_OTHERS };
        if theirs >= MOST_OF_AN_ORGANISATION || taken.len() >= most {
            return Err(Full::Others);
        }
        taken.push((person, organisation));
        Ok(Place {
            files: self.clone(),
            whose: (person, organisation),
        })
    }
}

/// The place of a file; it is free again when this is dropped.
#[derive(Debug)]
#[must_use = "the place is free again when this is dropped"]
pub(super) struct Place {
    files: Files,
    whose: Whose,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.files.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(at) = taken.iter().position(|whose| *whose == self.whose) {
            taken.swap_remove(at);
        }
    }
}

/// What a file is made of, one stretch after another.
pub(super) trait Stretches {
    /// Why one cannot be made, for the log.
    type Error: Display;

    /// The next one; none behind the last.
    async fn next(&mut self) -> Result<Option<String>, Self::Error>;
}

/// A file is not whole; the log says why.
#[derive(Debug, thiserror::Error)]
#[error("the file breaks off")]
pub(super) struct BrokenOff;

/// What is on its way to the browser. A file that is whole says so: the channel alone ends for whatever reason.
enum Part {
    Stretch(Bytes),
    End,
}

/// Hands over a file, of which the first stretch is there, in its place. It ends without being whole where somebody stops
/// taking it or takes too long, where the next stretch cannot be made, and with the server.
pub(super) fn hand_over<S: Stretches + 'static>(
    first: String,
    stretches: S,
    place: Place,
    ending: CancellationToken,
) -> impl Stream<Item = Result<Bytes, BrokenOff>> {
    within(PATIENCE, first, stretches, place, ending)
}

fn within<S: Stretches + 'static>(
    patience: Patience,
    first: String,
    stretches: S,
    place: Place,
    ending: CancellationToken,
) -> impl Stream<Item = Result<Bytes, BrokenOff>> {
    let (to, from) = mpsc::channel(1);
    actix_web::rt::spawn(async move {
        tokio::select! {
            () = make(first, stretches, &to, patience) => {}
            // Nobody takes it any more.
            () = to.closed() => {}
            () = ending.cancelled() => {}
        }
        drop(place);
    });
    stream::try_unfold(Some(from), async |from| {
        let Some(mut from) = from else { return Ok(None) };
        match from.recv().await {
            Some(Part::Stretch(text)) => Ok(Some((text, Some(from)))),
            Some(Part::End) => Ok(None),
            None => Err(BrokenOff),
        }
    })
}

async fn make(first: String, mut stretches: impl Stretches, to: &Sender<Part>, mut patience: Patience) {
    let Some(mut free) = room(to, &mut patience).await else {
        return;
    };
    let mut next = Some(first);
    while let Some(text) = next {
        free.send(Part::Stretch(Bytes::from(text)));
        // The next one is made when this one was taken: by who may read it then.
        let Some(room) = room(to, &mut patience).await else {
            return;
        };
        free = room;
        let began = Instant::now();
        next = match stretches.next().await {
            Ok(next) => next,
            Err(error) => {
                tracing::info!(%error, "a file breaks off while it is taken");
                return;
            }
        };
        sleep(began.elapsed().min(LONGEST_PAUSE)).await;
    }
    free.send(Part::End);
}

/// Room for one more part, as soon as the one before it was taken; none where that takes too long, or all of it has. What the
/// server itself needs to make a stretch is nobody else's time.
async fn room<'a>(to: &'a Sender<Part>, patience: &mut Patience) -> Option<Permit<'a, Part>> {
    let began = Instant::now();
    let Ok(room) = timeout(patience.stretch.min(patience.whole), to.reserve()).await else {
        tracing::warn!(
            waited = ?began.elapsed(),
            "a file breaks off that is taken too slowly, or not any more"
        );
        return None;
    };
    patience.whole = patience.whole.saturating_sub(began.elapsed());
    room.ok()
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::pin::Pin;
    use std::rc::Rc;

    use futures_util::StreamExt as _;

    use super::*;

    fn id(number: u128) -> Uuid {
        Uuid::from_u128(number)
    }

    #[test]
    fn a_person_an_organisation_and_all_together_take_so_many_files() {
        let files = Files::default();
        let open = |person: u128, of: u128| files.open(UserId::from(id(person)), Some(id(of)));
        let mut first: Vec<_> = (0..2).map(|_| open(1, 1).unwrap()).collect();
        assert_eq!(open(1, 1).unwrap_err(), Full::Own);
        let _colleague: Vec<_> = (0..2).map(|_| open(2, 1).unwrap()).collect();
        assert_eq!(open(3, 1).unwrap_err(), Full::Others, "of the organisation");
        let _others: Vec<_> = (0..2).map(|_| open(4, 2).unwrap()).collect();
        assert_eq!(
            open(5, 2).unwrap_err(),
            Full::Others,
            "what is left is for others"
        );
        let _last: Vec<_> = [(6, 3), (7, 4)]
            .map(|(person, of)| open(person, of).unwrap())
            .into();
        assert_eq!(open(8, 5).unwrap_err(), Full::Others, "of the server");
        first.pop();
        let _next = open(8, 5).unwrap();
        assert_eq!(open(1, 1).unwrap_err(), Full::Others);
    }

    /// How long a stretch takes to make here.
    const WORK: Duration = Duration::from_millis(20);

    /// So many stretches.
    struct Made {
        left: usize,
        made: Rc<Cell<usize>>,
    }

    impl Stretches for Made {
        type Error = std::convert::Infallible;

        async fn next(&mut self) -> Result<Option<String>, Self::Error> {
            if self.left == 0 {
                return Ok(None);
            }
            sleep(WORK).await;
            self.left -= 1;
            self.made.set(self.made.get() + 1);
            Ok(Some("next".to_owned()))
        }
    }

    #[derive(Default)]
    struct Scene {
        files: Files,
        ending: CancellationToken,
        made: Rc<Cell<usize>>,
    }

    type File = Pin<Box<dyn Stream<Item = Result<Bytes, BrokenOff>>>>;

    impl Scene {
        fn begin(&self, patience: Patience, left: usize) -> File {
            let place = self.files.open(UserId::from(id(1)), Some(id(1))).unwrap();
            let made = Made {
                left,
                made: Rc::clone(&self.made),
            };
            let first = "first".to_owned();
            Box::pin(within(patience, first, made, place, self.ending.clone()))
        }

        /// Waits until so many places are taken: not as long as a stretch waits.
        async fn taken(&self, places: usize) {
            let wait = async {
                while self.files.0.lock().unwrap().len() != places {
                    tokio::task::yield_now().await;
                }
            };
            timeout(PATIENCE.stretch / 2, wait)
                .await
                .expect("so many are taken");
        }
    }

    #[actix_web::test]
    async fn a_file_comes_whole_with_pauses_as_long_as_its_stretches_take() {
        let scene = Scene::default();
        let began = Instant::now();
        let mut file = scene.begin(PATIENCE, 3);
        let mut parts = Vec::new();
        while let Some(part) = file.next().await {
            parts.push(part.unwrap());
        }
        assert_eq!(parts, ["first", "next", "next", "next"]);
        assert!(began.elapsed() >= WORK * 6, "{:?}", began.elapsed());
        scene.taken(0).await;
    }

    #[actix_web::test]
    async fn a_file_that_nobody_takes_gives_its_place_back_and_is_not_whole() {
        let scene = Scene::default();
        let patience = Patience {
            stretch: WORK * 3,
            ..PATIENCE
        };
        let mut file = scene.begin(patience, usize::MAX);
        file.next().await.unwrap().unwrap();
        scene.taken(0).await;
        assert_eq!(
            scene.made.get(),
            1,
            "no stretch is made before the one before it was taken"
        );
        assert!(file.next().await.unwrap().is_ok(), "what was there is there");
        assert!(file.next().await.unwrap().is_err(), "and then it breaks off");
    }

    #[actix_web::test]
    async fn a_file_of_which_every_stretch_is_taken_late_breaks_off_all_the_same() {
        let scene = Scene::default();
        let patience = Patience {
            whole: WORK * 3,
            ..PATIENCE
        };
        let mut file = scene.begin(patience, 50);
        let mut taken = 0;
        while file.next().await.expect("it never comes whole").is_ok() {
            taken += 1;
            // Somebody who takes longer than a stretch is made.
            sleep(WORK * 6).await;
        }
        assert!(taken > 0, "what there was time for came");
        scene.taken(0).await;
    }

    #[actix_web::test]
    async fn who_goes_away_and_a_server_that_stops_end_a_file_at_once() {
        let scene = Scene::default();
        let file = scene.begin(PATIENCE, usize::MAX);
        let mut other = scene.begin(PATIENCE, usize::MAX);
        other.next().await.unwrap().unwrap();
        scene.taken(2).await;
        drop(file);
        scene.taken(1).await;
        scene.ending.cancel();
        scene.taken(0).await;
        while let Some(part) = other.next().await {
            if part.is_err() {
                return;
            }
        }
        panic!("a file that was broken off came as a whole");
    }
}
