//! A program that does nothing but hold sockets, one task each, on the same runtime as the server: this program again,
//! started as `yoban-bench bare tcp|web`.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};

use futures_util::{SinkExt, StreamExt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;

use crate::say;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Accepts, reads, echoes.
    Tcp,
    /// The same with WebSocket messages.
    Web,
}

impl Kind {
    const fn name(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Web => "web",
        }
    }
}

/// The running program.
pub struct Bare {
    child: Child,
    pub address: SocketAddr,
}

impl Bare {
    pub fn start(kind: Kind) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["bare", kind.name()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        Self { child, address: line.trim().parse().unwrap() }
    }

    pub fn process(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// A connection that spoke and was answered.
pub async fn talk(address: SocketAddr) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let mut answer = [0; 5];
    stream.write_all(b"hello").await.unwrap();
    stream.read_exact(&mut answer).await.unwrap();
    stream
}

/// The program itself; ends when it is killed.
pub async fn run(kind: &str) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    say(&listener.local_addr().unwrap().to_string());
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        if kind == Kind::Web.name() {
            tokio::spawn(web(stream));
        } else {
            tokio::spawn(tcp(stream));
        }
    }
}

async fn tcp(mut stream: TcpStream) {
    let mut buffer = [0; 64];
    while let Ok(length @ 1..) = stream.read(&mut buffer).await {
        if stream.write_all(&buffer[..length]).await.is_err() {
            return;
        }
    }
}

async fn web(stream: TcpStream) {
    // As much as the server's own sockets keep for reading: the library's 128 KiB would be most of what is compared.
    let config = WebSocketConfig::default().read_buffer_size(4 * 1024);
    let Ok(mut socket) = tokio_tungstenite::accept_async_with_config(stream, Some(config)).await else {
        return;
    };
    while let Some(Ok(message)) = socket.next().await {
        if socket.send(message).await.is_err() {
            return;
        }
    }
}
