//! A machine with several addresses: pages and media are reached by each of them.

use std::net::IpAddr;

use yoban_tests::Night;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn people_on_different_networks_see_and_hear_each_other() {
    // Two loopback addresses stand for two networks: each person reaches one of them alone.
    let night = Night::begin(&["--listen", "127.0.0.2,127.0.0.3"]).await;
    let [here, there]: [IpAddr; 2] = ["127.0.0.2", "127.0.0.3"].map(|ip| ip.parse().unwrap());
    for ip in [here, there] {
        let at = format!("http://{ip}:{}/healthz", night.server.ports.http);
        assert_eq!(reqwest::get(at).await.unwrap().status(), 204);
        assert!(night.server.greeting().contains(&format!("{ip}:{}", night.server.ports.udp)));
    }
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    (patient.reaches, nurse.reaches) = (Some(there), Some(here));
    let call = night.answered(&mut patient, &mut nurse).await;
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    patient.hears_and_sees(call.nurse, &nurse.clip).await;
    // And from one to the other in the middle of the call, as a phone that leaves the house does.
    patient.reaches = Some(here);
    patient.connect_media(call.requested.session).await;
    nurse.hears_and_sees(call.patient, &patient.clip).await;
}
