//! The call that is answered: the whole night, its papers, its recording, and what the log must not hold.

use std::process::Command;

use serde_json::Value;
use yoban_domain::wire::rest::MeWho;
use yoban_tests::story::{self, WRITTEN};
use yoban_tests::{Night, Person, Server, repository};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_night_call_from_tap_to_signature() {
    let mut night = Night::begin(&[]).await;
    let told = story::play(&night, &mut |_, english| println!("  {english}")).await;
    for (name, value) in &told.figures {
        println!("  {name}: {value:.1} ms");
    }
    let papers = told.papers().await;
    through_the_gate(&papers.fhir);
    let _files = told.recorded(&night.server.data().join("fetched")).await;

    let mut secrets = told.addresses.clone();
    secrets.extend(WRITTEN.map(str::to_owned));
    for person in [&told.patient, &told.nurse, &told.doctor] {
        secrets.extend(secrets_of(person));
    }
    for patient in ["月岡", "はな", "ツキオカ", "ハナ", "Tsukioka", "天ノ川", "03-0000-0201", "1942-02-11"]
    {
        secrets.push(patient.into());
    }
    secrets.extend(["candidate:", "ice-ufrag", "a=fingerprint"].map(str::to_owned));
    assert!(night.server.stop().success(), "SIGTERM ends the server in order");
    let log = night.server.log();
    assert_eq!(found(&log, &secrets), Vec::<&String>::new(), "in the log:\n{log}");
    // The look finds what is there.
    assert_eq!(found(&format!("{log}x{}", secrets[1]), &secrets).len(), 1);
}

/// The bundle is correct R4 and JP Core, by the same gate that the fixtures go through.
fn through_the_gate(fhir: &Value) {
    let file = std::env::temp_dir().join(format!("yoban-everything-{}.json", std::process::id()));
    std::fs::write(&file, fhir.to_string()).unwrap();
    let done = Command::new(repository().join("tests/fhir/gate")).arg(&file).output().unwrap();
    std::fs::remove_file(&file).unwrap();
    let said = String::from_utf8_lossy(&done.stdout) + String::from_utf8_lossy(&done.stderr);
    println!("{said}");
    assert!(done.status.success(), "{said}");
}

fn secrets_of(person: &Person) -> Vec<String> {
    let signed = &person.signed_in;
    let mut secrets = vec![
        signed.access_token.reveal().clone(),
        signed.refresh_token.reveal().clone(),
        signed.access_token.reveal().rsplit('.').next().unwrap().to_owned(),
    ];
    if let MeWho::Tablet { name, name_latin, .. } = &signed.me.who {
        secrets.extend([name.reveal().clone(), name_latin.reveal().clone()]);
    }
    secrets
}

fn found<'a>(log: &str, secrets: &'a [String]) -> Vec<&'a String> {
    secrets.iter().filter(|secret| log.contains(secret.as_str())).collect()
}

/// As it is run, not as the stories run it: what every connection would say again is left out.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_usual_log_says_nothing_for_each_connection() {
    let mut night = Night::with(Server::start_quiet(&[])).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    night.answered(&mut patient, &mut nurse).await;
    assert!(night.server.stop().success());
    let log = night.server.log();
    for noise in ["pingAllCandidates", "Unsupported Extension Type"] {
        assert!(!log.contains(noise), "every connection would say it again: {log}");
    }
}
