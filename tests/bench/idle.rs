//! What a connected tablet that nobody uses costs: the real server with 2,000 signed-in tablets of as many patients,
//! each on a socket of its own, against bare sockets of the same number in a bare program (`bare.rs`).
//!
//! It is the program's resident memory with and without the sockets, divided by their number. What the kernel keeps
//! for a socket is in neither side.

use std::time::{Duration, Instant};

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use yoban_domain::private::Private;
use yoban_domain::wire::rest::{DemoPerson, SignedIn};
use yoban_domain::wire::signal::{ClientFrame, ClientMessage, ServerFrame, ServerMessage};
use yoban_domain::wire::{PROTOCOL, SUBPROTOCOL};
use yoban_tests::{Server, id};

use crate::bare::{self, Bare, Kind};
use crate::rows::{Row, Taken};
use crate::spread::Spread;
use crate::{runs, say};

const TABLETS: usize = 2_000;
/// Tablets that sign in or connect at the same time.
const AT_ONCE: usize = 20;
/// Memory has settled when it did not change by a hundredth of the difference for so long.
const SETTLED: Duration = Duration::from_secs(2);
const PATIENCE: Duration = Duration::from_secs(60);

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

pub async fn measure(taken: &Taken) -> Vec<Row> {
    let count = runs(3);
    let (mut ours, mut web, mut tcp, mut herd) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in 1..=count {
        let (memory, connected) = tablets().await;
        ours.push(memory);
        herd.push(connected.as_secs_f64());
        web.push(bare(Kind::Web).await);
        tcp.push(bare(Kind::Tcp).await);
        say(&format!(
            "   {n} of {count}: tablet {:.1} kB, bare WebSocket {:.1} kB, bare TCP {:.1} kB",
            ours[n - 1],
            web[n - 1],
            tcp[n - 1]
        ));
    }
    let [ours, web, tcp, herd] = [ours, web, tcp, herd].map(Spread::of);
    let what = "memory per connected idle tablet";
    let text = format!("{TABLETS} tablets connect and are welcomed");
    vec![
        taken.row("memory", what, "kB", &ours, 0.5, Some(("bare WebSocket, tokio", &web))),
        taken.row("memory-tcp", what, "kB", &ours, 0.5, Some(("bare TCP, tokio", &tcp))),
        taken.row("connect", &text, "s", &herd, 0.5, None),
    ]
}

/// kB per tablet, and how long all of them took to connect.
async fn tablets() -> (f64, Duration) {
    let server = Server::start_quiet(&["--demo-tablets", &TABLETS.to_string()]);
    let base = server.base();
    let people: Vec<DemoPerson> =
        reqwest::get(format!("{base}/api/v1/demo/people")).await.unwrap().json().await.unwrap();
    let patients: Vec<DemoPerson> = people.into_iter().filter(|p| p.app == "tablet").take(TABLETS).collect();
    assert_eq!(patients.len(), TABLETS);
    let http = reqwest::Client::new();
    let tokens: Vec<Private<String>> = all(patients, |who| sign_in(http.clone(), base.clone(), who)).await;
    // The connections of signing in are not sockets of tablets.
    drop(http);
    let before = settled(server.process()).await;
    let begun = Instant::now();
    let sockets = all(tokens, |token| connect(base.clone(), token)).await;
    let took = begun.elapsed();
    let after = settled(server.process()).await;
    // All of them are still there: each answers.
    let alive = all(sockets, pong).await;
    assert_eq!(alive.len(), TABLETS);
    (per_tablet(before, after), took)
}

async fn bare(kind: Kind) -> f64 {
    let program = Bare::start(kind);
    let before = settled(program.process()).await;
    let address = program.address;
    let count: Vec<()> = vec![(); TABLETS];
    // Held until the memory was read.
    let (held, after) = match kind {
        Kind::Tcp => {
            let all = all(count, move |()| async move { bare::talk(address).await }).await;
            let after = settled(program.process()).await;
            (all.len(), after)
        }
        Kind::Web => {
            let all = all(count, move |()| async move {
                let mut socket = open(&format!("ws://{address}/"), None).await;
                socket.send(Message::Text("hello".into())).await.unwrap();
                assert!(matches!(socket.next().await, Some(Ok(Message::Text(_)))));
                socket
            })
            .await;
            let after = settled(program.process()).await;
            (all.len(), after)
        }
    };
    assert_eq!(held, TABLETS);
    per_tablet(before, after)
}

fn per_tablet(before: u64, after: u64) -> f64 {
    after.saturating_sub(before) as f64 / TABLETS as f64
}

async fn sign_in(http: reqwest::Client, base: String, who: DemoPerson) -> Private<String> {
    let device: yoban_domain::id::DeviceId = id();
    let body = json!({"code": who.code, "device": device});
    let answer = http.post(format!("{base}/api/v1/sign-in")).json(&body).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    answer.json::<SignedIn>().await.unwrap().access_token
}

async fn open(url: &str, protocol: Option<&'static str>) -> Socket {
    let mut request = url.into_client_request().unwrap();
    if let Some(name) = protocol {
        request.headers_mut().insert("sec-websocket-protocol", name.parse().unwrap());
    }
    match connect_async_with_config(request, None, true).await {
        Ok((socket, _)) => socket,
        Err(error) => panic!("{error}; each of {TABLETS} sockets needs a descriptor here: ulimit -n"),
    }
}

/// A socket that was welcomed.
async fn connect(base: String, token: Private<String>) -> Socket {
    let mut socket = open(&(base.replacen("http", "ws", 1) + "/api/v1/signal"), Some(SUBPROTOCOL)).await;
    tell(&mut socket, 1, ClientMessage::Hello { token, protocol: PROTOCOL, resume: None }).await;
    until(&mut socket, |m| matches!(m, ServerMessage::Welcome { .. })).await;
    socket
}

async fn pong(mut socket: Socket) {
    tell(&mut socket, 2, ClientMessage::Ping).await;
    until(&mut socket, |m| matches!(m, ServerMessage::Pong { .. })).await;
}

async fn tell(socket: &mut Socket, id: u32, message: ClientMessage) {
    let text = serde_json::to_string(&ClientFrame { id, message }).unwrap();
    socket.send(Message::Text(text.into())).await.unwrap();
}

async fn until(socket: &mut Socket, wanted: impl Fn(&ServerMessage) -> bool) {
    loop {
        let came = tokio::time::timeout(PATIENCE, socket.next()).await.expect("the server is silent");
        let Some(Ok(Message::Text(text))) = came else { panic!("the socket ended: {came:?}") };
        if wanted(&serde_json::from_str::<ServerFrame>(text.as_str()).unwrap().message) {
            return;
        }
    }
}

/// Does something with each, some at once, and gives what came of it.
async fn all<A, B, F>(items: Vec<A>, work: impl Fn(A) -> F) -> Vec<B>
where
    F: Future<Output = B> + Send + 'static,
    B: Send + 'static,
{
    let (mut running, mut done) = (JoinSet::new(), Vec::with_capacity(items.len()));
    for item in items {
        if running.len() >= AT_ONCE {
            done.push(running.join_next().await.unwrap().unwrap());
        }
        running.spawn(work(item));
    }
    done.extend(running.join_all().await);
    done
}

/// Resident memory in kB, once it stands still. Sockets must say something each ten seconds; this ends well before.
async fn settled(process: u32) -> u64 {
    let mut known = resident(process);
    let mut since = Instant::now();
    let begun = since;
    while since.elapsed() < SETTLED && begun.elapsed() < 4 * SETTLED {
        tokio::time::sleep(Duration::from_millis(100)).await;
        let now = resident(process);
        if now.abs_diff(known) > 64 {
            (known, since) = (now, Instant::now());
        }
    }
    resident(process)
}

fn resident(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status"))
        .expect("memory of a program is read on Linux alone");
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}
