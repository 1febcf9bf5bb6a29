//! The bounded queue in front of the recorder. One queue keeps the order; sound and picture have their own limits, so
//! that a flood of pictures never costs a word.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use yoban_domain::id::{LegId, SessionId};

use super::{Codec, Kind, RtpIn, SenderReport};

/// Commands that may wait. There are a handful per call; more means that the recorder hangs.
const MAX_COMMANDS: usize = 65_536;

/// The recorder takes no more: it has ended, or so much waits that it must be hanging.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the recorder takes no more commands")]
pub struct Refused;

#[derive(Debug)]
pub(crate) enum Message {
    Open(SessionId),
    Start(SessionId, LegId, Codec),
    Stop(SessionId, LegId, Kind),
    Packet(RtpIn),
    Report(SenderReport),
    Pause(SessionId),
    Resume(SessionId),
    Close(SessionId),
    Shutdown,
}

impl Message {
    /// Whose it is; none: everybody's.
    pub(crate) const fn session(&self) -> Option<SessionId> {
        match self {
            Self::Open(session)
            | Self::Start(session, ..)
            | Self::Stop(session, ..)
            | Self::Pause(session)
            | Self::Resume(session)
            | Self::Close(session) => Some(*session),
            Self::Packet(packet) => Some(packet.session),
            Self::Report(report) => Some(report.session),
            Self::Shutdown => None,
        }
    }
}

/// Who lost how many packets to a full queue.
pub(crate) type Drops = BTreeMap<(SessionId, LegId, Kind), u64>;

#[derive(Debug)]
pub(crate) struct Inbox {
    state: Mutex<State>,
    wake: Condvar,
    audio_limit: usize,
    video_limit: usize,
}

#[derive(Debug, Default)]
struct State {
    queue: VecDeque<Message>,
    audio: usize,
    video: usize,
    commands: usize,
    drops: Drops,
    ended: bool,
}

impl Inbox {
    pub(crate) fn new(audio_limit: usize, video_limit: usize) -> Self {
        let queue = VecDeque::with_capacity(4_096);
        Self {
            state: Mutex::new(State { queue, ..State::default() }),
            wake: Condvar::new(),
            audio_limit,
            video_limit,
        }
    }

    /// Takes a packet or counts it as dropped. The lock is held for some ten nanoseconds on either side, never during
    /// work or I/O.
    pub(crate) fn push(&self, packet: RtpIn) -> bool {
        let mut state = self.lock();
        let (waiting, limit) = match packet.kind {
            Kind::Audio => (&mut state.audio, self.audio_limit),
            Kind::Video => (&mut state.video, self.video_limit),
        };
        if *waiting >= limit {
            // Bounded by the tracks there are; a stranger's ids would grow it, but packets come from our own peers.
            if state.drops.len() < 4_096 {
                *state.drops.entry((packet.session, packet.leg, packet.kind)).or_default() += 1;
            }
            return false;
        }
        *waiting += 1;
        self.add(state, Message::Packet(packet));
        true
    }

    pub(crate) fn command(&self, message: Message) -> Result<(), Refused> {
        let mut state = self.lock();
        if state.ended || state.commands >= MAX_COMMANDS {
            return Err(Refused);
        }
        state.commands += 1;
        self.add(state, message);
        Ok(())
    }

    fn add(&self, mut state: MutexGuard<'_, State>, message: Message) {
        let was_empty = state.queue.is_empty();
        state.queue.push_back(message);
        drop(state);
        if was_empty {
            self.wake.notify_one();
        }
    }

    /// Everything that waits, at most `wait` later. `spare` becomes the next queue.
    pub(crate) fn take(&self, spare: &mut VecDeque<Message>, wait: Duration) -> Drops {
        let mut state = self.lock();
        if state.queue.is_empty() {
            let waited = self.wake.wait_timeout(state, wait).unwrap_or_else(PoisonError::into_inner);
            state = waited.0;
        }
        std::mem::swap(&mut state.queue, spare);
        (state.audio, state.video, state.commands) = (0, 0, 0);
        std::mem::take(&mut state.drops)
    }

    /// Nothing is taken any more.
    pub(crate) fn end(&self) {
        self.lock().ended = true;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
