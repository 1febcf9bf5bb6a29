//! `yoban serve` and `yoban preflight`.

use tokio::signal::unix::{Signal, SignalKind, signal};
use yoban_signaling::clock::Clock;

use super::greeting::Shown;
use super::say;
use crate::config::Options;
use crate::preflight::{self, Ask, Language};
use crate::serve::{Server, start};
use crate::tls::Names;

/// Why a server ends that nobody stopped.
const MEDIA_ENDED: &str = "映像と音声の処理が止まりました。もう一度起動してください。通話の記録は残っています。\n\
     Media has ended by itself. Start the server again: what was stored of the calls is there.";

/// Runs until Ctrl-C or SIGTERM, or until media can no longer be served.
pub(super) async fn serve(options: &Options) -> Result<(), String> {
    let server = start(options, Clock::System).await.map_err(|e| e.to_string())?;
    say(&Shown::of(&server).greeting())?;
    if let Some(file) = &options.ready_file {
        ready(file, &server).map_err(|e| format!("{}: {e}", file.display()))?;
    }
    let mut asked = Asked::listen().map_err(|e| e.to_string())?;
    let done = over(&server, asked.next()).await;
    if let Err(why) = &done {
        tracing::error!(why, "the server ends by itself");
    }
    say("\n終了しています… / Stopping…\n")?;
    tokio::select! {
        () = server.stop() => {}
        () = asked.next() => at_once(),
    }
    say("終了しました。データは残っています。 / Stopped. The data stays.\n")?;
    done
}

/// Says which ports were found. The file appears at once and whole.
fn ready(file: &std::path::Path, server: &Server) -> std::io::Result<()> {
    let port = |all: &[std::net::SocketAddr]| all.first().map(std::net::SocketAddr::port);
    let ports = serde_json::json!({
        "http": port(&server.http), "https": port(&server.https), "udp": port(&server.media),
    });
    let half = file.with_extension("part");
    std::fs::write(&half, ports.to_string())?;
    std::fs::rename(half, file)
}

/// Until somebody asks for the stop; an error when the server cannot go on by itself.
async fn over(server: &Server, asked: impl Future<Output = ()>) -> Result<(), String> {
    tokio::select! {
        () = asked => Ok(()),
        () = server.media_ended() => Err(MEDIA_ENDED.to_owned()),
    }
}

/// Ctrl-C and SIGTERM, each time they come.
struct Asked {
    interrupt: Signal,
    terminate: Signal,
}

impl Asked {
    fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }
}

/// Whoever asks a second time does not want to wait for what is being brought to its end. It is as safe as a kill: what was
/// acknowledged is stored, and the next start goes on from there.
fn at_once() -> ! {
    tracing::warn!("asked to stop a second time: ended at once");
    // A terminal that is gone cannot be told.
    let _gone = say(
        "すぐに終了しました。保存済みのデータは残っています。 / Stopped at once. What was stored stays.\n",
    );
    std::process::exit(1)
}

/// Looks whether the server can start here.
pub(super) fn preflight(options: &Options, clock: &Clock) -> Result<(), String> {
    let lan = options.lan().map_err(|e| e.to_string())?;
    let mut tcp = vec![
        (std::net::Ipv4Addr::LOCALHOST, options.port).into(),
        (std::net::Ipv4Addr::LOCALHOST, options.http_port).into(),
    ];
    for ip in lan.iter().filter(|ip| **ip != std::net::Ipv4Addr::LOCALHOST) {
        tcp.push((*ip, options.port).into());
        tcp.push((*ip, options.http_port).into());
    }
    let media = if lan.is_empty() { vec![std::net::Ipv4Addr::LOCALHOST.into()] } else { lan.clone() };
    let certificate = match (&options.certificate, &options.key) {
        (Some(chain), Some(key)) => {
            Some(crate::tls::own(chain, key, clock.now()).map(|(_, facts)| facts).map_err(|e| e.to_string()))
        }
        _ => None,
    };
    let facts = preflight::gather(
        Ask {
            demo: options.demo,
            keep_free: options.keep_free_bytes(),
            tcp,
            udp: media.into_iter().map(|ip| (ip, options.port).into()).collect(),
            data: options.data.clone(),
            names: Names::of_this_machine(lan),
            certificate,
        },
        &|| clock.now(),
    );
    let findings = preflight::judge(&facts);
    say(&preflight::render(&findings, Language::Ja))?;
    say("\n")?;
    say(&preflight::render(&findings, Language::En))?;
    if preflight::blocked(&findings) { Err(String::new()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use clap::Parser;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpStream;
    use yoban_domain::time::Span;
    use yoban_signaling::clock::VirtualClock;

    use super::*;

    #[derive(Parser)]
    struct Words {
        #[command(flatten)]
        options: Options,
    }

    /// The first line of what the server answers.
    async fn ready(server: &Server) -> String {
        let mut socket = TcpStream::connect(server.http[0]).await.unwrap();
        let ask = "GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
        socket.write_all(ask.as_bytes()).await.unwrap();
        let mut said = String::new();
        socket.read_to_string(&mut said).await.unwrap();
        said.lines().next().unwrap().to_owned()
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_whose_media_ended_is_not_ready_and_does_not_live_on() {
        let folder = tempfile::tempdir().unwrap();
        let words = ["yoban", "--demo", "--listen", "none", "--port", "0", "--http-port", "0", "--data"];
        let data = folder.path().to_str().unwrap();
        let options = Words::parse_from(words.into_iter().chain([data])).options;
        let server = start(&options, Clock::System).await.unwrap();
        assert!(ready(&server).await.contains("200"));
        assert_eq!(over(&server, std::future::ready(())).await, Ok(()), "while media runs it is ours to end");
        let media = server.signaling.rooms.media().clone();
        tokio::task::spawn_blocking(move || media.shutdown()).await.unwrap();
        assert!(ready(&server).await.contains("503"));
        let done = tokio::time::timeout(Duration::from_secs(60), over(&server, std::future::pending()));
        assert_eq!(done.await.expect("nobody noticed"), Err(MEDIA_ENDED.to_owned()));
        server.stop().await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn a_server_that_runs_for_months_never_shows_a_certificate_that_ran_out() {
        let folder = tempfile::tempdir().unwrap();
        let words = ["yoban", "--demo", "--listen", "none", "--port", "0", "--http-port", "0", "--data"];
        let data = folder.path().to_str().unwrap();
        let options = Words::parse_from(words.into_iter().chain([data])).options;
        let clock = VirtualClock::at(Clock::System.now());
        let server = start(&options, Clock::Virtual(clock.clone())).await.unwrap();
        let leaf = folder.path().join("tls/leaf.pem");
        let first = std::fs::read(&leaf).unwrap();
        clock.turn(Span::minutes(60 * 24 * 60));
        let renewed = async {
            while std::fs::read(&leaf).unwrap() == first {
                clock.turn(Span::minutes(60));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), renewed).await.expect("nobody renewed it");
        server.stop().await;
    }
}
