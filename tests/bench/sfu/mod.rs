//! Forwarded packets per CPU-second: the SFU of this program against the floor (`floor.rs`), with the same datagrams,
//! one after the other in the same run, each on a thread of its own whose CPU time the kernel counts.

mod client;
mod floor;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use mio::{Events, Interest, Poll, Token};
use tokio::runtime::Handle;
use yoban_domain::id::LegId;
use yoban_domain::time::Timestamp;
use yoban_media::{Config, Media, Member, RoomPlan, VideoCodec};
use yoban_native::is_rtp;
use yoban_tests::{id, vp8};

use crate::rows::{Row, Taken};
use crate::spread::Spread;
use crate::threads::Thread;
use crate::{progress, runs, say};
use client::Client;
use floor::Floor;

/// Rooms of so many people, and how many rooms: about 12,000 forwarded packets per second in each shape.
const SHAPES: [(usize, usize); 3] = [(2, 55), (3, 18), (5, 5)];
/// Turns of each side.
const RUNS: usize = 14;
/// Media of one turn.
const TURN: Duration = Duration::from_secs(2);
/// What is still under way after the last packet was sent.
const DRAIN: Duration = Duration::from_millis(200);
const CONNECT: Duration = Duration::from_secs(60);
/// A generator that was later than this disturbed the turn.
const LATE: Duration = Duration::from_millis(5);

/// Sound: 20 ms of Opus at about 40 kb/s. Picture: 15 frames of four packets per second, about 500 kb/s.
const SOUND: (Duration, usize) = (Duration::from_millis(20), 100);
const PICTURE: (Duration, usize) = (Duration::from_nanos(66_666_667), 4 * 1_036);

pub fn measure(taken: &Taken, runtime: &Handle) -> Vec<Row> {
    // A single run only tries the bench itself.
    let wanted = |people: usize| runs(RUNS) > 1 || people == 3;
    let shapes = SHAPES.iter().filter(|(people, _)| wanted(*people));
    shapes.flat_map(|(people, rooms)| shape(taken, runtime, *people, *rooms)).collect()
}

/// A datagram that is ready, when it goes out after the turn's beginning, and whose it is.
struct Due {
    after: Duration,
    client: usize,
    datagram: Bytes,
}

struct Stage {
    media: Media,
    clients: Vec<Client>,
    /// People of a room stand side by side in `clients`.
    people: usize,
    poll: Poll,
    /// RTP clock and frame number, continuous over all turns.
    clock: [u32; 2],
    picture: u16,
}

/// One side's turn.
#[derive(Debug)]
struct Turn {
    arrived: u64,
    cpu: Duration,
    late: Duration,
}

fn shape(taken: &Taken, runtime: &Handle, people: usize, rooms: usize) -> Vec<Row> {
    let count = runs(RUNS);
    say(&format!("   {rooms} rooms of {people}: connecting"));
    let mut stage = Stage::set(runtime, people, rooms);
    let floor = Floor::start(
        &stage
            .clients
            .chunks(people)
            .map(|room| room.iter().map(Client::address).collect())
            .collect::<Vec<_>>(),
    );
    let (sfu, bare, own) = (Thread::named("yoban-media"), Thread::named(floor::NAME), Thread::own());
    let pinned = [sfu.pin(0), bare.pin(0), own.pin(1)] == [true; 3];
    if !pinned {
        say(
            "   ! threads are not pinned (one core, or no taskset): both sides share a core with the generator",
        );
    }
    stage.check(runtime, sfu);
    let buffers = stage.media.socket_buffers();
    say(&format!("   buffers of the SFU's socket: {} received, {} sent", buffers.receive, buffers.send));
    let (mut ours, mut theirs, mut sent, mut late) = (Vec::new(), Vec::new(), 0, Duration::ZERO);
    for n in 0..=count {
        let turn = stage.turn();
        let (to_sfu, to_floor) = (stage.address(), floor.address);
        // The other side begins each time, so that neither always finds what the first left.
        let (a, b) = if n % 2 == 0 {
            let a = stage.play(&turn, to_sfu, sfu, false);
            (a, stage.play(&turn, to_floor, bare, false))
        } else {
            let b = stage.play(&turn, to_floor, bare, false);
            (stage.play(&turn, to_sfu, sfu, false), b)
        };
        // The first is for caches.
        if n > 0 {
            sent += turn.len() as u64 * (people as u64 - 1);
            late = late.max(a.late).max(b.late);
            ours.push(a);
            theirs.push(b);
            progress(n, count);
        }
    }
    let refused: u64 = stage.stats(runtime).connections.iter().map(|c| c.refused_writes).sum();
    assert_eq!(refused, 0, "the engine refused packets");
    if late > LATE {
        say(&format!(
            "   ! the generator was up to {:.1} ms late: the machine is not quiet",
            late.as_secs_f64() * 1e3
        ));
    }
    rows(taken, &format!("{rooms} rooms of {people}"), people, sent, &ours, &theirs)
}

fn rows(taken: &Taken, shape: &str, people: usize, sent: u64, ours: &[Turn], theirs: &[Turn]) -> Vec<Row> {
    const PEER: &str = "floor: receive, AES-GCM, send";
    let of = |turns: &[Turn], what: fn(&Turn) -> f64| Spread::of(turns.iter().map(what).collect());
    let rate = |turn: &Turn| turn.arrived as f64 / turn.cpu.as_secs_f64();
    let cost = |turn: &Turn| turn.cpu.as_secs_f64() * 1e6 / turn.arrived as f64;
    let arrived = |turns: &[Turn]| turns.iter().map(|turn| turn.arrived).sum::<u64>();
    // On a machine that is far behind, a turn may count what the warm-up before it left under way.
    let missing = |turns: &[Turn]| sent.saturating_sub(arrived(turns));
    for (who, turns) in [("SFU", ours), ("floor", theirs)] {
        let got = arrived(turns);
        say(&format!("   {who}: {sent} to forward, {got} forwarded, {} lost", missing(turns)));
    }
    let lost = |turns: &[Turn]| Spread::of(vec![100.0 * missing(turns) as f64 / sent as f64]);
    let name = |what: &str| format!("rooms-of-{people}.{what}");
    let row = |what: &str, text: &str, unit: &str, a: &Spread, b: &Spread| {
        taken.row(&name(what), &format!("{text}, {shape}"), unit, a, 0.5, Some((PEER, b)))
    };
    let mut loss = taken.row(
        &name("loss"),
        &format!("packets that were not forwarded, {shape}"),
        "%",
        &lost(ours),
        0.5,
        None,
    );
    loss.runs = ours.len();
    vec![
        row("rate", "forwarded packets per CPU-second", "/s", &of(ours, rate), &of(theirs, rate)),
        row("cost", "CPU per forwarded packet", "µs", &of(ours, cost), &of(theirs, cost)),
        loss,
    ]
}

impl Stage {
    /// Rooms whose gates are open, and everybody connected.
    fn set(runtime: &Handle, people: usize, rooms: usize) -> Self {
        let config = Config {
            addresses: vec![[127, 0, 0, 1].into()],
            port: 0,
            clock: Arc::new(|| Timestamp(yoban_tests::now_ms())),
            recordings: None,
        };
        let (media, mut events) = yoban_media::start(config).unwrap();
        runtime.spawn(async move { while events.recv().await.is_some() {} });
        let mut clients = Vec::new();
        for _ in 0..rooms {
            let session = id();
            let legs: Vec<LegId> = (0..people).map(|_| id()).collect();
            let members = legs.iter().map(|leg| Member { leg: *leg, open: true, record: false }).collect();
            media.apply(RoomPlan { session, members, recording: false, codec: VideoCodec::Vp8 }).unwrap();
            for leg in legs {
                let connection = id();
                let offer = runtime.block_on(media.offer(session, leg, connection)).unwrap();
                let (client, answer) = Client::answering(&offer);
                runtime.block_on(media.answer(connection, answer)).unwrap();
                clients.push(client);
            }
        }
        let poll = Poll::new().unwrap();
        for (n, client) in clients.iter_mut().enumerate() {
            poll.registry().register(&mut client.socket, Token(n), Interest::READABLE).unwrap();
        }
        let mut stage = Self { media, clients, people, poll, clock: [0; 2], picture: 0 };
        let begun = Instant::now();
        while !stage.clients.iter().all(|client| client.connected) {
            assert!(begun.elapsed() < CONNECT, "not everybody connected");
            stage.receive(Duration::from_millis(5), true);
            stage.clients.iter_mut().for_each(Client::tick);
        }
        stage
    }

    /// Where the SFU listens.
    fn address(&self) -> SocketAddr {
        self.media.udp_addresses()[0]
    }

    fn stats(&self, runtime: &Handle) -> yoban_media::Stats {
        runtime.block_on(self.media.stats()).unwrap()
    }

    /// Everybody's packets of one turn, in the order in which they go out. Each person begins at a moment of their own;
    /// the first frame of a turn is a key frame.
    fn turn(&mut self) -> Vec<Due> {
        let mut turn = Vec::new();
        let all = self.clients.len() as u32;
        let (sounds, pictures) =
            (TURN.div_duration_f64(SOUND.0) as u32, TURN.div_duration_f64(PICTURE.0) as u32);
        for (n, client) in self.clients.iter_mut().enumerate() {
            let begin = PICTURE.0 * n as u32 / all;
            for sound in 0..sounds {
                let payload = Bytes::from(vec![0xF8; SOUND.1]);
                let time = self.clock[0].wrapping_add(sound * 960);
                let datagram = client.prepare(0, time, false, payload);
                turn.push(Due { after: begin + SOUND.0 * sound, client: n, datagram });
            }
            for frame in 0..pictures {
                let mut picture = vec![0xA5; PICTURE.1];
                picture[0] = u8::from(frame > 0);
                let time = self.clock[1].wrapping_add(frame * 6_000);
                let number = self.picture.wrapping_add(frame as u16) & 0x7FFF;
                for (payload, last) in vp8::cut(&picture, number) {
                    let datagram = client.prepare(1, time, last, payload);
                    turn.push(Due { after: begin + PICTURE.0 * frame, client: n, datagram });
                }
            }
        }
        self.clock = [self.clock[0].wrapping_add(sounds * 960), self.clock[1].wrapping_add(pictures * 6_000)];
        self.picture = self.picture.wrapping_add(pictures as u16);
        turn.sort_by_key(|due| due.after);
        turn
    }

    /// Sends a turn to one side and counts what comes back from it.
    fn play(&mut self, turn: &[Due], to: SocketAddr, side: Thread, decrypt: bool) -> Turn {
        self.receive(Duration::ZERO, decrypt);
        let (cpu, begun) = (side.cpu(), Instant::now());
        let (mut arrived, mut late) = (0, Duration::ZERO);
        let mut ticked = begun;
        let mut waiting = turn.iter().peekable();
        let mut drained = None;
        loop {
            let since = begun.elapsed();
            while let Some(due) = waiting.next_if(|due| due.after <= since) {
                late = late.max(since - due.after);
                // A full buffer is a lost packet, and counted as such.
                let _lost = self.clients[due.client].socket.send_to(&due.datagram, to);
            }
            let wait = match waiting.peek() {
                Some(next) => next.after.saturating_sub(begun.elapsed()),
                None if drained.get_or_insert_with(Instant::now).elapsed() > DRAIN => break,
                None => DRAIN,
            };
            arrived += self.receive(wait, decrypt);
            if ticked.elapsed() > Duration::from_millis(100) {
                ticked = Instant::now();
                self.clients.iter_mut().for_each(Client::tick);
            }
        }
        Turn { arrived, cpu: side.cpu() - cpu, late }
    }

    /// Takes what is there; gives how much of it is media. Media is decrypted where `decrypt` says so.
    fn receive(&mut self, wait: Duration, decrypt: bool) -> u64 {
        let mut events = Events::with_capacity(256);
        self.poll.poll(&mut events, Some(wait)).unwrap();
        let (mut arrived, mut buffer) = (0, [0; 2_048]);
        for event in &events {
            let client = &mut self.clients[event.token().0];
            while let Ok((length, from)) = client.socket.recv_from(&mut buffer) {
                let media = is_rtp(&buffer[..length]);
                arrived += u64::from(media);
                // RTCP of the server's is for senders that adapt; these do not.
                if decrypt || !(media || (128..192).contains(&buffer[0])) {
                    client.feed(from, &buffer[..length]);
                }
            }
        }
        arrived
    }

    /// One turn whose packets are decrypted: what is counted afterwards is what a person would see and hear.
    fn check(&mut self, runtime: &Handle, side: Thread) {
        let turn = self.turn();
        let wanted = turn.len() as u64 * (self.people as u64 - 1);
        let arrived = self.play(&turn, self.address(), side, true).arrived;
        let (decrypted, stats) = (self.clients.iter().map(|c| c.decrypted).sum::<u64>(), self.stats(runtime));
        assert_eq!(decrypted, arrived, "whatever is forwarded can be decrypted");
        assert!(decrypted > 0, "nothing was forwarded: {:?}", stats.shard);
        if decrypted * 10 < wanted * 9 {
            say(&format!(
                "   ! only {decrypted} of {wanted} packets came: the machine is too busy for this bench"
            ));
        }
        for connection in &stats.connections {
            assert_eq!(connection.srtp_profile, "SRTP_AEAD_AES_128_GCM");
        }
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.media.shutdown();
    }
}
