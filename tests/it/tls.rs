//! HTTPS and WSS as a tablet meets them: trusted through the authority from `/trust`, and not otherwise.

use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::process::Command;
use std::sync::Arc;

use futures_util::{SinkExt, StreamExt};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use yoban_tests::{Night, Voice};

use super::raw::hello;

/// A device that trusts one authority, or none.
fn device(authority: Option<&[u8]>) -> TlsConnector {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = authority {
        roots.add(CertificateDer::from_pem_slice(pem).unwrap()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    TlsConnector::from(Arc::new(config.with_root_certificates(roots).with_no_client_auth()))
}

async fn connect(device: &TlsConnector, to: SocketAddr, name: &str) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(to).await.unwrap();
    device.connect(ServerName::try_from(name.to_owned()).unwrap(), stream).await
}

async fn fetched(stream: &mut TlsStream<TcpStream>, path: &str) -> String {
    let request = format!("GET {path} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    // Some servers leave without TLS good-bye; what came counts.
    let _cut = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Set in a run inside a network that a test made: the address it has there.
const MADE: &str = "YOBAN_TEST_LAN";
const MADE_ADDRESS: &str = "10.77.2.1";

/// Runs a test of this program again, alone, on a machine whose only network is ours: with a LAN address, whatever
/// this machine has. False where the system lets nobody make one.
fn passes_on_a_network_of_its_own(test: &str) -> bool {
    let network = format!("ip link set lo up && ip addr add {MADE_ADDRESS}/24 dev lo && exec \"$@\"");
    let inside = |words: &[&str]| {
        let mut command = Command::new("unshare");
        command.args(["-rn", "sh", "-c", &network, "network"]).args(words).env(MADE, MADE_ADDRESS);
        command.output()
    };
    if !inside(&["true"]).is_ok_and(|tried| tried.status.success()) {
        return false;
    }
    let me = std::env::current_exe().unwrap();
    let run = inside(&[me.to_str().unwrap(), "--exact", test, "--nocapture"]).unwrap();
    let said = [run.stdout, run.stderr].map(|said| String::from_utf8_lossy(&said).into_owned()).concat();
    assert!(run.status.success() && said.contains("1 passed"), "{said}");
    true
}

/// The made address, or this machine's own on a private network, if it has one. Nothing is sent.
fn lan() -> Option<IpAddr> {
    if let Ok(made) = std::env::var(MADE) {
        return Some(made.parse().unwrap());
    }
    let socket = UdpSocket::bind("0.0.0.0:0").ok()?;
    socket.connect("10.254.254.254:9").ok()?;
    let IpAddr::V4(ip) = socket.local_addr().ok()?.ip() else { return None };
    ip.is_private().then_some(ip.into())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn https_and_wss_are_trusted_through_the_authority_from_the_trust_page_alone() {
    const THIS: &str = "tls::https_and_wss_are_trusted_through_the_authority_from_the_trust_page_alone";
    if std::env::var_os(MADE).is_none() && passes_on_a_network_of_its_own(THIS) {
        return;
    }
    let network = lan();
    if network.is_none() {
        // It then serves the whole product by HTTP.
        println!(
            "NAMED FALLBACK: no network namespaces and no LAN address here; a second loopback address stands for it, \
             and that plain HTTP on a network gives /trust alone is held by the unit tests of trust.rs"
        );
    }
    let second = network.unwrap_or("127.0.0.2".parse().unwrap());
    let night = Night::begin(&["--listen", &second.to_string()]).await;
    let http = format!("http://{second}:{}", night.server.ports.http);
    let get = async |path: &str| reqwest::get(format!("{http}{path}")).await.unwrap();

    let page = get("/trust").await.text().await.unwrap();
    let greeting = night.server.greeting();
    let shown = greeting.lines().find_map(|l| l.trim().strip_prefix("SHA-256 ").map(str::to_owned));
    if let Some(sum) = &shown {
        let lines: Vec<String> = sum.split(':').collect::<Vec<_>>().chunks(8).map(|c| c.join(":")).collect();
        assert!(lines.iter().all(|line| page.contains(line)), "{sum}\n{page}");
    }
    assert_eq!(shown.is_some(), network.is_some(), "{greeting}");
    assert!(
        page.contains("/yoban-demo-ca.pem") && page.contains(&night.server.ports.https.to_string()),
        "{page}"
    );
    let file = get("/yoban-demo-ca.pem").await;
    assert_eq!(file.headers()["content-type"], "application/x-x509-ca-cert");
    let authority = file.bytes().await.unwrap();
    if network.is_some() {
        // Plain HTTP on the network: the way to HTTPS, and nothing else.
        for path in ["/", "/api/v1/demo/people", "/tablet", "/api/v1/openapi.json"] {
            let answer = get(path).await;
            assert_eq!(answer.url().path(), "/trust", "{path}");
        }
    }

    let trusting = device(Some(&authority));
    let addresses = [IpAddr::from([127, 0, 0, 1]), second];
    for ip in addresses {
        let at = SocketAddr::new(ip, night.server.ports.https);
        let mut stream = connect(&trusting, at, &ip.to_string()).await.unwrap();
        let answer = fetched(&mut stream, "/version").await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("yoban"), "{answer}");

        let refused = connect(&device(None), at, &ip.to_string()).await.err().unwrap();
        assert!(refused.to_string().contains("UnknownIssuer"), "{refused}");
        let refused = connect(&trusting, at, "yoban.example").await.err().unwrap();
        assert!(
            refused.to_string().contains("NotValidForName")
                || refused.to_string().contains("not valid for name"),
            "{refused}"
        );
    }

    // A call's socket over TLS, by the name a browser on this machine uses.
    let nurse = night.signed_in("desk", 0, Voice::Nurse).await;
    let at = SocketAddr::new(second, night.server.ports.https);
    let stream = connect(&trusting, at, &second.to_string()).await.unwrap();
    let mut request = format!("wss://{at}/api/v1/signal").into_client_request().unwrap();
    request.headers_mut().insert("sec-websocket-protocol", "yoban.v1".parse().unwrap());
    let (mut socket, _) = tokio_tungstenite::client_async(request, stream).await.unwrap();
    socket.send(Message::Text(hello(nurse.signed_in.access_token.reveal(), 1).into())).await.unwrap();
    let welcome = socket.next().await.unwrap().unwrap();
    let welcome: Value = serde_json::from_str(welcome.to_text().unwrap()).unwrap();
    assert_eq!(welcome["message"]["type"], "welcome");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_authority_stays_over_a_restart_and_another_servers_is_another() {
    let mut night = Night::begin(&[]).await;
    let file = async |night: &Night| {
        let at = format!("{}/yoban-demo-ca.pem", night.server.base());
        reqwest::get(at).await.unwrap().bytes().await.unwrap()
    };
    let before = file(&night).await;
    assert!(night.server.stop().success());
    night.server.restart();
    assert_eq!(file(&night).await, before, "phones need not trust a new one");
    let other = Night::begin(&[]).await;
    let at = SocketAddr::new([127, 0, 0, 1].into(), other.server.ports.https);
    let refused = connect(&device(Some(&before)), at, "127.0.0.1").await.err().unwrap();
    assert!(refused.to_string().contains("invalid peer certificate"), "{refused}");
}
