//! `yoban bootstrap` and `yoban administrator`: the first administrator of an installation.

use clap::Args;
use yoban_domain::id::{AssociationId, InstitutionId, PersonId};
use yoban_domain::org::{Association, Institution, InstitutionKind};
use yoban_domain::people::{Name, Person, Role};
use yoban_domain::time::Span;
use yoban_signaling::clock::Clock;
use yoban_store::value::Word;

use super::say;
use crate::auth::{BOOTSTRAP, ONCE, code_hash, store_code};
use crate::config::Options;
use crate::demo::{Holds, holds};
use crate::problem::ApiError;
use crate::serve::{StartError, open_store};

/// A bootstrap code lasts this long.
const CODE: Span = Span::minutes(30);
/// The administrator's own sign-in link lasts this long.
const LINK: Span = Span(24 * 3_600_000);

/// `yoban administrator`.
#[derive(Args)]
pub struct Administrator {
    #[command(flatten)]
    options: Options,
    /// The code `yoban bootstrap` printed.
    #[arg(long)]
    code: String,
    /// The association's name in Japanese.
    #[arg(long)]
    association: String,
    /// The association's name in English.
    #[arg(long)]
    association_en: String,
    /// The desk's telephone number, which tablets show when nobody answers.
    #[arg(long)]
    desk_phone: String,
    /// IANA time zone.
    #[arg(long, default_value = "Asia/Tokyo")]
    zone: String,
    /// The administrator's name.
    #[arg(long)]
    name: String,
    /// Ten-digit code of the association's own institution.
    #[arg(long)]
    institution_code: String,
}

/// Makes and prints a code.
pub(super) async fn bootstrap(options: &Options, clock: &Clock) -> Result<(), String> {
    let store = open_store(options).await.map_err(|e| e.to_string())?;
    if holds(&store).await.map_err(|e| e.to_string())? == Holds::Demo {
        return Err(StartError::DemoData.to_string());
    }
    let made = async {
        let mut tx = store.begin().await?;
        let code = store_code(&mut tx, BOOTSTRAP, None, (None, None), clock.now(), CODE).await?;
        tx.commit().await?;
        Ok::<_, ApiError>(code)
    };
    let code = made.await.map_err(|e| e.to_string())?;
    store.close().await;
    say(&format!(
        "最初の管理者のコード（30分有効、一度だけ） / Code for the first administrator (30 minutes, once):\n\n  {}\n\n\
         次に / Next:\n  yoban administrator --code … --association … --association-en … --desk-phone … --institution-code … --name …\n",
        code.reveal()
    ))
}

/// Uses the code up and makes association, desk and administrator.
pub(super) async fn register(given: &Administrator, clock: &Clock) -> Result<(), String> {
    if given.institution_code.len() != 10 || !given.institution_code.bytes().all(|b| b.is_ascii_digit()) {
        return Err("--institution-code: 医療機関コードを10桁の数字で指定してください。\n\
                    --institution-code: give the institution's code, ten digits"
            .into());
    }
    if jiff::tz::TimeZone::get(&given.zone).is_err() {
        return Err(format!(
            "--zone: 「{0}」という時間帯はありません。Asia/Tokyo のように指定してください。\n\
             --zone: there is no time zone \"{0}\"; give one such as Asia/Tokyo",
            given.zone
        ));
    }
    let store = open_store(&given.options).await.map_err(|e| e.to_string())?;
    let code = register_in(&store, given, clock).await;
    store.close().await;
    let code = code.map_err(|e| {
        if matches!(e, ApiError::Unauthenticated) {
            "コードが違うか、期限が切れています。yoban bootstrap で作り直してください。\n\
             The code is wrong or expired: make a new one with `yoban bootstrap`."
                .to_owned()
        } else {
            e.to_string()
        }
    })?;
    say(&format!(
        "登録しました。24時間以内に、このコードで一度だけサインインできます。\n\
         Registered. Sign in once within 24 hours with this code:\n\n  {code}\n"
    ))
}

#[expect(clippy::disallowed_methods, reason = "ids of the first rows of an installation are made here")]
fn fresh() -> uuid::Uuid {
    uuid::Uuid::now_v7()
}

async fn register_in(
    store: &yoban_store::Store,
    given: &Administrator,
    clock: &Clock,
) -> Result<String, ApiError> {
    let now = clock.now();
    let mut tx = store.begin().await?;
    let code = tx.redeem_sign_in_code(&code_hash(given.code.trim()), now).await?;
    code.filter(|c| c.purpose.as_str() == BOOTSTRAP).ok_or(ApiError::Unauthenticated)?;
    let (home, desk, person) = (AssociationId(fresh()), InstitutionId(fresh()), PersonId(fresh()));
    let association = Association {
        id: home,
        name: given.association.clone(),
        name_en: given.association_en.clone(),
        zone: given.zone.clone(),
        desk_phone: given.desk_phone.clone(),
    };
    tx.insert_association(home, &association).await?;
    let institution = Institution {
        id: desk,
        association: home,
        kind: InstitutionKind::Desk,
        code: given.institution_code.clone(),
        name: given.association.clone(),
        name_en: given.association_en.clone(),
        phone: given.desk_phone.clone(),
        notice: None,
    };
    tx.insert_institution(desk, home, &given.institution_code, &institution).await?;
    let name =
        Name { kanji: given.name.clone().into(), kana: String::new().into(), latin: String::new().into() };
    let role = Role::Administrator;
    let administrator =
        Person { id: person, association: home, institution: desk, role, name, registration: None };
    tx.insert_person(person, home, Some(desk), &Word::of(&role)?, &administrator).await?;
    let code = store_code(&mut tx, ONCE, Some(home), (Some(person), None), now, LINK).await?;
    tx.commit().await?;
    Ok(code.into_revealed())
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use yoban_domain::time::Timestamp;
    use yoban_signaling::clock::VirtualClock;
    use yoban_store::Store;

    use super::*;

    #[derive(Parser)]
    struct Words {
        #[command(flatten)]
        given: Administrator,
    }

    fn given(code: &str) -> Administrator {
        let words = ["--association", "会", "--association-en", "A", "--desk-phone", "1", "--name", "n"];
        let rest = ["--institution-code", "9910000009", "--code", code];
        Words::parse_from(["yoban"].iter().chain(&words).chain(&rest)).given
    }

    #[tokio::test]
    async fn a_bootstrap_code_lasts_its_time_and_no_longer() {
        let folder = tempfile::tempdir().unwrap();
        let store =
            Store::open(&format!("sqlite:{}", folder.path().join("yoban.db").display())).await.unwrap();
        store.migrate().await.unwrap();
        let now = VirtualClock::at(Timestamp(1_000_000));
        let clock = Clock::Virtual(now.clone());
        let mut codes = Vec::new();
        for _ in 0..2 {
            let mut tx = store.begin().await.unwrap();
            let code = store_code(&mut tx, BOOTSTRAP, None, (None, None), clock.now(), CODE).await.unwrap();
            tx.commit().await.unwrap();
            codes.push(code.into_revealed());
        }
        now.turn(Span(CODE.0 - 1));
        register_in(&store, &given(&codes[0]), &clock).await.unwrap();
        now.turn(Span(1));
        let late = register_in(&store, &given(&codes[1]), &clock).await;
        assert!(matches!(late, Err(ApiError::Unauthenticated)), "{late:?}");
    }
}
