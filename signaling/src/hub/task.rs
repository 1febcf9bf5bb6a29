//! The hub's task: owner of every device's stream and socket.

use std::collections::BTreeMap;

use tokio::sync::mpsc;
use uuid::Uuid;
use yoban_domain::id::DeviceId;
use yoban_domain::people::Actor;
use yoban_domain::time::{Span, Timestamp};
use yoban_domain::wire::close;
use yoban_domain::wire::signal::{ServerFrame, ServerMessage};

use super::stream::Stream;
use super::{Audience, Command, Connected, Opened, Out, belongs};
use crate::clock::Clock;

/// How long a stream is kept for a device that is away.
const KEEP: Span = Span::minutes(15);
/// How many commands pass between two looks for streams that may be forgotten.
const SWEEP_EVERY: u32 = 1024;

/// When devices may try again after an orderly stop. A restart takes about a second.
const BACK_AFTER_MS: u32 = 1_000;

struct Device {
    actor: Actor,
    stream: Stream,
    socket: Option<(u64, mpsc::Sender<Out>)>,
    ready: bool,
    seen: Timestamp,
}

pub(super) async fn run(mut commands: mpsc::Receiver<Command>, clock: Clock) {
    let mut devices: BTreeMap<DeviceId, Device> = BTreeMap::new();
    let mut sockets = 0_u64;
    let mut since_sweep = 0_u32;
    while let Some(command) = commands.recv().await {
        since_sweep += 1;
        if since_sweep == SWEEP_EVERY {
            since_sweep = 0;
            let horizon = clock.now().minus(KEEP);
            devices.retain(|_, d| d.socket.is_some() || d.seen > horizon);
        }
        match command {
            Command::Open { actor, device, resume, out, reply } => {
                sockets += 1;
                let now = clock.now();
                let missed = devices
                    .get(&device)
                    .filter(|known| known.actor == actor)
                    .zip(resume)
                    .and_then(|(known, position)| known.stream.after(&position));
                let resumed = missed.is_some();
                let before = devices.remove(&device);
                if let Some((_, old)) = before.as_ref().and_then(|d| d.socket.as_ref()) {
                    // A full queue means that socket is being cut off already.
                    let _full = old.try_send(Out::Close(close::REPLACED));
                }
                let stream =
                    before.filter(|_| resumed).map_or_else(|| Stream::new(fresh_name()), |d| d.stream);
                let opened = Opened { socket: sockets, stream: stream.name().to_owned(), resumed };
                // The answer goes first: `welcome` must precede what was missed.
                if reply.send(opened).is_ok() {
                    for frame in missed.into_iter().flatten() {
                        let _full = out.try_send(Out::Frame(Box::new(frame)));
                    }
                }
                let socket = Some((sockets, out));
                devices.insert(device, Device { actor, stream, socket, ready: false, seen: now });
            }
            Command::Closed { device, socket } => {
                if let Some(known) = devices.get_mut(&device)
                    && known.socket.as_ref().is_some_and(|(n, _)| *n == socket)
                {
                    (known.socket, known.ready, known.seen) = (None, false, clock.now());
                }
            }
            Command::Ready { device, socket, ready } => {
                if let Some(known) = devices.get_mut(&device)
                    && known.socket.as_ref().is_some_and(|(n, _)| *n == socket)
                {
                    known.ready = ready;
                }
            }
            Command::Send { to, message } => send(&mut devices, to, *message, clock.now()),
            Command::Connected { association, reply } => {
                let connected = devices
                    .values()
                    .filter(|d| d.actor.association == association && d.socket.is_some())
                    .map(|d| Connected { actor: d.actor, ready: d.ready })
                    .collect();
                let _gone = reply.send(connected);
            }
            Command::ReadyDevices { person, reply } => {
                let count = devices.values().filter(|d| d.ready && d.actor.person() == Some(person)).count();
                let _gone = reply.send(u32::try_from(count).unwrap_or(u32::MAX));
            }
            Command::CloseAll { code, reply } => {
                for device in devices.values_mut() {
                    if let Some((_, out)) = device.socket.take() {
                        device.seen = clock.now();
                        let message = ServerMessage::GoingAway { after_ms: BACK_AFTER_MS };
                        let _full = out.try_send(Out::Frame(Box::new(ServerFrame { seq: None, message })));
                        let _full = out.try_send(Out::Close(code));
                    }
                }
                let _gone = reply.send(());
            }
        }
    }
}

fn send(devices: &mut BTreeMap<DeviceId, Device>, to: Audience, message: ServerMessage, now: Timestamp) {
    // A message to one device, the commonest, needs no look at the others.
    if let Audience::Device(id) = to {
        if let Some(device) = devices.get_mut(&id) {
            push(device, message, now);
        }
        return;
    }
    for (id, device) in devices.iter_mut() {
        if belongs(&device.actor, *id, to) {
            push(device, message.clone(), now);
        }
    }
}

fn push(device: &mut Device, message: ServerMessage, now: Timestamp) {
    let frame = device.stream.push(message);
    let Some((_, out)) = &device.socket else { return };
    if out.try_send(Out::Frame(Box::new(frame))).is_err() {
        // Too slow, or gone: its task ends on a closed queue, and the device resumes after the last number it saw.
        (device.socket, device.ready, device.seen) = (None, false, now);
    }
}

/// 122 random bits: nobody else's stream can be named by guessing.
#[expect(clippy::disallowed_methods, reason = "stream names are random and live in memory only")]
fn fresh_name() -> String {
    Uuid::new_v4().simple().to_string()
}
