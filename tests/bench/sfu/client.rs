//! A person in a room, without a thread and without decoding: the WebRTC engine connects and encrypts ahead of time;
//! while it counts, ready datagrams are sent and what comes is counted.

use std::net::SocketAddr;
use std::time::Instant;

use bytes::Bytes;
use mio::net::UdpSocket;
use yoban_native::{Happened, Manner, Native, Picture, Up, is_rtp};

/// As large as the kernel gives: the generator must not be what loses.
const BUFFER: usize = 4 * 1024 * 1024;

pub struct Client {
    native: Native,
    pub socket: UdpSocket,
    address: SocketAddr,
    /// Sound, then picture, each with its last sequence number.
    ups: [(Up, u16); 2],
    pub connected: bool,
    /// RTP packets that the engine decrypted and gave out.
    pub decrypted: u64,
}

impl Client {
    /// Answers the server's offer. Gives the answer.
    pub fn answering(offer: &str) -> (Self, String) {
        let raw = socket2::Socket::new(socket2::Domain::IPV4, socket2::Type::DGRAM, None).unwrap();
        // What the kernel refuses is seen as loss.
        let _less = raw.set_recv_buffer_size(BUFFER);
        raw.set_nonblocking(true).unwrap();
        raw.bind(&SocketAddr::from(([127, 0, 0, 1], 0)).into()).unwrap();
        let socket = UdpSocket::from_std(raw.into());
        let address = socket.local_addr().unwrap();
        let mut native = Native::new(Instant::now(), address, Picture::Vp8, Manner::Load);
        let (ups, answer) = native.answer(Instant::now(), offer);
        let ups = ups.map(|up| (up, 1_000));
        (Self { native, socket, address, ups, connected: false, decrypted: 0 }, answer)
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// One packet, encrypted and not sent. `kind`: 0 for sound, 1 for picture.
    pub fn prepare(&mut self, kind: usize, timestamp: u32, marker: bool, payload: Bytes) -> Bytes {
        let (up, sequence) = &mut self.ups[kind];
        *sequence = sequence.wrapping_add(1);
        self.native.rtp(Instant::now(), up, *sequence, timestamp, marker, payload).unwrap();
        let mut made = self.flush();
        assert_eq!(made.len(), 1, "one packet is one datagram");
        made.remove(0)
    }

    /// Sends what the engine has to say; gives the RTP it would have sent instead of sending it.
    fn flush(&mut self) -> Vec<Bytes> {
        let mut media = Vec::new();
        self.native.transmit(|datagram, to| {
            if is_rtp(datagram) {
                media.push(Bytes::copy_from_slice(datagram));
            } else {
                let _lost = self.socket.send_to(datagram, to);
            }
        });
        media
    }

    /// A datagram that the engine must see: ICE, DTLS, or media that shall be decrypted.
    pub fn feed(&mut self, from: SocketAddr, datagram: &[u8]) {
        self.native.feed(Instant::now(), from, datagram);
        for happened in self.native.happened() {
            match happened {
                Happened::Connected => self.connected = true,
                Happened::Media(..) => self.decrypted += 1,
                Happened::KeyFrameWanted | Happened::Missed(_) => {}
            }
        }
        self.flush();
    }

    /// What is due by time.
    pub fn tick(&mut self) {
        self.native.tick(Instant::now());
        self.flush();
    }
}
