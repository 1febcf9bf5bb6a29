//! The floor: what no forwarding unit goes below on this machine. It takes a datagram, encrypts it anew for every other
//! member of the room with AES-128-GCM, and sends it. It neither decrypts nor reads what it gets, keeps no state per
//! stream, repairs nothing, and knows its rooms by source address.

use std::collections::HashMap;
use std::net::{SocketAddr, UdpSocket};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::Duration;

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};

const HEADER: usize = 12;
const TAG: usize = 16;
/// The header extension that a sender's packet has and a forwarded one has not: four bytes of head, four of
/// transport-wide number.
const EXTENSION: usize = 8;
/// As the SFU asks for; the kernel gives both the same.
const BUFFER: usize = 16 * 1024 * 1024;

pub struct Floor {
    pub address: SocketAddr,
    stop: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// The thread's name, by which its CPU time is found.
pub const NAME: &str = "bench-floor";

impl Floor {
    /// Forwards between the members of each room from now on.
    pub fn start(rooms: &[Vec<SocketAddr>]) -> Self {
        let raw = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
        let _less = raw.set_recv_buffer_size(BUFFER);
        let _less = raw.set_send_buffer_size(BUFFER);
        raw.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let socket = UdpSocket::from(raw);
        // Only so that the end is noticed while nobody sends.
        socket.set_read_timeout(Some(Duration::from_millis(100))).unwrap();
        let address = socket.local_addr().unwrap();
        let mut table: HashMap<SocketAddr, Vec<(SocketAddr, LessSafeKey)>> = HashMap::new();
        for room in rooms {
            for from in room {
                let others = room.iter().filter(|to| *to != from);
                table.insert(*from, others.map(|to| (*to, key(to.port()))).collect());
            }
        }
        let stop = Arc::new(AtomicBool::new(false));
        let told = Arc::clone(&stop);
        let run = move || forward(&socket, &table, &told);
        let thread = std::thread::Builder::new().name(NAME.to_owned()).spawn(run).unwrap();
        Self { address, stop, thread: Some(thread) }
    }
}

fn key(seed: u16) -> LessSafeKey {
    let bytes: Vec<u8> = seed.to_be_bytes().into_iter().cycle().take(16).collect();
    LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &bytes).unwrap())
}

fn forward(
    socket: &UdpSocket,
    table: &HashMap<SocketAddr, Vec<(SocketAddr, LessSafeKey)>>,
    stop: &AtomicBool,
) {
    let mut taken = [0; 2_048];
    let mut made = [0; 2_048];
    let mut number = 0_u64;
    while !stop.load(Ordering::Relaxed) {
        let Ok((length, from)) = socket.recv_from(&mut taken) else { continue };
        let body = HEADER + EXTENSION..length - TAG;
        let end = HEADER + body.len();
        for (to, key) in &table[&from] {
            number += 1;
            let mut nonce = [0; 12];
            nonce[4..].copy_from_slice(&number.to_be_bytes());
            made[..HEADER].copy_from_slice(&taken[..HEADER]);
            made[HEADER..end].copy_from_slice(&taken[body.clone()]);
            let (header, rest) = made.split_at_mut(HEADER);
            let payload = &mut rest[..end - HEADER];
            let tag = key
                .seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), Aad::from(&*header), payload)
                .unwrap();
            made[end..end + TAG].copy_from_slice(tag.as_ref());
            let _full = socket.send_to(&made[..end + TAG], to);
        }
    }
}

impl Drop for Floor {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            let _panicked = thread.join();
        }
    }
}
