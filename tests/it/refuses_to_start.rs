//! What the program refuses to start with: each time a text that says what to do, an exit code, and nothing left behind.

use std::net::{TcpListener, UdpSocket};

use yoban_tests::Server;
use yoban_tests::terminal::{Folder, yoban};

#[test]
fn without_an_administrator_it_serves_nobody_and_says_how_to_make_one() {
    let folder = Folder::fresh();
    let said =
        yoban(&["serve", "--data", folder.text(), "--port", "0", "--http-port", "0", "--listen", "none"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(
        said.says(&["管理者がまだいません", "There is no administrator", "yoban bootstrap", "--demo"]),
        "{said:?}"
    );
    assert!(said.out.is_empty(), "nothing runs: {said:?}");
}

#[test]
fn a_second_server_on_the_same_data_says_that_there_is_a_first() {
    let first = Server::start(&[]);
    let data = first.data().to_str().unwrap();
    let said =
        yoban(&["serve", "--demo", "--data", data, "--port", "0", "--http-port", "0", "--listen", "none"]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.says(&["同じデータで", "Does another Yoban run on the same data?", "--data"]), "{said:?}");
    assert!(!said.says(&["UDP"]), "{said:?}");
}

#[test]
fn a_taken_port_is_named_with_the_way_on() {
    let folder = Folder::fresh();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let number = taken.local_addr().unwrap().port().to_string();
    let at = format!("127.0.0.1:{number}");
    for (option, other) in [("--port", "--http-port"), ("--http-port", "--port")] {
        let said = yoban(&[
            "serve",
            "--demo",
            "--data",
            folder.text(),
            "--listen",
            "none",
            option,
            &number,
            other,
            "0",
        ]);
        assert_eq!(said.code, Some(1), "{said:?}");
        assert!(said.says(&[&at, "開けません", "cannot be opened", "--port", "--http-port"]), "{said:?}");
    }
    drop(taken);

    // TCP is free, UDP is not.
    let (tcp, taken) = loop {
        let tcp = TcpListener::bind("127.0.0.1:0").unwrap();
        if let Ok(udp) = UdpSocket::bind(tcp.local_addr().unwrap()) {
            break (tcp, udp);
        }
    };
    let number = tcp.local_addr().unwrap().port().to_string();
    drop(tcp);
    let said = yoban(&[
        "serve",
        "--demo",
        "--data",
        folder.text(),
        "--listen",
        "none",
        "--port",
        &number,
        "--http-port",
        "0",
    ]);
    assert_eq!(said.code, Some(1), "{said:?}");
    assert!(said.says(&[&format!("UDP {number}"), &format!("UDP port {number}"), "--port"]), "{said:?}");
    drop(taken);
}

#[test]
fn what_cannot_be_used_is_named_in_both_languages_with_the_way_on() {
    let folder = Folder::fresh();
    let file = folder.path().join("file");
    std::fs::write(&file, "not a folder").unwrap();
    let broken = folder.path().join("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("yoban.db"), "no database ".repeat(100)).unwrap();
    let ports = ["--port", "0", "--http-port", "0", "--listen", "none"];
    for (data, texts) in [
        (&file, ["データフォルダー", "The data folder", "--data"]),
        (&broken, ["データベースを使えません", "The database cannot be used", "--data"]),
    ] {
        let mut given = vec!["serve", "--demo", "--data", data.to_str().unwrap()];
        given.extend(ports);
        let said = yoban(&given);
        assert!(said.code == Some(1) && said.says(&texts), "{said:?}");
    }
    let data = folder.path().join("untouched");
    let register = |zone, institution| {
        yoban(&[
            "administrator",
            "--data",
            data.to_str().unwrap(),
            "--code",
            "x",
            "--association",
            "星見区医師会",
            "--association-en",
            "Hoshimi",
            "--desk-phone",
            "03-0000-0199",
            "--zone",
            zone,
            "--name",
            "夜野 星",
            "--institution-code",
            institution,
        ])
    };
    let said = register("Asia/Nowhere", "9910000001");
    assert!(
        said.code == Some(1) && said.says(&["Asia/Nowhere", "時間帯", "there is no time zone"]),
        "{said:?}"
    );
    let said = register("Asia/Tokyo", "12");
    assert!(said.code == Some(1) && said.says(&["10桁", "ten digits"]), "{said:?}");
    assert!(!data.exists(), "nothing is made");
}

#[test]
fn the_demo_does_not_meet_strangers() {
    let folder = Folder::fresh();
    for (listen, texts) in [
        ("0.0.0.0", ["全アドレス", "all addresses"]),
        ("::", ["全アドレス", "all addresses"]),
        ("127.0.0.1,0.0.0.0", ["全アドレス", "all addresses"]),
        ("8.8.8.8", ["8.8.8.8 はインターネット", "8.8.8.8 can be reached"]),
        ("2001:db8::1", ["インターネット", "2001:db8::1 can be reached"]),
        ("100.64.0.1", ["インターネット", "100.64.0.1 can be reached"]),
        ("224.0.0.251", ["一台の機械", "224.0.0.251 is not"]),
        ("localhost", ["「localhost」はIPアドレスではありません", "no IP address"]),
    ] {
        let data = folder.path().join("untouched");
        let said = yoban(&[
            "serve",
            "--demo",
            "--data",
            data.to_str().unwrap(),
            "--listen",
            listen,
            "--port",
            "0",
            "--http-port",
            "0",
        ]);
        assert_eq!(said.code, Some(1), "{listen}: {said:?}");
        assert!(said.says(&texts), "{listen}: {said:?}");
        assert!(!data.exists(), "{listen}: nothing is made before the addresses are judged");
    }
    // Outside the demo too phones must be told one address, and a certificate must name it.
    let said =
        yoban(&["serve", "--data", folder.text(), "--listen", "0.0.0.0", "--port", "0", "--http-port", "0"]);
    assert!(said.code == Some(1) && said.says(&["0.0.0.0", "一つずつ", "one by one"]), "{said:?}");
}
