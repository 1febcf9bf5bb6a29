//! Who was taken out of the programme gets nothing any more, whatever they hold.

use std::sync::Arc;

use uuid::Uuid;
use yoban_domain::session::{MayRecord, Timings};
use yoban_domain::wire::rest::DemoPerson;
use yoban_signaling::clock::{Clock, VirtualClock};
use yoban_signaling::hint::Bus;
use yoban_store::Store;

use super::*;
use crate::demo::{USUAL_SEED, load};

const NOW: Timestamp = Timestamp(1_780_000_000_000);

struct District {
    auth: Auth,
    people: Vec<DemoPerson>,
    _folder: tempfile::TempDir,
}

impl District {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let at = format!("sqlite:{}", folder.path().join("yoban.db").display());
        let store = Store::open(&at).await.unwrap();
        store.migrate().await.unwrap();
        let secret = Tokens::fresh_secret().unwrap();
        let people = load(&store, &secret, USUAL_SEED, 0, NOW).await.unwrap();
        let clock = Clock::Virtual(VirtualClock::at(NOW));
        let engine = Engine::new(
            store,
            clock,
            Bus::default(),
            Timings::default(),
            Arc::new(|| MayRecord::Yes),
            "test",
        );
        Self { auth: Auth::new(Tokens::new(&secret), engine, true), people, _folder: folder }
    }

    async fn sign_in(&self, app: &str, device: u128) -> Result<SignedIn, ApiError> {
        let who = self.people.iter().find(|p| p.app == app).unwrap();
        self.auth.sign_in(who.code.reveal(), DeviceId(Uuid::from_u128(device))).await
    }

    async fn refresh(&self, signed: &SignedIn) -> Result<SignedIn, ApiError> {
        self.auth.refresh(signed.refresh_token.reveal()).await
    }
}

fn refused<T>(answer: Result<T, ApiError>) -> bool {
    matches!(answer, Err(ApiError::Unauthenticated))
}

fn code_refused<T>(answer: Result<T, ApiError>) -> bool {
    matches!(answer, Err(ApiError::Problem(problem)) if problem.code == "sign-in-refused")
}

#[tokio::test]
async fn a_retired_device_gets_no_token_and_is_nobodys() {
    let district = District::new().await;
    for (app, n) in [("desk", 1), ("tablet", 2), ("equipment", 3)] {
        let signed = district.sign_in(app, n).await.unwrap();
        let again = district.refresh(&signed).await.unwrap();
        let mut tx = district.auth.engine.store().begin().await.unwrap();
        assert!(tx.retire_device(signed.me.device, NOW).await.unwrap());
        tx.commit().await.unwrap();
        assert!(refused(district.refresh(&again).await), "{app}");
        assert!(code_refused(district.sign_in(app, n).await), "{app}: nor by its code");
        let identity = district.auth.identify(signed.access_token.reveal()).unwrap();
        assert!(
            district.auth.describe(&identity).await.unwrap().is_none(),
            "{app}: nor until its token ends"
        );
    }
    assert!(district.sign_in("desk", 4).await.is_ok(), "the nurse goes on, on another device");
}

#[tokio::test]
async fn a_person_who_left_gets_no_token_on_any_device() {
    let district = District::new().await;
    let signed = district.sign_in("phone", 1).await.unwrap();
    let MeWho::Staff { card, .. } = &signed.me.who else { panic!("no staff") };
    let mut tx = district.auth.engine.store().begin().await.unwrap();
    assert!(tx.retire_person(card.person, NOW).await.unwrap());
    tx.commit().await.unwrap();
    assert!(refused(district.refresh(&signed).await));
    assert!(code_refused(district.sign_in("phone", 1).await));
    assert!(code_refused(district.sign_in("phone", 2).await));
}
