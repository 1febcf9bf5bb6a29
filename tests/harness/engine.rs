//! The thread of one native peer: the sans-I/O WebRTC engine on a loopback socket, fed from a clip.

use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use bytes::Bytes;
use yoban_native::{Happened, Kind, Manner, Native, Picture, Up, is_rtp};

use crate::clip::{RATE, silence};
use crate::peer::{Log, Order, Sending};
use crate::shared::Shared;
use crate::{Clip, vp8};

const SOUND_EVERY: Duration = Duration::from_millis(20);
/// A thread that was held back longer than this goes on from now instead of catching up.
const LATE: Duration = Duration::from_millis(500);

/// Where one outgoing stream stands.
struct Stream {
    up: Up,
    sequence: u16,
    /// RTP time of the packets to come.
    clock: u32,
    next: Instant,
}

impl Stream {
    fn new(up: Up) -> Self {
        // Close to the wrap on purpose.
        Self { up, sequence: 65_400, clock: u32::MAX - 100_000, next: Instant::now() }
    }
}

pub(crate) struct Engine {
    clip: Arc<Clip>,
    log: Shared<Log>,
    native: Native,
    socket: UdpSocket,
    sound: Stream,
    picture: Stream,
    /// Place in the clip.
    at_sound: usize,
    at_picture: usize,
    picture_id: u16,
    silence: Bytes,
}

impl Engine {
    pub(crate) fn answering(clip: Arc<Clip>, log: Shared<Log>, offer: &str) -> (Self, String) {
        let socket = yoban_native::socket();
        let (now, address) = (Instant::now(), socket.local_addr().unwrap());
        let mut native = Native::new(now, address, Picture::Vp8, Manner::Browser);
        let (ups, answer) = native.answer(now, offer);
        let [sound, picture] = ups.map(Stream::new);
        let engine = Self {
            clip,
            log,
            native,
            socket,
            sound,
            picture,
            at_sound: 0,
            at_picture: 0,
            picture_id: 1,
            silence: silence(),
        };
        (engine, answer)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.socket.local_addr().unwrap()
    }

    pub(crate) fn run(mut self, orders: &Receiver<Order>) {
        let mut buffer = [0; 2_048];
        let mut sending = Sending::Both;
        loop {
            while let Ok(order) = orders.try_recv() {
                match order {
                    Order::Send(what) => sending = what,
                    Order::Close => {
                        self.native.close();
                        self.transmit();
                        return;
                    }
                }
            }
            if self.log.look(|log| log.connected) {
                self.media(sending);
            }
            self.transmit();
            for happened in self.native.happened() {
                self.happened(happened);
            }
            self.native.tick(Instant::now());
            let Ok((length, from)) = self.socket.recv_from(&mut buffer) else {
                continue;
            };
            if is_rtp(&buffer[..length]) {
                self.log.change(|log| log.rtp_datagrams += 1);
            }
            self.native.feed(Instant::now(), from, &buffer[..length]);
        }
    }

    fn transmit(&mut self) {
        self.native.transmit(|datagram, to| {
            let _lost = self.socket.send_to(datagram, to);
        });
    }

    fn happened(&mut self, happened: Happened) {
        match happened {
            Happened::Connected => self.log.change(|log| log.connected = true),
            Happened::Media(stream, kind, packet) => {
                let slot = stream.strip_prefix('s').and_then(|n| n.parse().ok());
                let slot = slot.unwrap_or_else(|| panic!("stream {stream} is no slot"));
                let kept = vp8::Packet {
                    sequence: packet.header.sequence_number,
                    timestamp: packet.header.timestamp,
                    marker: packet.header.marker,
                    payload: packet.payload,
                    at: Instant::now(),
                };
                self.log.change(|log| {
                    let all = if kind == Kind::Audio { &mut log.sound } else { &mut log.picture };
                    all.entry(slot).or_default().push(kept);
                });
            }
            Happened::KeyFrameWanted => {
                self.log.change(|log| log.key_requests += 1);
                self.at_picture = self.clip.next_key(self.at_picture);
            }
            Happened::Missed(_) => {}
        }
    }

    /// Sends what is due.
    fn media(&mut self, sending: Sending) {
        let now = Instant::now();
        for stream in [&mut self.sound, &mut self.picture] {
            if now.duration_since(stream.next) > LATE {
                stream.next = now;
            }
        }
        while self.sound.next <= now {
            self.sound.next += SOUND_EVERY;
            self.sound.clock = self.sound.clock.wrapping_add(960);
            let payload = match sending {
                Sending::Nothing => continue,
                Sending::Silence => self.silence.clone(),
                Sending::Both => self.clip.sound[self.at_sound % self.clip.sound.len()].clone(),
            };
            self.at_sound += 1;
            self.packet(Kind::Audio, false, payload);
            self.log.change(|log| log.sound_sent += 1);
        }
        while self.picture.next <= now {
            self.picture.next += Duration::from_secs(1) / RATE;
            self.picture.clock = self.picture.clock.wrapping_add(90_000 / RATE);
            if sending == Sending::Nothing {
                continue;
            }
            let frame = self.clip.pictures[self.at_picture % self.clip.pictures.len()].clone();
            self.at_picture += 1;
            self.picture_id = (self.picture_id + 1) & 0x7FFF;
            for (payload, last) in vp8::cut(&frame, self.picture_id) {
                self.packet(Kind::Video, last, payload);
                self.log.change(|log| log.picture_sent += 1);
            }
        }
    }

    fn packet(&mut self, kind: Kind, marker: bool, payload: Bytes) {
        let stream = if kind == Kind::Audio { &mut self.sound } else { &mut self.picture };
        stream.sequence = stream.sequence.wrapping_add(1);
        // A connection that just ended refuses; its thread is told to close soon.
        let _ended =
            self.native.rtp(Instant::now(), &stream.up, stream.sequence, stream.clock, marker, payload);
    }
}
