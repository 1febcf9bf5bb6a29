//! What drives one native peer: its socket, its timers, and the packets it makes and reads.

use std::collections::{HashMap, HashSet};
use std::net::UdpSocket;
use std::sync::mpsc::Receiver;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use yoban_native::{Happened, Kind, Manner, Native, Packet, Picture, Up, is_rtp};

use super::phone::{Heard, Log, Order, Sending};

pub(super) struct Engine {
    pub(super) who: u8,
    h264: bool,
    pub(super) native: Native,
    socket: UdpSocket,
    pub(super) log: Arc<(Mutex<Log>, Condvar)>,
    /// Sound, then picture; none for a peer that only receives.
    pub(super) ups: Option<[Up; 2]>,
    numbers: HashMap<Kind, u32>,
    key_next: bool,
    /// Pictures that shall be lost once on their way out: sequence numbers.
    lose_out: HashSet<u16>,
    /// How many of the next pictures shall be lost on their way in.
    lose_in: usize,
}

impl Engine {
    pub(super) fn new(who: u8, h264: bool) -> Self {
        let socket = yoban_native::socket();
        let picture = if h264 { Picture::H264 } else { Picture::Vp8 };
        let native = Native::new(Instant::now(), socket.local_addr().unwrap(), picture, Manner::Browser);
        Self {
            who,
            h264,
            native,
            socket,
            log: Arc::default(),
            ups: None,
            numbers: HashMap::new(),
            key_next: true,
            lose_out: HashSet::new(),
            lose_in: 0,
        }
    }

    pub(super) fn run(mut self, mut sending: Sending, orders: &Receiver<Order>) {
        let mut buffer = [0; 2_048];
        let (mut next_audio, mut next_video) = (Instant::now(), Instant::now());
        let mut deaf = false;
        loop {
            while let Ok(order) = orders.try_recv() {
                match order {
                    Order::Sending(new) => sending = new,
                    Order::Packet { kind, sequence, key } => self.send(kind, sequence, key),
                    Order::Pli => self.native.want_key_frames(Instant::now()),
                    Order::Deaf(new) => deaf = new,
                    Order::LoseOut(sequences) => self.lose_out.extend(sequences),
                    Order::LoseIn(count) => self.lose_in = count,
                    Order::Close => {
                        self.native.close();
                        self.transmit(false);
                        return;
                    }
                }
            }
            let now = Instant::now();
            if sending != Sending::Nothing && self.log.0.lock().unwrap().connected {
                if now >= next_audio {
                    next_audio = now + Duration::from_millis(20);
                    self.send_next(Kind::Audio, false);
                }
                if now >= next_video {
                    next_video = now + Duration::from_millis(50);
                    let key = std::mem::take(&mut self.key_next);
                    self.send_next(Kind::Video, key);
                }
            }
            // What was asked for is noted before it is answered: whoever sees the answer finds the asking in the log.
            for happened in self.native.happened() {
                self.happened(happened, sending);
            }
            self.transmit(deaf);
            self.native.tick(Instant::now());
            if let Ok((length, from)) = self.socket.recv_from(&mut buffer)
                && !deaf
                && !self.lost(&buffer[..length])
            {
                self.native.feed(Instant::now(), from, &buffer[..length]);
            }
        }
    }

    fn transmit(&mut self, deaf: bool) {
        self.native.transmit(|datagram, to| {
            let lost = picture(datagram).is_some_and(|sequence| self.lose_out.remove(&sequence));
            if !deaf && !lost {
                let _ = self.socket.send_to(datagram, to);
            }
        });
    }

    /// Whether this picture is one of those that shall be lost, and notes it.
    fn lost(&mut self, datagram: &[u8]) -> bool {
        let lost = picture(datagram).filter(|_| self.lose_in > 0);
        if let Some(sequence) = lost {
            self.lose_in -= 1;
            self.note(|log| log.lost.push(sequence));
        }
        lost.is_some()
    }

    fn happened(&mut self, happened: Happened, sending: Sending) {
        match happened {
            Happened::Connected => {
                let cipher = self.native.cipher(Instant::now());
                self.note(|log| (log.connected, log.cipher) = (true, cipher));
            }
            Happened::Missed(sequences) => self.note(|log| log.missed.extend(sequences)),
            Happened::Media(name, kind, packet) => {
                if let Some(heard) = heard(kind, self.h264, &packet) {
                    self.note(|log| log.heard.entry((name, kind)).or_default().push(heard));
                }
            }
            Happened::KeyFrameWanted => {
                let count = self.note(|log| {
                    log.requests += 1;
                    log.requests
                });
                self.key_next = match sending {
                    Sending::Stubborn(ignored) => count > ignored,
                    _ => true,
                };
            }
        }
    }

    fn note<T>(&self, change: impl FnOnce(&mut Log) -> T) -> T {
        let value = change(&mut self.log.0.lock().unwrap());
        self.log.1.notify_all();
        value
    }

    fn send_next(&mut self, kind: Kind, key: bool) {
        let number = *self.numbers.get(&kind).unwrap_or(&0);
        // Close to the wrap on purpose.
        self.send(kind, 65_500_u16.wrapping_add(number as u16), key);
    }

    fn send(&mut self, kind: Kind, sequence: u16, key: bool) {
        let number = self.numbers.entry(kind).or_default();
        *number += 1;
        let number = *number;
        let Some(ups) = &self.ups else {
            return;
        };
        let tick = if kind == Kind::Audio { 960 } else { 4_500 };
        let payload = payload(kind, self.h264, key, self.who, number);
        let (up, timestamp) = (&ups[kind as usize], number.wrapping_mul(tick));
        self.native.rtp(Instant::now(), up, sequence, timestamp, kind == Kind::Video, payload).unwrap();
        self.note(|log| log.sent.insert(kind, number));
    }
}

/// The sequence number of a packet of pictures, which stands in the clear.
fn picture(datagram: &[u8]) -> Option<u16> {
    let is_picture = is_rtp(datagram) && matches!(datagram[1] & 0x7F, 96 | 102);
    is_picture.then(|| u16::from_be_bytes([datagram[2], datagram[3]]))
}

/// VP8 descriptor with picture id and TL0PICIDX, H.264 unit header, or nothing; then who and which.
fn payload(kind: Kind, h264: bool, key: bool, who: u8, number: u32) -> Bytes {
    let mut payload = match (kind, h264) {
        (Kind::Audio, _) => vec![0xF8],
        (Kind::Video, true) => vec![if key { 0x65 } else { 0x41 }],
        (Kind::Video, false) => {
            let [high, low] = ((number as u16) | 0x8000).to_be_bytes();
            // The frame tag and, as in a key frame, start code and 320x240.
            let descriptor = [0x90, 0xC0, high, low, number as u8];
            let frame = [u8::from(!key), 0, 0, 0x9D, 0x01, 0x2A, 0x40, 0x01, 0xF0, 0x00];
            [descriptor.as_slice(), &frame].concat()
        }
    };
    payload.push(who);
    payload.extend(number.to_be_bytes());
    payload.resize(60, 7);
    payload.into()
}

fn heard(kind: Kind, h264: bool, packet: &Packet) -> Option<Heard> {
    let at = match (kind, h264) {
        (Kind::Audio, _) | (Kind::Video, true) => 1,
        (Kind::Video, false) => 15,
    };
    let key = match (kind, h264) {
        (Kind::Audio, _) => false,
        (Kind::Video, true) => packet.payload.first()? & 0x1F == 5,
        (Kind::Video, false) => packet.payload.get(5)? & 1 == 0,
    };
    let body = packet.payload.get(at..at + 5)?;
    Some(Heard {
        who: body[0],
        number: u32::from_be_bytes(body[1..5].try_into().unwrap()),
        key,
        sequence: packet.header.sequence_number,
        timestamp: packet.header.timestamp,
        extensions: packet.header.extensions.len(),
        payload_type: packet.header.payload_type,
    })
}
