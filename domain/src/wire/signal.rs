//! The socket: one per device. The client numbers its messages and gets each acknowledged; the server numbers
//! what it sends so that a device that comes back gets exactly what it missed.

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::rest::Me;
use super::view::{CallView, QueueItem};
use super::vitals::VitalsView;
use crate::id::{ConnectionId, DeviceId, LegId, PersonId, SessionId};
use crate::mode::ServiceKind;
use crate::private::Private;
use crate::session::{Decided, DeclineReason, Disposition, Finding, Found, LegRole, SourceState, VideoCodec};
use crate::time::Timestamp;
use crate::vitals::NewReading;

/// What a device sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ClientFrame {
    /// The client's own number, rising within one socket; the answer carries it back. What had no answer when the socket
    /// broke may have been carried out: a client that sends it again asks for it again. Most messages say how it shall be,
    /// and twice is as once; `askRecording` asks anew whoever has said no, and `invite` rings anew whoever is not rung.
    pub id: u32,
    /// The message.
    pub message: ClientMessage,
}

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct ServerFrame {
    /// Position in this device's stream, from 1. Answers (`ack`, `problem`, `pong`, `welcome`) have none: they
    /// belong to one socket and are never replayed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub seq: Option<u64>,
    /// The message.
    pub message: ServerMessage,
}

/// Where a device's stream of messages stood when the socket broke.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct StreamPosition {
    /// The stream's name, from `welcome`; another one after a server restart.
    pub stream: String,
    /// The last number the device saw.
    pub seq: u64,
}

/// Everything a device may say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum ClientMessage {
    /// First message: who I am, and where my stream stood.
    Hello {
        /// Access token.
        token: Private<String>,
        /// Protocol version of the client.
        protocol: u32,
        /// Resume after this position.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        resume: Option<StreamPosition>,
    },
    /// I am alive; answered by `pong`.
    Ping,
    /// A fresh access token before the old one expires.
    Renew {
        /// Access token of the same person and device.
        token: Private<String>,
    },
    /// This device may ring (sound unlocked, page open), or no longer.
    Duty {
        /// Ready to ring.
        ready: bool,
    },
    /// Take the call back before anybody answered (patient).
    Cancel {
        /// The session.
        session: SessionId,
    },
    /// Take a ringing call, or one out of the queue.
    Accept {
        /// The session.
        session: SessionId,
    },
    /// Turn a ring down.
    Decline {
        /// The session.
        session: SessionId,
        /// Why.
        reason: DeclineReason,
    },
    /// Hang up for oneself.
    Leave {
        /// The session.
        session: SessionId,
    },
    /// Return to a call one has left.
    ComeBack {
        /// The session.
        session: SessionId,
    },
    /// End the call for everybody.
    End {
        /// The session.
        session: SessionId,
    },
    /// Take a mistaken end back.
    UndoEnd {
        /// The session.
        session: SessionId,
    },
    /// Ask somebody in.
    Invite {
        /// The session.
        session: SessionId,
        /// What for.
        role: LegRole,
        /// Whom; none rings everybody on duty who is free.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        person: Option<PersonId>,
    },
    /// Bring a camera or display into the call; the patient is asked about it.
    BringEquipment {
        /// The session.
        session: SessionId,
        /// Which device, from `GET /api/v1/sessions/{session}/equipment`.
        device: DeviceId,
    },
    /// Stop ringing somebody, or take a device out again.
    WithdrawInvite {
        /// The session.
        session: SessionId,
        /// Whose ring.
        leg: LegId,
    },
    /// The patient's answer about a joiner.
    AnswerJoin {
        /// The session.
        session: SessionId,
        /// The joiner.
        leg: LegId,
        /// はい.
        yes: bool,
    },
    /// A clinician heard the patient agree to the joiner.
    SpokenConsent {
        /// The session.
        session: SessionId,
        /// The joiner.
        leg: LegId,
    },
    /// Ask everybody whether the call may be recorded.
    AskRecording {
        /// The session.
        session: SessionId,
    },
    /// One's own answer; a later no withdraws. A yes answers the question that stands (`asking`, or `paused` for this
    /// person): after a no it is refused, and `askRecording` asks everybody anew.
    AnswerRecording {
        /// The session.
        session: SessionId,
        /// Agreed.
        yes: bool,
    },
    /// Stop recording for everybody.
    StopRecording {
        /// The session.
        session: SessionId,
    },
    /// What one's own microphone and camera do.
    Declare {
        /// The session.
        session: SessionId,
        /// Microphone.
        microphone: SourceState,
        /// Camera.
        camera: SourceState,
    },
    /// Ask for a media connection: the first, or a new one beside the old where the network changed.
    Connect {
        /// The session.
        session: SessionId,
        /// Codecs this device can both send and show; VP8 when nothing is said.
        #[serde(default = "VideoCodec::assumed")]
        video: Vec<VideoCodec>,
    },
    /// The answer to an offer.
    Answer {
        /// The connection the offer named.
        connection: ConnectionId,
        /// SDP answer.
        sdp: String,
    },
    /// Readings, oldest first; sending one twice stores it once. What a tablet measured after the end of the call is kept
    /// with the case, and is not in the call's record.
    Readings {
        /// The session they belong to, when there is one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        session: Option<SessionId>,
        /// At most 50.
        readings: Vec<NewReading>,
    },
    /// A finding.
    Assess {
        /// The session.
        session: SessionId,
        /// The finding.
        finding: Finding,
        /// What stood there as it was written, the same part. Where something else stands there by now, since a colleague saved
        /// theirs, it is refused (`changed-meanwhile`). Without it the last writer wins.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        seen: Option<Found>,
    },
    /// The second look that was promised is taken. The desk says so, or a doctor who was in the call.
    Rechecked {
        /// The session.
        session: SessionId,
        /// What was found, in a few words.
        note: Private<String>,
    },
    /// The doctor names the kind of care.
    SetKind {
        /// The session.
        session: SessionId,
        /// The kind.
        kind: ServiceKind,
    },
    /// The decision.
    Dispose {
        /// The session.
        session: SessionId,
        /// The decision.
        disposition: Disposition,
        /// What stood in its place as it was taken. Where something else stands by now, since a colleague decided, it is
        /// refused (`changed-meanwhile`). Without it the last one who decides wins: who is in the call sees what stands.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        seen: Option<Decided>,
    },
    /// The call still goes on: the answer to `checkIn` of the call's view.
    StillHere {
        /// The session.
        session: SessionId,
    },
    /// The doctor chooses NEWS2's oxygen scale for this patient in this encounter.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    SetOxygenScale {
        /// The session.
        session: SessionId,
        /// Scale 2 (confirmed hypercapnic failure, target 88–92 %); otherwise scale 1.
        scale2: bool,
        /// Why, in the doctor's words.
        reason: Private<String>,
    },
    /// Sign the record.
    Sign {
        /// The session.
        session: SessionId,
        /// Version of the call that was looked at. Nobody signs what somebody else wrote unseen: where it changed since, the
        /// answer is `changed-meanwhile`. What sensors send meanwhile changes no version.
        seen: i64,
    },
}

/// Everything the server may say.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", tag = "type")]
pub enum ServerMessage {
    /// Answer to `hello`.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    Welcome {
        /// Name of this device's stream.
        stream: String,
        /// What was missed follows; otherwise everything the device shows must be replaced by what follows.
        resumed: bool,
        /// Say something at least this often.
        heartbeat_ms: u32,
        /// The server's clock.
        now: Timestamp,
        /// Who the server takes this device for.
        me: Me,
    },
    /// Answer to `ping`.
    Pong {
        /// The client's number.
        id: u32,
        /// The server's clock.
        now: Timestamp,
    },
    /// The message was carried out, and is stored.
    Ack {
        /// The client's number.
        id: u32,
    },
    /// The message was refused, or could not be read.
    Problem {
        /// The client's number, when it could be read.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        id: Option<u32>,
        /// Why, and what to do.
        problem: Problem,
    },
    /// A call this device has to do with, as it is now; replaces what was known of it.
    Call {
        /// The call.
        call: Box<CallView>,
    },
    /// All calls this device has to do with; whatever is not listed is over. Sent after `welcome`.
    Calls {
        /// The calls.
        calls: Vec<CallView>,
    },
    /// Tonight's cases, for desk and phone; replaces what was known.
    Queue {
        /// Waiting first, then running, then done.
        items: Vec<QueueItem>,
    },
    /// Vital signs of a call; replaces what was known.
    Vitals {
        /// The vital signs.
        vitals: Box<VitalsView>,
    },
    /// Answer this with `answer`. The server offers once per connection; people come and go by `map`.
    Offer {
        /// The call.
        session: SessionId,
        /// The new connection.
        connection: ConnectionId,
        /// SDP offer.
        sdp: String,
    },
    /// Who is in which slot of a connection; slot n is stream `s<n>`.
    Map {
        /// The connection.
        connection: ConnectionId,
        /// One entry per slot.
        slots: Vec<Option<LegId>>,
    },
    /// A connection failed or was replaced; ask for a new one with `connect` where `retry` is true.
    ConnectionGone {
        /// The call.
        session: SessionId,
        /// The connection.
        connection: ConnectionId,
        /// Ask for a new one.
        retry: bool,
    },
    /// The server goes down in order.
    #[cfg_attr(feature = "schema", schema(rename_all = "camelCase"))]
    GoingAway {
        /// Come back after this many milliseconds.
        after_ms: u32,
    },
}
