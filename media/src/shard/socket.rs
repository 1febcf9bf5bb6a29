//! The UDP sockets, one per address and all on one port: large buffers, never blocking, every datagram that cannot go
//! out counted. One socket for all addresses would answer from whichever address the route suggests, and a peer drops an
//! answer that comes from an address it did not ask.

use std::io;
use std::net::{IpAddr, SocketAddr};

use bytes::BytesMut;
use mio::net::UdpSocket;
use mio::{Interest, Registry, Token};

/// Asked of the kernel for each direction. 4 MB overflowed under load; without CAP_NET_ADMIN the grant is capped by
/// `net.core.{r,w}mem_max`.
const BUFFER: usize = 16 * 1024 * 1024;
/// Longest datagram taken. WebRTC stays under 1,300 bytes; what fills this buffer is cut and therefore dropped.
const LONGEST: usize = 2_048;
/// Datagrams taken from one socket before the next one is looked at. More: the others wait behind a flood; fewer: idle
/// sockets are asked in vain more often.
const TURN: u32 = 64;

/// Both ends of a datagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Way {
    /// Our address.
    pub(crate) ours: SocketAddr,
    /// The peer's address.
    pub(crate) theirs: SocketAddr,
}

/// The sockets and their counters.
#[derive(Debug)]
pub(crate) struct Sockets {
    all: Vec<(SocketAddr, UdpSocket)>,
    /// Whose turn it is, and for how many datagrams already.
    turn: (usize, u32),
    buffer: Box<[u8; LONGEST]>,
    /// Datagrams taken from the kernel.
    pub(crate) received: u64,
    /// Datagrams given to the kernel.
    pub(crate) sent: u64,
    /// Datagrams the kernel did not take (full buffer, no route).
    pub(crate) unsent: u64,
}

/// What the kernel granted, in bytes. Linux reports twice the usable size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SocketBuffers {
    /// Receive buffer.
    pub receive: usize,
    /// Send buffer.
    pub send: usize,
}

impl Sockets {
    /// Binds every address. With port 0 the first one finds the port for all. Gives the addresses with their port, and
    /// the smallest grant.
    pub(crate) fn bind(
        addresses: &[IpAddr],
        port: u16,
    ) -> io::Result<(Self, Vec<SocketAddr>, SocketBuffers)> {
        let mut all: Vec<(SocketAddr, UdpSocket)> = Vec::new();
        let mut buffers = SocketBuffers { receive: usize::MAX, send: usize::MAX };
        for ip in addresses {
            let port = all.first().map_or(port, |(bound, _)| bound.port());
            let (socket, granted) = open(SocketAddr::new(*ip, port))?;
            buffers.receive = buffers.receive.min(granted.receive);
            buffers.send = buffers.send.min(granted.send);
            let port = socket.local_addr()?.port();
            all.push((SocketAddr::new(*ip, port), socket));
        }
        let bound = all.iter().map(|(address, _)| *address).collect();
        let buffer = Box::new([0; LONGEST]);
        Ok((Self { all, turn: (0, 0), buffer, received: 0, sent: 0, unsent: 0 }, bound, buffers))
    }

    /// Has the poll wake up for each of them. Which one it was does not matter: all are read each round.
    pub(crate) fn register(&mut self, registry: &Registry, token: Token) -> io::Result<()> {
        self.all.iter_mut().try_for_each(|(_, socket)| registry.register(socket, token, Interest::READABLE))
    }

    /// The next datagram, or `None` when all sockets are empty.
    pub(crate) fn receive(&mut self) -> Option<(Way, BytesMut)> {
        let mut empty = 0;
        while empty < self.all.len() {
            let (ours, socket) = self.all.get(self.turn.0)?;
            match socket.recv_from(self.buffer.as_mut_slice()) {
                Ok((length, theirs)) => {
                    let way = Way { ours: *ours, theirs };
                    self.received += 1;
                    self.turn.1 += 1;
                    if self.turn.1 == TURN {
                        self.next();
                    }
                    empty = 0;
                    match self.buffer.get(..length) {
                        Some(bytes) if length > 0 && length < LONGEST => {
                            return Some((way, BytesMut::from(bytes)));
                        }
                        _ => {}
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // An ICMP answer to something we sent is reported here once; it concerns nobody else's datagrams.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(_) => {
                    empty += 1;
                    self.next();
                }
            }
        }
        None
    }

    fn next(&mut self) {
        self.turn = ((self.turn.0 + 1) % self.all.len().max(1), 0);
    }

    /// Sends now or not at all: a full buffer must not hold up the other rooms.
    pub(crate) fn send(&mut self, way: Way, datagram: &[u8]) {
        let own = self.all.iter().find(|(ours, _)| *ours == way.ours);
        match own.map(|(_, socket)| socket.send_to(datagram, way.theirs)) {
            Some(Ok(_)) => self.sent += 1,
            Some(Err(_)) | None => self.unsent += 1,
        }
    }
}

fn open(address: SocketAddr) -> io::Result<(UdpSocket, SocketBuffers)> {
    let raw = socket2::Socket::new(
        socket2::Domain::for_address(address),
        socket2::Type::DGRAM,
        Some(socket2::Protocol::UDP),
    )?;
    // Refusal is no error: the grant is reported and preflight judges it.
    let _ = raw.set_recv_buffer_size(BUFFER);
    let _ = raw.set_send_buffer_size(BUFFER);
    raw.set_nonblocking(true)?;
    raw.bind(&address.into())?;
    let granted = SocketBuffers { receive: raw.recv_buffer_size()?, send: raw.send_buffer_size()? };
    Ok((UdpSocket::from_std(raw.into()), granted))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_address_answers_for_itself_and_a_flood_at_one_does_not_silence_the_other() {
        let both: Vec<IpAddr> = ["127.0.0.1", "127.0.0.2"].map(|ip| ip.parse().unwrap()).to_vec();
        let (mut sockets, bound, _) = Sockets::bind(&both, 0).unwrap();
        assert_eq!(bound.iter().map(SocketAddr::ip).collect::<Vec<_>>(), both);
        assert_eq!(bound[0].port(), bound[1].port());
        let peer = std::net::UdpSocket::bind("127.0.0.1:0").unwrap();
        let theirs = peer.local_addr().unwrap();
        for n in 0..100_u8 {
            peer.send_to(&[n], bound[0]).unwrap();
        }
        peer.send_to(&[200], bound[1]).unwrap();
        // Loopback delivers before `send_to` returns.
        let came: Vec<_> = std::iter::from_fn(|| sockets.receive()).collect();
        assert_eq!(came.len(), 101);
        let second = came.iter().position(|(way, _)| way.ours == bound[1]).unwrap();
        assert_eq!(second, TURN as usize, "after one turn of the other");
        assert_eq!(came[second], (Way { ours: bound[1], theirs }, BytesMut::from(&[200][..])));

        for ours in &bound {
            sockets.send(Way { ours: *ours, theirs }, b"x");
            assert_eq!(peer.recv_from(&mut [0; 8]).unwrap(), (1, *ours), "from the address that was asked");
        }
        sockets.send(Way { ours: theirs, theirs }, b"x");
        assert_eq!((sockets.sent, sockets.unsent), (2, 1));
    }
}
