//! A server for real people: from the first code to the administrator who signs in, and never mixed with the demo.

use reqwest::StatusCode;
use serde_json::{Value, json};
use yoban_tests::terminal::{Folder, Said, yoban};
use yoban_tests::{Server, random};

pub(crate) fn bootstrap(folder: &Folder) -> String {
    let said = yoban(&["bootstrap", "--data", folder.text()]);
    assert_eq!(said.code, Some(0), "{said:?}");
    code_in(&said)
}

/// The line that is nothing but a code.
pub(crate) fn code_in(said: &Said) -> String {
    let is_code = |l: &&str| l.len() == 25 && l.bytes().all(|b| b.is_ascii_alphanumeric());
    said.out.lines().map(str::trim).find(is_code).unwrap_or_else(|| panic!("no code: {said:?}")).to_owned()
}

pub(crate) fn register(folder: &Folder, code: &str, changed: (&str, &str)) -> Said {
    let mut words = vec!["administrator", "--data", folder.text(), "--code", code];
    for (name, value) in [
        ("--association", "試験区医師会"),
        ("--association-en", "Test Medical Association"),
        ("--desk-phone", "03-0000-0001"),
        ("--institution-code", "9910000009"),
        ("--name", "試験 管理"),
        ("--zone", "Asia/Tokyo"),
    ] {
        words.extend([name, if name == changed.0 { changed.1 } else { value }]);
    }
    yoban(&words)
}

async fn sign_in(server: &Server, code: &str) -> (StatusCode, Value) {
    let body = json!({"code": code, "device": random()});
    let at = format!("{}/api/v1/sign-in", server.base());
    let answer = reqwest::Client::new().post(at).json(&body).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_code_makes_an_administrator_who_signs_in_once() {
    let folder = Folder::fresh();
    let code = bootstrap(&folder);
    for (changed, text) in [
        (("--institution-code", "12345"), "ten digits"),
        (("--institution-code", "12345abcde"), "ten digits"),
        (("--zone", "Asia/Nowhere"), "Asia/Tokyo のように"),
    ] {
        let said = register(&folder, &code, changed);
        assert!(said.code == Some(1) && said.says(&[text]), "{said:?}");
    }
    let wrong = register(&folder, "nobodys-code", ("", ""));
    assert!(
        wrong.code == Some(1) && wrong.says(&["コードが違うか", "wrong or expired", "yoban bootstrap"]),
        "{wrong:?}"
    );
    // A slip does not use the code up; using it does.
    let said = register(&folder, &code, ("", ""));
    assert_eq!(said.code, Some(0), "{said:?}");
    let sign_in_code = code_in(&said);
    let again = register(&folder, &code, ("", ""));
    assert!(again.code == Some(1) && again.says(&["wrong or expired"]), "{again:?}");
    // The administrator's own code is no bootstrap code.
    assert_eq!(register(&folder, &sign_in_code, ("", "")).code, Some(1));

    let server = Server::start_real(folder.path(), &[]);
    let (status, signed) = sign_in(&server, &sign_in_code).await;
    assert_eq!(status, 200, "{signed}");
    assert_eq!(
        (&signed["me"]["who"]["card"]["role"], &signed["me"]["demo"]),
        (&json!("administrator"), &json!(false))
    );
    let (status, refused) = sign_in(&server, &sign_in_code).await;
    assert_eq!((status.as_u16(), &refused["code"]), (401, &json!("sign-in-refused")), "once");
    let token = signed["accessToken"].as_str().unwrap();
    let get = async |path: &str| {
        let at = format!("{}{path}", server.base());
        reqwest::Client::new().get(at).bearer_auth(token).send().await.unwrap().status().as_u16()
    };
    assert_eq!(get("/api/v1/me").await, 200);
    assert_eq!(get("/api/v1/cases").await, 404, "running a server is no reason to read patients' names");
    assert_eq!(get("/api/v1/demo/people").await, 404);
    assert!(!server.greeting().contains("#code="), "{}", server.greeting());
    drop(server);

    // The demo never touches this data, and what it refuses stays as it was.
    let demo =
        ["serve", "--demo", "--data", folder.text(), "--listen", "none", "--port", "0", "--http-port", "0"];
    let said = yoban(&demo);
    assert!(said.code == Some(1) && said.says(&["本物の地区", "real district", "--data"]), "{said:?}");
    let server = Server::start_real(folder.path(), &[]);
    assert_eq!(sign_in(&server, &sign_in_code).await.0, 401, "still used up");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn real_people_never_move_into_the_fictitious_district() {
    let folder = Folder::fresh();
    let mut demo = Server::start_on(folder.path(), &[]);
    assert!(demo.stop().success());
    let said = yoban(&["bootstrap", "--data", folder.text()]);
    assert!(said.code == Some(1) && said.says(&["デモ地区", "fictitious district", "--data"]), "{said:?}");
    let serve = ["serve", "--data", folder.text(), "--listen", "none", "--port", "0", "--http-port", "0"];
    let said = yoban(&serve);
    assert!(said.code == Some(1) && said.says(&["デモ地区", "fictitious district", "--data"]), "{said:?}");
    demo.restart();
    assert!(demo.greeting().contains("#code="));
}
