//! The doors: a listener that gives up on whoever comes and says nothing, and on whoever vanished without a word.
//!
//! A tablet whose battery is empty, or whose Wi-Fi is gone, closes nothing. What it held would stay open until the server is
//! started again, and each file descriptor lost so is one that a call, or a recording, does not get.

use std::future::{Ready, ready};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody as _};
use axum::extract::Request;
use axum::middleware::{self, Next};
use axum::response::{IntoResponse as _, Response};
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use futures_util::stream::{self, StreamExt as _};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use socket2::{SockRef, TcpKeepalive};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, timeout_at};
use yoban_domain::wire::problem::Problem;

use crate::problem::ApiError;

/// How long a connection may be silent. Sockets of the signaling have a heartbeat of their own besides.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// From the connection (for TLS from its handshake) to the first whole request. Browsers connect ahead of a request.
    pub first_request: Duration,
    /// HTTP/1.1: until the next whole head, idle time included.
    pub next_request: Duration,
    /// HTTP/2: between two pings, and from a ping to its answer.
    pub ping: Duration,
    /// From a request's head to the end of its body. The longest body is a quarter of a megabyte; larger: whoever sends a head and nothing
    /// more holds a file descriptor for so long; smaller: a slow line cannot send a long note.
    pub body: Duration,
    /// TCP: without a packet until the peer is asked whether it is still there, and between askings.
    pub probe: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        let seconds = Duration::from_secs;
        let (ping, probe) = (seconds(30), seconds(30));
        Self { first_request: seconds(30), next_request: seconds(75), body: seconds(30), ping, probe }
    }
}

/// Unanswered probes after which the connection is over.
const PROBES: u32 = 4;

/// Serves `app` on a listener, with TLS where there is a certificate, until `handle` says stop.
///
/// # Errors
/// The listener cannot be given to the runtime.
pub fn listen(
    socket: TcpListener,
    certificate: Option<RustlsConfig>,
    app: Router,
    handle: Handle<SocketAddr>,
    patience: Patience,
    tasks: &mut JoinSet<io::Result<()>>,
) -> io::Result<()> {
    let hurried = move |request, next| hurry(request, next, patience.body);
    let app = app.layer(middleware::from_fn(hurried));
    let door = Door { probe: patience.probe };
    let mut server = axum_server::from_tcp(socket)?.acceptor(door).handle(handle);
    limit(&mut server, patience);
    let server = server.first_request_timeout(patience.first_request);
    match certificate {
        Some(certificate) => {
            let server = server.map(|door| RustlsAcceptor::new(certificate).acceptor(door));
            tasks.spawn(server.serve(app.into_make_service()));
        }
        None => _ = tasks.spawn(server.serve(app.into_make_service())),
    }
    Ok(())
}

fn limit<A>(server: &mut Server<SocketAddr, A>, patience: Patience) {
    let builder = server.http_builder();
    builder.http1().header_read_timeout(patience.next_request);
    builder.http2().keep_alive_interval(patience.ping).keep_alive_timeout(patience.ping);
}

/// Gives a request's body so long to come, in all; afterwards reading it is an error, whoever reads, and the answer 408.
async fn hurry(request: Request, next: Next, patience: Duration) -> Response {
    if request.body().is_end_stream() {
        return next.run(request).await;
    }
    let late = Arc::new(AtomicBool::new(false));
    let (until, noted) = (Instant::now() + patience, Arc::clone(&late));
    let request = request.map(|body| {
        let start = (body.into_data_stream(), noted);
        Body::from_stream(stream::try_unfold(start, move |(mut parts, noted)| async move {
            match timeout_at(until, parts.next()).await {
                Ok(part) => Ok(part.transpose()?.map(|part| (part, (parts, noted)))),
                Err(late) => {
                    noted.store(true, Ordering::Relaxed);
                    Err(axum::Error::new(late))
                }
            }
        }))
    });
    let answer = next.run(request).await;
    if late.load(Ordering::Relaxed) { ApiError::from(Problem::too_slow()).into_response() } else { answer }
}

/// Prepares each connection.
#[derive(Clone, Copy, Debug)]
struct Door {
    probe: Duration,
}

impl<S> Accept<TcpStream, S> for Door {
    type Stream = TcpStream;
    type Service = S;
    type Future = Ready<io::Result<(TcpStream, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        // Nothing is held back: an answer and the news after it are two small packets, and the second would wait 40 ms
        // for the acknowledgement of the first.
        let ready_for_use = stream.set_nodelay(true).and_then(|()| {
            let probes = TcpKeepalive::new().with_time(self.probe).with_interval(self.probe);
            SockRef::from(&stream).set_tcp_keepalive(&probes.with_retries(PROBES))
        });
        ready(ready_for_use.and(Ok((stream, service))))
    }
}

/// The most open files that are asked for. Some systems (macOS) say "unlimited" and refuse exactly that; a town's tablets and a
/// night's recordings take a few thousand.
const FILES: u64 = 65_536;

/// Allows this process as many open files as it can use and the system lets it have: usual shells give 1,024, one tablet takes
/// one or two. Says how many that are now; `None`: without limit.
pub fn allow_files() -> Option<u64> {
    let limit = getrlimit(Resource::Nofile);
    if let Some(wanted) = wanted_files(&limit) {
        // Where it is refused the usual number stays; preflight tells what that means.
        let _refused = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit });
    }
    getrlimit(Resource::Nofile).current
}

/// What to ask for, where there are too few.
fn wanted_files(limit: &Rlimit) -> Option<u64> {
    let wanted = limit.maximum.map_or(FILES, |maximum| maximum.min(FILES));
    limit.current.filter(|current| *current < wanted).map(|_| wanted)
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::time::timeout;

    use super::*;

    /// Far beyond what anything takes.
    const LONG: Duration = Duration::from_secs(60);

    fn short() -> Patience {
        let span = Duration::from_millis(200);
        Patience {
            first_request: span,
            next_request: span,
            body: span,
            ping: span,
            probe: Duration::from_secs(1),
        }
    }

    fn open(patience: Patience) -> (SocketAddr, JoinSet<io::Result<()>>) {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = socket.local_addr().unwrap();
        let read = |body: axum::body::Bytes| async move { format!("{} bytes", body.len()) };
        let app = Router::new().route("/", get(|| async { "はい" }).post(read));
        let mut tasks = JoinSet::new();
        listen(socket, None, app, Handle::new(), patience, &mut tasks).unwrap();
        (at, tasks)
    }

    /// What came until the server hung up.
    async fn until_hung_up(stream: &mut TcpStream) -> String {
        let mut came = Vec::new();
        let _reset = timeout(LONG, stream.read_to_end(&mut came)).await.expect("the server goes on waiting");
        String::from_utf8_lossy(&came).into_owned()
    }

    #[tokio::test]
    async fn whoever_says_nothing_half_a_request_or_nothing_more_is_not_waited_for() {
        let (at, _tasks) = open(short());
        let mut mute = TcpStream::connect(at).await.unwrap();
        let mut half = TcpStream::connect(at).await.unwrap();
        half.write_all(b"GET / HTTP/1.1\r\nHost: loc").await.unwrap();
        let mut idle = TcpStream::connect(at).await.unwrap();
        idle.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        // HTTP/2 by prior knowledge: the preface and empty settings, one request, and no answer to any ping.
        let mut second = TcpStream::connect(at).await.unwrap();
        second.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
        // HEADERS with END_STREAM and END_HEADERS: :method GET, :scheme http, :path / (RFC 7541 appendix A).
        second.write_all(b"\0\0\x03\x01\x05\0\0\0\x01\x82\x86\x84").await.unwrap();
        let mut bodiless = TcpStream::connect(at).await.unwrap();
        let head = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n";
        bodiless.write_all(head).await.unwrap();
        let mut whole = TcpStream::connect(at).await.unwrap();
        whole.write_all(&[&head[..], b"123456789"].concat()).await.unwrap();

        let late = until_hung_up(&mut bodiless).await;
        assert!(late.starts_with("HTTP/1.1 408") && late.contains("application/problem+json"), "{late}");
        let told = late.split_once("\r\n\r\n").unwrap().1;
        assert_eq!(serde_json::from_str::<Problem>(told).unwrap(), Problem::too_slow());
        assert!(until_hung_up(&mut whole).await.ends_with("9 bytes"));
        assert_eq!(until_hung_up(&mut mute).await, "");
        assert_eq!(until_hung_up(&mut half).await, "");
        assert!(until_hung_up(&mut idle).await.ends_with("はい"));
        assert!(until_hung_up(&mut second).await.contains("はい"));
    }

    #[test]
    fn as_many_files_are_asked_for_as_are_of_use_and_never_no_limit_at_all() {
        let wanted = |current, maximum| wanted_files(&Rlimit { current, maximum });
        assert_eq!(wanted(Some(256), None), Some(FILES), "macOS");
        assert_eq!(wanted(Some(1_024), Some(524_288)), Some(FILES));
        assert_eq!(wanted(Some(1_024), Some(4_096)), Some(4_096));
        assert_eq!(wanted(Some(4_096), Some(4_096)), None);
        assert_eq!(wanted(Some(1 << 20), Some(1 << 20)), None, "more than enough stays");
        assert_eq!(wanted(None, None), None);
        let now = allow_files();
        assert_eq!(wanted_files(&Rlimit { current: now, ..getrlimit(Resource::Nofile) }), None, "{now:?}");
    }

    #[tokio::test]
    async fn a_connection_is_asked_whether_it_is_still_there() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let (stream, ()) = Door { probe: Duration::from_secs(7) }.accept(stream, ()).await.unwrap();
        let socket = SockRef::from(&stream);
        assert!(socket.keepalive().unwrap() && stream.nodelay().unwrap());
        assert_eq!(socket.tcp_keepalive_time().unwrap(), Duration::from_secs(7));
        assert_eq!(socket.tcp_keepalive_interval().unwrap(), Duration::from_secs(7));
        assert_eq!(socket.tcp_keepalive_retries().unwrap(), PROBES);
    }
}
