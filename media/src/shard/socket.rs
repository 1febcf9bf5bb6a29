//! The one UDP socket: large buffers, never blocking, every datagram that cannot go out counted.

use std::io;
use std::net::SocketAddr;

use bytes::BytesMut;
use mio::net::UdpSocket;

/// Asked of the kernel for each direction. 4 MB overflowed under load; without CAP_NET_ADMIN the grant is capped by
/// `net.core.{r,w}mem_max`.
const BUFFER: usize = 16 * 1024 * 1024;
/// Longest datagram taken. WebRTC stays under 1,300 bytes; what fills this buffer is cut and therefore dropped.
const LONGEST: usize = 2_048;

/// The socket and its counters.
#[derive(Debug)]
pub(crate) struct Socket {
    inner: UdpSocket,
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

impl Socket {
    pub(crate) fn bind(address: SocketAddr) -> io::Result<(Self, SocketAddr, SocketBuffers)> {
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
        let inner = UdpSocket::from_std(raw.into());
        let bound = inner.local_addr()?;
        let socket = Self { inner, buffer: Box::new([0; LONGEST]), received: 0, sent: 0, unsent: 0 };
        Ok((socket, bound, granted))
    }

    pub(crate) fn source(&mut self) -> &mut UdpSocket {
        &mut self.inner
    }

    /// The next datagram, or `None` when the socket is empty.
    pub(crate) fn receive(&mut self) -> Option<(SocketAddr, BytesMut)> {
        loop {
            match self.inner.recv_from(self.buffer.as_mut_slice()) {
                Ok((length, from)) => {
                    self.received += 1;
                    match self.buffer.get(..length) {
                        Some(bytes) if length > 0 && length < LONGEST => {
                            return Some((from, BytesMut::from(bytes)));
                        }
                        _ => continue,
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                // An ICMP answer to something we sent is reported here once; it concerns nobody else's datagrams.
                Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {}
                Err(_) => return None,
            }
        }
    }

    /// Sends now or not at all: a full buffer must not hold up the other rooms.
    pub(crate) fn send(&mut self, to: SocketAddr, datagram: &[u8]) {
        match self.inner.send_to(datagram, to) {
            Ok(_) => self.sent += 1,
            Err(_) => self.unsent += 1,
        }
    }
}
