//! What the terminal says: how to open three windows, how to stop, and that the data stay.

use yoban_tests::terminal::{Folder, yoban};
use yoban_tests::{Night, Server};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_greeting_opens_three_windows_and_ctrl_c_ends_with_a_friendly_word() {
    let folder = Folder::fresh();
    let mut night = Night::with(Server::start_on(folder.path(), &["--listen", "127.0.0.2"])).await;
    let greeting = night.server.greeting();
    for text in [
        "夜番 Yoban が動いています",
        "Yoban is running",
        "三つの窓で開いてください",
        "three windows",
        "Ctrl-C で終了",
        "Ctrl-C stops",
    ] {
        assert!(greeting.contains(text), "no {text} in:\n{greeting}");
    }
    // Each link is one that signs in.
    for app in ["tablet", "desk", "phone"] {
        let person = night.people.iter().find(|p| p.app == app).unwrap();
        let link =
            format!("http://localhost:{}/{app}#code={}", night.server.ports.http, person.code.reveal());
        assert!(greeting.lines().any(|l| l.trim() == link), "no {link} in:\n{greeting}");
    }
    let patient = night.patient(0).await;
    let case = patient.tap().await.case;

    assert!(night.server.stop_by("INT").success(), "{}", night.server.log());
    let words = night.server.greeting();
    for text in
        ["終了しています", "Stopping", "終了しました。データは残っています", "Stopped. The data stays"]
    {
        assert!(words.contains(text), "no {text} in:\n{words}");
    }
    // What was printed before goes on working, and the call is still there.
    night.server.restart();
    let tapped = night.patient(0).await.tap().await;
    assert!(tapped.existing && tapped.case == case);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_seed_is_another_district_and_data_keep_theirs() {
    let folder = Folder::fresh();
    // People; a camera is called what it is in every district.
    let names = |night: &Night| -> Vec<_> {
        let people = night.people.iter().filter(|p| p.app != "equipment");
        people.map(|p| p.name.reveal().clone()).collect()
    };
    let usual = names(&Night::begin(&[]).await);
    let night = Night::with(Server::start_on(folder.path(), &["--demo-seed", "5"])).await;
    let five = names(&night);
    // The pools are small: now and then two are called the same.
    let shared = five.iter().filter(|name| usual.contains(name)).count();
    assert!(five.len() == usual.len() && shared <= 2, "{five:?} {usual:?}");
    // Its people live through a call as the usual ones do.
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    drop((patient, nurse, night));

    let night = Night::with(Server::start_on(folder.path(), &[])).await;
    assert_eq!(names(&night), five);
    drop(night);
    let other = ["serve", "--demo", "--demo-seed", "6", "--data", folder.text(), "--listen", "none"];
    let said = yoban(&[&other[..], &["--port", "0", "--http-port", "0"]].concat());
    assert!(said.code == Some(1) && said.says(&["--demo-seed", "make reset", "another"]), "{said:?}");
}
