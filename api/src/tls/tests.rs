use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::sync::atomic::{AtomicU32, Ordering};

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::time_provider::TimeProvider;
use rustls::{ClientConfig, ClientConnection, RootCertStore, ServerConnection};

use super::*;

const NOW: Timestamp = Timestamp(1_795_000_000_000);

/// A folder of its own for each test, removed at the end.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!("yoban-tls-{}-{}", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let path = std::env::temp_dir().join(name);
        fs::create_dir_all(&path).unwrap();
        Self(path)
    }
    fn tls(&self) -> PathBuf {
        self.0.join("tls")
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn names() -> Names {
    Names { host: Some("Ward-7".to_owned()), addresses: vec!["192.168.1.20".parse().unwrap()] }
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().permissions().mode() & 0o777
}

#[derive(Debug)]
struct At(Timestamp);

impl TimeProvider for At {
    fn current_time(&self) -> Option<UnixTime> {
        Some(UnixTime::since_unix_epoch(Duration::from_millis(u64::try_from(self.0.0).unwrap())))
    }
}

/// A phone that trusts `authority_pem` and calls `name` at `now`: a whole handshake in memory.
fn handshake(
    server: Arc<ServerConfig>,
    authority_pem: &str,
    name: &str,
    now: Timestamp,
) -> Result<String, String> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_details(provider, Arc::new(At(now)))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(name.to_owned()).unwrap();
    let mut client = ClientConnection::new(Arc::new(config), name).map_err(|e| e.to_string())?;
    let mut server = ServerConnection::new(server).map_err(|e| e.to_string())?;
    for _ in 0..10 {
        let mut wire = Vec::new();
        while client.wants_write() {
            client.write_tls(&mut wire).unwrap();
        }
        let mut incoming = wire.as_slice();
        while !incoming.is_empty() {
            server.read_tls(&mut incoming).unwrap();
            server.process_new_packets().map_err(|e| e.to_string())?;
        }
        let mut wire = Vec::new();
        while server.wants_write() {
            server.write_tls(&mut wire).unwrap();
        }
        let mut incoming = wire.as_slice();
        while !incoming.is_empty() {
            client.read_tls(&mut incoming).unwrap();
            client.process_new_packets().map_err(|e| e.to_string())?;
        }
    }
    server.writer().write_all("夜番".as_bytes()).unwrap();
    let mut wire = Vec::new();
    server.write_tls(&mut wire).unwrap();
    client.read_tls(&mut wire.as_slice()).unwrap();
    client.process_new_packets().map_err(|e| e.to_string())?;
    let mut heard = vec![0; 6];
    client.reader().read_exact(&mut heard).map_err(|e| e.to_string())?;
    Ok(String::from_utf8(heard).unwrap())
}

#[test]
fn a_phone_that_trusts_the_authority_reaches_every_name_of_the_machine() {
    let folder = Folder::new();
    let made = Development::open(&folder.tls(), &names(), NOW).unwrap();
    for name in ["localhost", "127.0.0.1", "::1", "192.168.1.20", "ward-7", "ward-7.local"] {
        let heard = handshake(made.server_config().unwrap(), made.authority_pem(), name, NOW);
        assert_eq!(heard.as_deref(), Ok("夜番"), "{name}");
    }
    for name in ["192.168.1.21", "other.local"] {
        let refused = handshake(made.server_config().unwrap(), made.authority_pem(), name, NOW).unwrap_err();
        assert!(refused.contains("not valid for name"), "{name}: {refused}");
    }
}

#[test]
fn keys_are_for_the_owner_alone_and_the_phones_copy_holds_none() {
    let folder = Folder::new();
    let made = Development::open(&folder.tls(), &names(), NOW).unwrap();
    assert_eq!(mode(&folder.tls()), 0o700);
    assert_eq!(mode(&folder.tls().join("authority.pem")), 0o600);
    assert_eq!(mode(&folder.tls().join("leaf.pem")), 0o600);
    let public = fs::read_to_string(folder.tls().join("authority.crt")).unwrap();
    assert_eq!(public, made.authority_pem());
    assert!(public.ends_with("-----END CERTIFICATE-----\n") && !public.contains("PRIVATE"));
    let left: Vec<_> = fs::read_dir(folder.tls()).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "no temporary file stays: {left:?}");
}

#[test]
fn lives_are_ten_years_and_at_most_ninety_days() {
    let folder = Folder::new();
    let made = Development::open(&folder.tls(), &names(), NOW).unwrap();
    let leaf = made.leaf().unwrap();
    assert!(made.authority().is_authority && !leaf.is_authority);
    assert_eq!(leaf.not_after.since(leaf.not_before), days(90));
    assert_eq!(made.authority().not_after.since(NOW), days(3_650));
    assert_eq!(made.authority().fingerprint.len(), 32 * 3 - 1);
    assert_ne!(made.authority().fingerprint, leaf.fingerprint);
}

#[test]
fn a_second_start_keeps_both_and_the_time_or_a_new_address_renews_the_leaf_alone() {
    let folder = Folder::new();
    let first = Development::open(&folder.tls(), &names(), NOW).unwrap();
    let again = Development::open(&folder.tls(), &names(), NOW.plus(days(50))).unwrap();
    assert_eq!(first.authority(), again.authority());
    assert_eq!(first.leaf().unwrap(), again.leaf().unwrap());

    let late = NOW.plus(days(60));
    assert!(!again.refresh(&names(), NOW.plus(days(58))).unwrap());
    let config = again.server_config().unwrap();
    assert!(again.refresh(&names(), late).unwrap());
    assert_eq!(again.leaf().unwrap().not_before, late.minus(DAY));
    // The listener that was configured before shows the new one.
    let much_later = NOW.plus(days(120));
    assert_eq!(handshake(config, again.authority_pem(), "localhost", much_later).as_deref(), Ok("夜番"));

    let mut moved = names();
    moved.addresses.push("10.3.0.9".parse().unwrap());
    let third = Development::open(&folder.tls(), &moved, late).unwrap();
    assert_eq!(third.authority(), first.authority());
    assert!(third.leaf().unwrap().ips.contains(&"10.3.0.9".parse().unwrap()));
}

#[test]
fn the_authority_cannot_vouch_for_the_internet() {
    let folder = Folder::new();
    let made = Development::open(&folder.tls(), &names(), NOW).unwrap();
    // A thief with the key signs a certificate for a bank.
    for (stolen, name) in [
        (SanType::DnsName("bank.example".try_into().unwrap()), "bank.example"),
        (SanType::IpAddress("8.8.8.8".parse().unwrap()), "8.8.8.8"),
    ] {
        let key = KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).unwrap();
        let mut params = CertificateParams::default();
        lifetime(&mut params, NOW, NOW.plus(days(10)));
        params.subject_alt_names = vec![stolen];
        let forged = params.signed_by(&key, &made.issuer).unwrap();
        let private = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
        let pair =
            CertifiedKey::from_der(vec![forged.der().clone()], private, &ring::default_provider()).unwrap();
        let config = server_config(Arc::new(Current(RwLock::new(Arc::new(pair))))).unwrap();
        let refused = handshake(config, made.authority_pem(), name, NOW).unwrap_err();
        assert!(refused.contains("NameConstraint"), "{name}: {refused}");
    }
}

#[test]
fn a_new_authority_signs_a_new_leaf() {
    let folder = Folder::new();
    Development::open(&folder.tls(), &names(), NOW).unwrap();
    fs::remove_file(folder.tls().join("authority.pem")).unwrap();
    let made = Development::open(&folder.tls(), &names(), NOW).unwrap();
    assert_eq!(
        handshake(made.server_config().unwrap(), made.authority_pem(), "localhost", NOW).as_deref(),
        Ok("夜番")
    );
}

#[test]
fn public_addresses_and_foreign_hosts_are_left_out_rather_than_breaking_the_rest() {
    let folder = Folder::new();
    Development::open(&folder.tls(), &names(), NOW).unwrap();
    let renamed = Names { host: Some("renamed".to_owned()), addresses: vec!["203.0.113.9".parse().unwrap()] };
    let made = Development::open(&folder.tls(), &renamed, NOW).unwrap();
    let leaf = made.leaf().unwrap();
    assert!(!leaf.ips.contains(&"203.0.113.9".parse().unwrap()));
    assert!(leaf.dns.contains(&"renamed.local".to_owned()) && !leaf.dns.contains(&"renamed".to_owned()));
    assert_eq!(
        handshake(made.server_config().unwrap(), made.authority_pem(), "localhost", NOW).as_deref(),
        Ok("夜番")
    );
}

#[test]
fn a_readable_key_a_broken_file_and_a_wrong_clock_are_told_apart() {
    let folder = Folder::new();
    let tls = folder.tls();
    Development::open(&tls, &names(), NOW).unwrap();
    let code = |now| Development::open(&tls, &names(), now).err().map(|e| e.code());
    assert_eq!(code(NOW.plus(days(4_000))), Some("tls-out-of-time"));
    assert_eq!(code(NOW.minus(days(400))), Some("tls-out-of-time"));

    let authority = tls.join("authority.pem");
    fs::set_permissions(&authority, fs::Permissions::from_mode(0o640)).unwrap();
    assert_eq!(code(NOW), Some("tls-key-exposed"));
    fs::set_permissions(&authority, fs::Permissions::from_mode(0o600)).unwrap();
    assert_eq!(code(NOW), None);

    let text = fs::read_to_string(&authority).unwrap();
    fs::write(&authority, text.split("-----BEGIN PRIVATE").next().unwrap()).unwrap();
    assert_eq!(code(NOW), Some("tls-unreadable"));
    fs::write(&authority, text.split_once("-----END CERTIFICATE-----\n").unwrap().1).unwrap();
    assert_eq!(code(NOW), Some("tls-no-certificate"));
}

#[test]
fn an_operators_own_certificate_is_used_only_with_its_own_key() {
    let (ours, theirs) = (Folder::new(), Folder::new());
    let made = Development::open(&ours.tls(), &names(), NOW).unwrap();
    Development::open(&theirs.tls(), &names(), NOW).unwrap();
    let leaf = ours.tls().join("leaf.pem");
    let (config, facts) = own(&leaf, &leaf, NOW).unwrap();
    assert!(facts.dns.contains(&"localhost".to_owned()));
    assert_eq!(handshake(config, made.authority_pem(), "localhost", NOW).as_deref(), Ok("夜番"));
    assert_eq!(own(&leaf, &theirs.tls().join("leaf.pem"), NOW).unwrap_err().code(), "tls-refused");
    assert_eq!(own(&leaf, &leaf, NOW.plus(days(91))).unwrap_err().code(), "tls-out-of-time");
    assert_eq!(own(&ours.tls().join("none.pem"), &leaf, NOW).unwrap_err().code(), "tls-unreadable");
    fs::set_permissions(&leaf, fs::Permissions::from_mode(0o644)).unwrap();
    assert_eq!(own(&leaf, &leaf, NOW).unwrap_err().code(), "tls-key-exposed");
}

#[test]
fn two_servers_starting_at_once_share_one_authority() {
    let folder = Folder::new();
    let seen: Vec<String> = std::thread::scope(|scope| {
        let starts: Vec<_> = (0..8)
            .map(|i| {
                let tls = folder.tls();
                // Each thread makes its own temporary name here; two processes differ by their number.
                scope.spawn(move || {
                    fs::create_dir_all(&tls).unwrap();
                    make_authority_as(&tls.join("authority.pem"), i);
                    let (chain, _) =
                        read_pair(&tls.join("authority.pem"), &tls.join("authority.pem"), 0o077).unwrap();
                    fingerprint(&chain[0])
                })
            })
            .collect();
        starts.into_iter().map(|s| s.join().unwrap()).collect()
    });
    assert!(seen.windows(2).all(|pair| pair[0] == pair[1]), "{seen:?}");
}

/// [`make_authority`] from another folder entry, as another process would do it.
fn make_authority_as(path: &Path, process: u32) {
    let own = path.with_file_name(format!("start-{process}"));
    fs::create_dir_all(&own).unwrap();
    let made = own.join("authority.pem");
    make_authority(&made, &names(), NOW).unwrap();
    place_first(&made, path).unwrap();
}

#[test]
fn host_names_that_no_certificate_can_hold_are_dropped() {
    for (given, kept) in
        [("Ward-7", Some("ward-7")), ("ward_7", None), ("病棟", None), ("", None), ("a..b", None)]
    {
        assert_eq!(dns_name(given).as_deref(), kept, "{given}");
    }
    let none = Names { host: Some("病棟".to_owned()), addresses: vec![] };
    assert_eq!(none.dns(), ["localhost"]);
}

#[tokio::test]
async fn a_certificate_the_operator_renewed_is_shown_without_a_restart() {
    let folder = Folder::new();
    let made = Development::open(&folder.tls(), &names(), NOW).unwrap();
    let leaf = folder.tls().join("leaf.pem");
    let (config, facts) = own(&leaf, &leaf, NOW).unwrap();
    let shown = axum_server::tls_rustls::RustlsConfig::from_config(config);
    let clock = yoban_signaling::clock::VirtualClock::at(NOW);
    let source = Source::Own { chain: leaf.clone(), key: leaf, fingerprint: facts.fingerprint };
    let kept =
        tokio::spawn(source.keep(shown.clone(), yoban_signaling::clock::Clock::Virtual(clock.clone())));

    let late = NOW.plus(days(120));
    let seen = || handshake(shown.get_inner(), made.authority_pem(), "localhost", late);
    assert!(seen().is_err(), "the first one ran out by then");
    assert!(made.refresh(&names(), NOW.plus(days(60))).unwrap());
    clock.turn(days(60));
    let renewed = async {
        while seen().is_err() {
            clock.turn(Span::minutes(60));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), renewed).await.expect("nobody read it again");
    kept.abort();
}
