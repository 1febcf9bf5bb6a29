//! The composition root: the one place that knows every crate. Starts all parts, and stops them in order.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use axum_server::tls_rustls::RustlsConfig;
use tokio::task::JoinSet;
use yoban_domain::session::Timings;
use yoban_domain::time::Span;
use yoban_domain::wire::rest::DemoPerson;
use yoban_media::Media;
use yoban_media::recording::RecordingConfig;
use yoban_signaling::clock::Clock;
use yoban_signaling::{Running, Signaling};
use yoban_store::Store;

use crate::addresses::url_host;
use crate::auth::{Auth, Seal, Tokens};
use crate::config::{BadOptions, Options};
use crate::demo::{self, Holds};
use crate::listening::{self, Patience, listen};
use crate::problem::ApiError;
use crate::state::{Setting, State};
use crate::tls::{Development, Names, Source, TlsError, own};
use crate::{routes, trust};

/// How long running requests may take after the order to stop.
const DRAIN: Duration = Duration::from_secs(5);

/// Why the server does not start. Each text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The options make no sense.
    #[error(transparent)]
    Options(#[from] BadOptions),
    /// A port cannot be had.
    #[error(
        "{0} を開けません。ほかのプログラムが使っていれば、--port と --http-port で別の番号を選んでください。\n\
         {0} cannot be opened: {1}\n\
         Does another program use it? Choose other numbers with --port and --http-port\n\
         (make run ARGS=\"--port 9443 --http-port 9080\")."
    )]
    Port(SocketAddr, std::io::Error),
    /// The data folder cannot be used.
    #[error(
        "データフォルダー {0} を使えません。書き込めるか確かめるか、--data で別の場所を選んでください。\n\
         The data folder {0} cannot be used: {1}\n\
         See that it can be written to, or choose another place with --data."
    )]
    Data(String, std::io::Error),
    /// The database cannot be used.
    #[error(
        "データベースを使えません。つながるか、この版より新しい夜番が作ったものでないかを確かめるか、--data（または --database）で\
         別の場所を選んでください。\n\
         The database cannot be used: {0}\n\
         See that it can be reached and was not made by a newer Yoban, or choose another place with --data (or --database)."
    )]
    Store(#[from] yoban_store::Error),
    /// The certificate cannot be used.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// Media cannot start.
    #[error(
        "映像と音声を始められません。UDP {1} 番をほかのプログラムが使っていれば、--port で別の番号を選んでください。\n\
         Media cannot start: {0}\n\
         Does another program use UDP port {1}? Choose another number with --port (make run ARGS=\"--port 9443\")."
    )]
    Media(yoban_media::StartError, u16),
    /// The recordings cannot be written, or another server writes them.
    #[error(
        "録画フォルダー {0} を使えません。{1}\n\
         同じデータで別の夜番が動いていませんか。止めるか、--data で別の場所を選んでください。\n\
         The recordings folder {0} cannot be used: {1}\n\
         Does another Yoban run on the same data? Stop it, or choose another place with --data."
    )]
    Recordings(String, std::io::Error),
    /// No administrator yet, outside demo mode.
    #[error(
        "管理者がまだいません。yoban bootstrap でコードを作り、yoban administrator で最初の管理者を登録してください。\n\
         There is no administrator yet: run `yoban bootstrap`, then `yoban administrator`. To try Yoban, use --demo."
    )]
    NoAdministrator,
    /// Demo mode on real data.
    #[error(
        "このデータは本物の地区のものです。デモは触れません。--data（または --database）で別の場所を選んでください。\n\
         These data belong to a real district, which the demo does not touch: choose another place with --data (or \
         --database)."
    )]
    RealData,
    /// The demo's data were made from another seed, or by an older program.
    #[error(
        "このデータのデモ地区は、別の --demo-seed か古い版で作られています。--demo-seed を外すか、make reset で消すか、\
         --data で別の場所を選んでください。\n\
         The district in these data was made from another --demo-seed or by an older program: leave --demo-seed out, \
         delete them with make reset, or choose another place with --data."
    )]
    OtherDistrict,
    /// Real people on the demo's data.
    #[error(
        "このデータはデモ地区（架空の人）のものです。--demo を付けるか、--data（または --database）で別の場所を選んでください。\n\
         These data belong to the fictitious district: add --demo, or choose another place with --data (or --database)."
    )]
    DemoData,
    /// Something else.
    #[error("{0}")]
    Other(#[from] ApiError),
}

/// A running server.
pub struct Server {
    /// Where HTTPS listens.
    pub https: Vec<SocketAddr>,
    /// Where plain HTTP listens.
    pub http: Vec<SocketAddr>,
    /// Where media listens: on every LAN address, or on loopback where there is none.
    pub media: Vec<SocketAddr>,
    /// SHA-256 of the development authority, when there is one.
    pub authority: Option<String>,
    /// Demo people with their codes, in demo mode.
    pub people: Vec<DemoPerson>,
    /// Live control, for the demo and for tests.
    pub signaling: Signaling,
    running: Running,
    plane: Media,
    handle: Handle<SocketAddr>,
    tasks: JoinSet<std::io::Result<()>>,
    /// Ends with the server.
    _upkeep: JoinSet<()>,
}

/// Starts everything.
///
/// # Errors
/// See [`StartError`].
pub async fn start(options: &Options, clock: Clock) -> Result<Server, StartError> {
    let lan = options.lan()?;
    listening::allow_files();
    // Made by the recorder, where there is one.
    let recordings = options.data.join("recordings");
    let store = open_store(options).await?;
    let secret = secret(&store).await?;
    let people = match (options.demo, demo::holds(&store).await?) {
        (true, Holds::Nothing | Holds::Demo) => {
            let seed = demo::seed(&store, options.demo_seed).await?.ok_or(StartError::OtherDistrict)?;
            demo::load(&store, &secret, seed, options.demo_tablets, clock.now()).await?
        }
        (true, Holds::Real) => return Err(StartError::RealData),
        (false, Holds::Demo) => return Err(StartError::DemoData),
        (false, Holds::Nothing | Holds::Real) => {
            administrator_exists(&store).await?.then(Vec::new).ok_or(StartError::NoAdministrator)?
        }
    };
    let (certificate, source, authority) = certificate(options, &lan, &clock)?;
    let mut upkeep = JoinSet::new();
    upkeep.spawn(source.keep(certificate.clone(), clock.clone()));

    let bind = |ip: IpAddr, port: u16| -> Result<TcpListener, StartError> {
        let at = SocketAddr::new(ip, port);
        let socket = TcpListener::bind(at).map_err(|e| StartError::Port(at, e))?;
        socket.set_nonblocking(true).map_err(|e| StartError::Port(at, e))?;
        Ok(socket)
    };
    let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let mut https = vec![bind(local, options.port)?];
    let mut http = vec![bind(local, options.http_port)?];
    // With port 0 the first one found is used everywhere.
    let port = port_of(&https);
    let http_port = port_of(&http);
    for ip in lan.iter().filter(|ip| **ip != local) {
        https.push(bind(*ip, port)?);
        http.push(bind(*ip, http_port)?);
    }

    let media_clock = clock.clone();
    let (plane, events) = yoban_media::start(yoban_media::Config {
        addresses: if lan.is_empty() { vec![local] } else { lan.clone() },
        port,
        clock: Arc::new(move || media_clock.now()),
        // Without encryption at rest patients are recorded in the fictitious district alone.
        recordings: options.demo.then(|| RecordingConfig {
            keep_free: options.keep_free_bytes(),
            ..RecordingConfig::new(&recordings)
        }),
    })
    .map_err(|error| match error {
        yoban_media::StartError::Recordings { dir, source } => {
            StartError::Recordings(dir.display().to_string(), source)
        }
        error @ (yoban_media::StartError::NothingToAnnounce
        | yoban_media::StartError::Unreachable(_)
        | yoban_media::StartError::System { .. }) => StartError::Media(error, port),
    })?;
    let (signaling, running) =
        yoban_signaling::start(store, clock, timings(options), plane.clone(), events, &options.node);

    signaling.engine.resume().await.map_err(ApiError::from)?;

    let host = lan.first().copied().unwrap_or(local);
    let setting = Arc::new(Setting {
        base_url: format!("https://{}:{port}", url_host(host)),
        recordings,
        demo_people: options.demo.then(|| people.clone()),
    });
    let auth = Arc::new(Auth::new(Tokens::new(&secret), signaling.engine.clone(), options.demo));
    let site = routes::site(State { signaling: signaling.clone(), auth, setting }, Seal::new(&secret));

    let handle = Handle::new();
    let mut tasks = JoinSet::new();
    let addresses =
        |sockets: &[TcpListener]| sockets.iter().filter_map(|s| s.local_addr().ok()).collect::<Vec<_>>();
    let (https_at, http_at) = (addresses(&https), addresses(&http));
    let mut serve_on = |socket, certificate, app| {
        listen(socket, certificate, app, handle.clone(), Patience::default(), &mut tasks)
            .map_err(|e| StartError::Port(SocketAddr::new(local, port), e))
    };
    for socket in https {
        serve_on(socket, Some(certificate.clone()), site.clone())?;
    }
    for socket in http {
        let loopback = socket.local_addr().is_ok_and(|a| a.ip().is_loopback());
        let app = match (&authority, loopback) {
            (Some((pem, sum)), true) => trust::pages(pem.clone(), sum.clone(), port).merge(site.clone()),
            (None, true) => site.clone(),
            (Some((pem, sum)), false) => trust::site(pem.clone(), sum.clone(), port),
            (None, false) => continue,
        };
        serve_on(socket, None, app)?;
    }
    let (https, http, media) = (https_at, http_at, plane.udp_addresses().to_vec());
    let authority = authority.map(|(_, sum)| sum);
    Ok(Server {
        https,
        http,
        media,
        authority,
        people,
        signaling,
        running,
        plane,
        handle,
        tasks,
        _upkeep: upkeep,
    })
}

impl Server {
    /// Returns if the media plane ends although nobody stopped it: what is left cannot hold a call. The caller stops the
    /// rest in order and ends the process, so that whoever supervises it starts it anew; calls go on from the store.
    pub async fn media_ended(&self) {
        self.plane.ended().await;
    }

    /// Stops in order: sockets are told to come back, running turns finish, media says good-bye. Recordings are closed; what
    /// cannot be finished in a few seconds the next start finishes, so that a planned restart keeps nobody waiting.
    pub async fn stop(mut self) {
        // No new connections first: a device that is told to come back must not come back to this process.
        self.handle.graceful_shutdown(Some(DRAIN));
        let stopping = self.running.stop(&self.signaling).await;
        while self.tasks.join_next().await.is_some() {}
        let plane = self.plane;
        // Waits for the media thread and the recorder; a runtime thread must not.
        let _panicked = tokio::task::spawn_blocking(move || plane.shutdown()).await;
        stopping.finish().await;
        self.signaling.engine.store().close().await;
    }
}

/// The product's times; in the demo they may pass faster.
fn timings(options: &Options) -> Timings {
    let usual = Timings::default();
    if !options.demo {
        return usual;
    }
    let faster = |span: Span| Span(span.0 / i64::from(options.demo_hurry.max(1)));
    Timings {
        desk_ring: faster(usual.desk_ring),
        desk_rounds: usual.desk_rounds,
        reminder: faster(usual.reminder),
        staff_ring: faster(usual.staff_ring),
        alone: faster(usual.alone),
        away: faster(usual.away),
        undo: faster(usual.undo),
        check_in: faster(usual.check_in),
        check_in_answer: faster(usual.check_in_answer),
        disposition: faster(usual.disposition),
    }
}

/// Opens and migrates the database.
///
/// # Errors
/// It cannot be reached, or is newer than this program.
pub async fn open_store(options: &Options) -> Result<Store, StartError> {
    let data = |error| StartError::Data(options.data.display().to_string(), error);
    std::fs::create_dir_all(&options.data).map_err(data)?;
    let url = options.database.clone().unwrap_or_else(|| embedded(&options.data));
    let store = Store::open(&url).await?;
    store.migrate().await?;
    Ok(store)
}

fn embedded(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("yoban.db").display())
}

/// The installation's secret for tokens, made once.
async fn secret(store: &Store) -> Result<Vec<u8>, StartError> {
    let fresh = Tokens::fresh_secret()?;
    let mut tx = store.begin().await?;
    let kept: Vec<u8> = tx.put_setting_once("token-secret", &fresh).await?.read()?;
    tx.commit().await?;
    Ok(kept)
}

async fn administrator_exists(store: &Store) -> Result<bool, StartError> {
    let mut read = store.read().await?;
    for (association, _) in read.associations().await? {
        if read
            .people(association)
            .await?
            .iter()
            .any(|p| p.retired.is_none() && p.role.as_str() == "administrator")
        {
            return Ok(true);
        }
    }
    Ok(false)
}

type Authority = Option<(String, String)>;

fn certificate(
    options: &Options,
    lan: &[IpAddr],
    clock: &Clock,
) -> Result<(RustlsConfig, Source, Authority), StartError> {
    if let (Some(chain), Some(key)) = (options.certificate.clone(), options.key.clone()) {
        let (config, facts) = own(&chain, &key, clock.now())?;
        let source = Source::Own { chain, key, fingerprint: facts.fingerprint };
        return Ok((RustlsConfig::from_config(config), source, None));
    }
    let folder = options.data.join("tls");
    let made = Development::open(&folder, &Names::of_this_machine(lan.to_vec()), clock.now())?;
    let authority = (made.authority_pem().to_owned(), made.authority().fingerprint.clone());
    let config = RustlsConfig::from_config(made.server_config()?);
    Ok((config, Source::Development(Box::new(made), lan.to_vec()), Some(authority)))
}

fn port_of(sockets: &[TcpListener]) -> u16 {
    sockets.first().and_then(|s| s.local_addr().ok()).map_or(0, |a| a.port())
}
