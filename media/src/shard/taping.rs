//! Keeps the recorder in step with the room plans: declarative plans in, start, stop, pause and packets out.

use std::collections::{BTreeSet, HashMap};
use std::sync::mpsc::Receiver;

use yoban_domain::id::{LegId, SessionId};
use yoban_domain::session::RecordingFailure;
use yoban_domain::time::Timestamp;

use crate::recording::{Codec, Kind, Recorder, RecordingEvent, RtpIn, SenderReport};
use crate::room::forward::{self, VideoCodec};
use crate::room::{Record, RoomPlan};

/// The recorder, what it says, and what it was told last.
pub(crate) struct Taping {
    recorder: Recorder,
    events: Receiver<RecordingEvent>,
    tapes: HashMap<SessionId, Tape>,
    /// Sessions whose commands the recorder did not take, not told yet.
    refused: BTreeSet<SessionId>,
}

#[derive(Debug, Default, PartialEq, Eq)]
struct Tape {
    legs: BTreeSet<LegId>,
    paused: bool,
}

/// One thing to tell the recorder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Open,
    Start(LegId),
    Stop(LegId),
    Pause,
    Resume,
}

/// From what was told last to what the plan says. Nothing is opened before a plan records; from then on tracks follow
/// gates and consent also while the session is paused, so that the pause is a declared gap in files that go on.
fn steps(tape: &mut Option<Tape>, plan: &RoomPlan) -> Vec<Step> {
    let mut steps = Vec::new();
    if tape.is_none() && !plan.recording {
        return steps;
    }
    let tape = tape.get_or_insert_with(|| {
        steps.push(Step::Open);
        Tape::default()
    });
    let wanted: BTreeSet<LegId> = plan.members.iter().filter(|m| m.open && m.record).map(|m| m.leg).collect();
    // Stop and pause come first: a moment too little is a gap, a moment too much breaks a promise.
    steps.extend(tape.legs.difference(&wanted).map(|leg| Step::Stop(*leg)));
    if tape.paused == plan.recording {
        steps.push(if plan.recording { Step::Resume } else { Step::Pause });
        tape.paused = !plan.recording;
    }
    steps.extend(wanted.difference(&tape.legs).map(|leg| Step::Start(*leg)));
    tape.legs = wanted;
    steps
}

/// What the recorder knows nothing of any more is begun anew when it is asked for again.
fn forget(tapes: &mut HashMap<SessionId, Tape>, event: &RecordingEvent) {
    if let RecordingEvent::Failed { session, held: false, .. } = event {
        tapes.remove(session);
    }
}

impl Taping {
    pub(crate) fn new(recorder: Recorder, events: Receiver<RecordingEvent>) -> Self {
        Self { recorder, events, tapes: HashMap::new(), refused: BTreeSet::new() }
    }

    pub(crate) fn apply(&mut self, plan: &RoomPlan) {
        let session = plan.session;
        let mut tape = self.tapes.remove(&session);
        for step in steps(&mut tape, plan) {
            let picture = codec(forward::Kind::Video, plan.codec);
            let told = match step {
                Step::Open => self.recorder.open_session(session),
                Step::Start(leg) => self
                    .recorder
                    .track_start(session, leg, Codec::Opus)
                    .and_then(|()| self.recorder.track_start(session, leg, picture)),
                Step::Stop(leg) => self
                    .recorder
                    .track_stop(session, leg, Kind::Audio)
                    .and_then(|()| self.recorder.track_stop(session, leg, Kind::Video)),
                Step::Pause => self.recorder.pause(session),
                Step::Resume => self.recorder.resume(session),
            };
            if told.is_err() {
                tracing::error!(?session, ?step, "the recorder takes no more commands");
                self.refused.insert(session);
            }
        }
        if let Some(tape) = tape {
            self.tapes.insert(session, tape);
        }
    }

    /// Hands packets over; never waits. What the recorder has no room for it counts itself.
    pub(crate) fn record(&self, session: SessionId, records: Vec<Record>, now: Timestamp) {
        for record in records {
            match record {
                Record::Rtp { leg, kind, codec: video, packet } => {
                    self.recorder.push(RtpIn {
                        session,
                        leg,
                        kind: tape_kind(kind),
                        codec: codec(kind, video),
                        sequence: packet.sequence,
                        timestamp: packet.timestamp,
                        marker: packet.marker,
                        payload: packet.payload,
                        arrival_ms: now.0,
                    });
                }
                Record::Report { leg, kind, ntp, timestamp } => {
                    let kind = tape_kind(kind);
                    let report = SenderReport { session, leg, kind, ntp, timestamp, arrival_ms: now.0 };
                    // Without it the track is placed by arrival times; nothing to tell anybody.
                    let _ = self.recorder.sender_report(report);
                }
            }
        }
    }

    pub(crate) fn close(&mut self, session: SessionId) {
        if self.tapes.remove(&session).is_some() && self.recorder.close_session(session).is_err() {
            tracing::error!(?session, "the recorder takes no more commands");
        }
    }

    /// What the recorder says, and of a recorder that takes nothing more that it failed: REC must not stay lit.
    pub(crate) fn said(&mut self) -> impl Iterator<Item = RecordingEvent> + '_ {
        let failed = std::mem::take(&mut self.refused).into_iter().map(|session| RecordingEvent::Failed {
            session,
            reason: RecordingFailure::RecorderDied,
            detail: "the recorder has stopped".to_owned(),
            held: false,
        });
        let tapes = &mut self.tapes;
        self.events.try_iter().inspect(|event| forget(tapes, event)).chain(failed)
    }

    /// Recordings that could not be finished and are being tried again.
    pub(crate) fn unfinished(&self) -> usize {
        self.recorder.unfinished()
    }

    /// Waits until what was recorded is on disk, and a little for what can be finished soon.
    pub(crate) fn shutdown(&self) {
        self.recorder.shutdown();
    }
}

fn tape_kind(kind: forward::Kind) -> Kind {
    match kind {
        forward::Kind::Audio => Kind::Audio,
        forward::Kind::Video => Kind::Video,
    }
}

fn codec(kind: forward::Kind, video: VideoCodec) -> Codec {
    match (kind, video) {
        (forward::Kind::Audio, _) => Codec::Opus,
        (forward::Kind::Video, VideoCodec::Vp8) => Codec::Vp8,
        (forward::Kind::Video, VideoCodec::H264) => Codec::H264,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::room::Member;

    fn leg(n: u128) -> LegId {
        LegId(uuid::Uuid::from_u128(n))
    }

    fn plan(recording: bool, members: &[(u128, bool, bool)]) -> RoomPlan {
        let member =
            |(n, open, record): &(u128, bool, bool)| Member { leg: leg(*n), open: *open, record: *record };
        RoomPlan {
            session: SessionId(uuid::Uuid::from_u128(1)),
            members: members.iter().map(member).collect(),
            recording,
            codec: VideoCodec::Vp8,
        }
    }

    #[test]
    fn a_session_is_opened_when_a_plan_first_records_and_then_only_changes_are_told() {
        let mut tape = None;
        let both = [(1, true, true), (2, true, true)];
        assert_eq!(steps(&mut tape, &plan(false, &both)), vec![]);
        assert_eq!(
            steps(&mut tape, &plan(true, &both)),
            vec![Step::Open, Step::Start(leg(1)), Step::Start(leg(2))]
        );
        assert_eq!(steps(&mut tape, &plan(true, &both)), vec![]);
    }

    /// Resumed, a recorder that does not know the session records nothing, while REC is lit.
    #[test]
    fn what_the_recorder_does_not_hold_is_opened_anew_and_what_it_holds_goes_on() {
        let (wanted, failed) = (plan(true, &[(1, true, true)]), plan(false, &[(1, true, true)]));
        let again = |held| {
            let mut tape = None;
            steps(&mut tape, &wanted);
            let mut tapes = HashMap::from([(wanted.session, tape.unwrap())]);
            let (reason, detail) = (RecordingFailure::WriteFailed, String::new());
            forget(&mut tapes, &RecordingEvent::Failed { session: wanted.session, reason, detail, held });
            let mut tape = tapes.remove(&wanted.session);
            steps(&mut tape, &failed);
            steps(&mut tape, &wanted)
        };
        assert_eq!(again(true), vec![Step::Resume]);
        assert_eq!(again(false), vec![Step::Open, Step::Start(leg(1))]);
    }

    #[test]
    fn a_joiner_who_has_not_agreed_pauses_it_and_agreement_goes_on() {
        let mut tape = None;
        steps(&mut tape, &plan(true, &[(1, true, true)]));
        let waiting = [(1, true, true), (2, false, false)];
        assert_eq!(steps(&mut tape, &plan(false, &waiting)), vec![Step::Pause]);
        assert_eq!(steps(&mut tape, &plan(false, &waiting)), vec![]);
        let agreed = [(1, true, true), (2, true, true)];
        assert_eq!(steps(&mut tape, &plan(true, &agreed)), vec![Step::Resume, Step::Start(leg(2))]);
    }

    #[test]
    fn nobody_behind_a_gate_or_without_consent_is_recorded() {
        let mut tape = None;
        let mixed = [(1, true, true), (2, false, true), (3, true, false)];
        assert_eq!(steps(&mut tape, &plan(true, &mixed)), vec![Step::Open, Step::Start(leg(1))]);
        let withdrawn = [(1, true, false), (2, true, true)];
        assert_eq!(steps(&mut tape, &plan(true, &withdrawn)), vec![Step::Stop(leg(1)), Step::Start(leg(2))]);
    }
}
