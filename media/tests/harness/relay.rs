//! A UDP relay between a phone and the server that can change its source port: what a NAT does when it forgets.

use std::collections::VecDeque;
use std::net::{SocketAddr, UdpSocket};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// Some seconds of sound, picture and checks.
const COPIES: usize = 500;

pub struct Relay {
    pub port: u16,
    rebind: Arc<AtomicBool>,
    stop: Arc<AtomicBool>,
    outside: Arc<AtomicU16>,
    /// What went to the server, newest last: what somebody on the path can copy.
    copied: Arc<Mutex<VecDeque<Vec<u8>>>>,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    pub fn start(server: SocketAddr) -> Self {
        let inside = socket();
        let port = inside.local_addr().unwrap().port();
        let (rebind, stop) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let outside = Arc::new(AtomicU16::new(0));
        let copied = Arc::<Mutex<VecDeque<Vec<u8>>>>::default();
        let copies = Arc::clone(&copied);
        let (wants, ends, shown) = (Arc::clone(&rebind), Arc::clone(&stop), Arc::clone(&outside));
        let thread = std::thread::spawn(move || {
            let mut out = socket();
            shown.store(out.local_addr().unwrap().port(), Ordering::SeqCst);
            let (mut buffer, mut client) = ([0; 2_048], None);
            while !ends.load(Ordering::SeqCst) {
                if wants.swap(false, Ordering::SeqCst) {
                    // The new socket exists before the old one goes: its port is another one for sure.
                    out = socket();
                    shown.store(out.local_addr().unwrap().port(), Ordering::SeqCst);
                }
                if let Ok((length, from)) = inside.recv_from(&mut buffer) {
                    client = Some(from);
                    let mut copies = copies.lock().unwrap();
                    copies.push_back(buffer[..length].to_vec());
                    if copies.len() > COPIES {
                        copies.pop_front();
                    }
                    let _ = out.send_to(&buffer[..length], server);
                }
                if let (Ok((length, _)), Some(client)) = (out.recv_from(&mut buffer), client) {
                    let _ = inside.send_to(&buffer[..length], client);
                }
            }
        });
        Self { port, rebind, stop, outside, copied, thread: Some(thread) }
    }

    /// The last datagrams that went to the server.
    pub fn copies(&self) -> Vec<Vec<u8>> {
        self.copied.lock().unwrap().iter().cloned().collect()
    }

    /// From now on the server sees another source port. Returns once it is so.
    pub fn rebind(&self) {
        let before = self.outside.load(Ordering::SeqCst);
        self.rebind.store(true, Ordering::SeqCst);
        while self.outside.load(Ordering::SeqCst) == before {
            std::thread::yield_now();
        }
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::SeqCst);
        let _ = self.thread.take().unwrap().join();
    }
}

fn socket() -> UdpSocket {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    socket.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
    socket
}
