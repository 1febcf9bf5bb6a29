//! Once per key; and what lets nobody in does not wait for the writer.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use axum::Json;
use axum::handler::Handler;
use axum::http::Uri;
use axum::middleware::from_fn;
use bytes::Bytes;
use tokio::sync::Semaphore;
use uuid::Uuid;
use yoban_domain::session::{MayRecord, Timings};
use yoban_domain::time::Timestamp;
use yoban_domain::wire::rest::{DemoPerson, SignedIn};
use yoban_signaling::clock::{Clock, VirtualClock};
use yoban_signaling::hint::Bus;
use yoban_store::Store;

use super::*;
use crate::auth::{ONCE, Tokens, code_hash, store_code};
use crate::demo::{USUAL_SEED, load};

const NOW: Timestamp = Timestamp(1_780_000_000_000);

fn posted(uri: &str, key: &str, body: String) -> Request {
    let post = Request::builder().method(Method::POST).uri(uri);
    post.header(HEADER, key).header(header::CONTENT_TYPE, "application/json").body(body.into()).unwrap()
}

async fn repeats(folder: &tempfile::TempDir) -> (Arc<Repeats>, Vec<DemoPerson>) {
    let at = format!("sqlite:{}", folder.path().join("yoban.db").display());
    let store = Store::open(&at).await.unwrap();
    store.migrate().await.unwrap();
    let secret = Tokens::fresh_secret().unwrap();
    let people = load(&store, &secret, USUAL_SEED, 0, NOW).await.unwrap();
    // The clock stands: nothing counts as abandoned.
    let clock = Clock::Virtual(VirtualClock::at(NOW));
    let engine =
        Engine::new(store, clock, Bus::default(), Timings::default(), Arc::new(|| MayRecord::Yes), "test");
    let auth = Arc::new(Auth::new(Tokens::new(&secret), engine.clone(), true));
    (Arc::new(Repeats { engine, auth, seal: Seal::new(&[7; 32]) }), people)
}

fn code(code: &str) -> String {
    serde_json::json!({ "code": code, "device": Uuid::from_u128(5) }).to_string()
}

/// The two open routes, behind the keys.
async fn answer(repeats: &Arc<Repeats>, request: Request) -> (StatusCode, Vec<u8>) {
    let (auth, kept) = (repeats.auth.clone(), repeats.clone());
    let opens = async move |uri: Uri, body: Bytes| -> Result<Json<SignedIn>, ApiError> {
        Ok(Json(if uri.path() == "/token" {
            let asked: Refresh = serde_json::from_slice(&body).unwrap();
            auth.refresh(asked.refresh_token.reveal()).await?
        } else {
            let asked: SignIn = serde_json::from_slice(&body).unwrap();
            auth.sign_in(asked.code.reveal(), asked.device).await?
        }))
    };
    let site = opens.layer(from_fn(move |request: Request, next: Next| {
        let kept = kept.clone();
        async move { kept.pass(request, next).await }
    }));
    let answer = site.call(request, ()).await;
    (answer.status(), to_bytes(answer.into_body(), 100_000).await.unwrap().to_vec())
}

#[tokio::test]
async fn a_wrong_code_or_token_with_a_key_does_not_wait_for_the_writer() {
    let folder = tempfile::tempdir().unwrap();
    let (repeats, people) = repeats(&folder).await;
    let writer = repeats.engine.store().begin().await.unwrap();
    let refresh = serde_json::json!({ "refreshToken": "eyJ.eyJ.x" }).to_string();
    for (uri, body) in [("/sign-in", code("0000-0000")), ("/token", refresh)] {
        let refused = answer(&repeats, posted(uri, "k", body)).await;
        assert_eq!(refused.0, StatusCode::UNAUTHORIZED, "{uri}");
    }
    writer.rollback().await.unwrap();
    // What was refused may come again with its key, and what is good is answered once.
    let good = code(people.first().unwrap().code.reveal());
    let first = answer(&repeats, posted("/sign-in", "k", good.clone())).await;
    assert_eq!(first.0, StatusCode::OK);
    assert_eq!(
        answer(&repeats, posted("/sign-in", "k", good)).await,
        first,
        "the same answer, word for word"
    );
}

#[tokio::test]
async fn a_code_that_its_own_request_used_up_is_answered_again_by_its_key() {
    let folder = tempfile::tempdir().unwrap();
    let (repeats, people) = repeats(&folder).await;
    let mut tx = repeats.engine.store().begin().await.unwrap();
    let known = code_hash(people.first().unwrap().code.reveal());
    let known = tx.sign_in_code(&known, NOW).await.unwrap().unwrap();
    let bearer = (known.person, known.device);
    let once = store_code(&mut tx, ONCE, known.association, bearer, NOW, Span::minutes(5)).await.unwrap();
    tx.commit().await.unwrap();
    let first = answer(&repeats, posted("/sign-in", "k", code(once.reveal()))).await;
    assert_eq!(first.0, StatusCode::OK);
    assert_eq!(answer(&repeats, posted("/sign-in", "k", code(once.reveal()))).await, first);
    let anew = answer(&repeats, posted("/sign-in", "other", code(once.reveal()))).await;
    assert_eq!(anew.0, StatusCode::UNAUTHORIZED, "with another key it is another request");
}

#[tokio::test]
async fn what_was_begun_is_finished_and_answered_once_although_the_connection_broke() {
    let folder = tempfile::tempdir().unwrap();
    let (repeats, _) = repeats(&folder).await;
    let posted = || {
        let mut request = posted("/thing", "k", "asked".to_owned());
        let association = Uuid::from_u128(1).into();
        let caller = Caller { actor: Actor::system(association), device: Uuid::from_u128(2).into() };
        request.extensions_mut().insert(caller);
        request
    };

    let (begun, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let times = Arc::new(AtomicU32::new(0));
    let (start, end, count) = (begun.clone(), go_on.clone(), times.clone());
    let work = async move || {
        start.add_permits(1);
        end.acquire().await.unwrap().forget();
        count.fetch_add(1, Ordering::SeqCst);
        "done"
    };
    let site = work.layer(from_fn(move |request: Request, next: Next| {
        let repeats = repeats.clone();
        async move { repeats.pass(request, next).await }
    }));
    let connection = tokio::spawn(site.clone().call(posted(), ()));
    begun.acquire().await.unwrap().forget();
    connection.abort();
    assert!(connection.await.unwrap_err().is_cancelled());
    assert_eq!(site.clone().call(posted(), ()).await.status(), StatusCode::CONFLICT, "it still runs");
    go_on.add_permits(1);
    let mut answer = site.clone().call(posted(), ()).await;
    for _ in 0..10_000 {
        if answer.status() != StatusCode::CONFLICT {
            break;
        }
        answer = site.clone().call(posted(), ()).await;
    }
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(to_bytes(answer.into_body(), 100).await.unwrap(), "done");
    assert_eq!(times.load(Ordering::SeqCst), 1);
}
