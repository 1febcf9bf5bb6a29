//! Problems (RFC 9457): one stable code and a next step in both languages, the same over REST and socket. What a call
//! refuses has its words in `refused.rs`.

mod refused;

use serde::{Deserialize, Serialize};

use crate::id::PersonId;

/// A refusal or failure, for programs by `code` and for people by `title` and `next`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// URN of the kind of problem: `urn:yoban:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// Stable code clients branch on.
    pub code: String,
    /// HTTP status, also on the socket.
    pub status: u16,
    /// What happened, in Japanese.
    pub title: String,
    /// What happened, in English.
    pub title_en: String,
    /// What to do now, in Japanese.
    pub next: String,
    /// What to do now, in English.
    pub next_en: String,
    /// Who took the call, with code `taken-by-other`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub taken_by: Option<PersonId>,
    /// Fields that are wrong, each with a JSON pointer.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldProblem>,
    /// Something broke on our side: under this number the server's log tells more. To be read out to whoever helps.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub trace_id: Option<String>,
}

/// One wrong field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "camelCase")]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the request.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

impl Problem {
    /// A problem with what happened and what to do now, Japanese and English in turn.
    pub fn new(status: u16, code: &str, [title, title_en, next, next_en]: [&str; 4]) -> Self {
        Self {
            kind: format!("urn:yoban:problem:{code}"),
            code: code.to_owned(),
            status,
            title: title.to_owned(),
            title_en: title_en.to_owned(),
            next: next.to_owned(),
            next_en: next_en.to_owned(),
            taken_by: None,
            errors: Vec::new(),
            trace_id: None,
        }
    }
}

impl Problem {
    /// Not signed in, or the token no longer holds.
    pub fn unauthenticated() -> Self {
        Self::new(
            401,
            "sign-in-needed",
            [
                "サインインし直してください",
                "Please sign in again",
                "案内のリンクかQRコードを開いてください",
                "Open your link or scan your QR code",
            ],
        )
    }

    /// A sign-in code that lets nobody in. Unknown, used and expired are one answer, so that nobody learns which.
    pub fn sign_in_refused() -> Self {
        Self::new(
            401,
            "sign-in-refused",
            [
                "このリンクやコードでは入れません",
                "This link or code does not let you in",
                "期限が切れたか、もう使われたか、打ち間違いです。確かめても入れないときは、窓口に新しいものを頼んでください",
                "It has expired, was used already, or is mistyped. If it still does not work, ask the desk for a new one",
            ],
        )
    }

    /// Not allowed, or not there: the answer is the same, so that nobody learns which.
    pub fn not_found() -> Self {
        Self::new(
            404,
            "not-found",
            [
                "見つからないか、見る権限がありません",
                "Not found, or not yours to see",
                "一覧に戻って確かめてください",
                "Go back to the list",
            ],
        )
    }

    /// The request cannot be read.
    pub fn invalid(errors: Vec<FieldProblem>) -> Self {
        let mut problem = Self::new(
            400,
            "invalid-request",
            [
                "送られた内容を読み取れません",
                "The request cannot be understood",
                "入力を確かめて、もう一度送ってください",
                "Check the input and send it again",
            ],
        );
        problem.errors = errors;
        problem
    }

    /// The store cannot be reached now. Nothing was lost: what was acknowledged is stored.
    pub fn unavailable() -> Self {
        Self::new(
            503,
            "unavailable",
            [
                "いま保存できません",
                "It cannot be stored now",
                "少し待ってもう一度お試しください。急ぐときは窓口に電話してください",
                "Try again in a moment; if it is urgent, telephone the desk",
            ],
        )
    }

    /// The device named belongs to a patient's bedside or stands there by itself.
    pub fn device_taken() -> Self {
        Self::new(
            409,
            "device-taken",
            [
                "この端末は、別の用途で登録されています",
                "This device is registered for something else",
                "職員用のブラウザーで、案内のリンクを開いてください",
                "Open your link in a browser that staff use",
            ],
        )
    }

    /// Media cannot be set up now.
    pub fn media(code: &str) -> Self {
        Self::new(
            409,
            code,
            [
                "映像と音声をつなげません",
                "Picture and sound cannot be connected",
                "画面を開き直してもう一度つないでください。つながらないときは電話をお使いください",
                "Open the page again to connect anew; if it does not work, use the telephone",
            ],
        )
    }

    /// Some readings of a message carry ids of other readings; the rest is stored. `places` counts from 0.
    pub fn reading_ids_taken(places: impl IntoIterator<Item = usize>) -> Self {
        let mut problem = Self::new(
            409,
            "reading-id-taken",
            [
                "同じ番号の別の測定値がすでにあります",
                "Another reading already has this id",
                "新しい番号を付けて、その測定値だけ送り直してください",
                "Send only those readings again, each with a new id",
            ],
        );
        problem.errors = places
            .into_iter()
            .map(|n| FieldProblem { pointer: format!("/readings/{n}"), detail: "id taken".to_owned() })
            .collect();
        problem
    }

    /// What the HTTP layer refuses before anything of ours looks at a request.
    pub fn of_status(status: u16) -> Self {
        match status {
            404 => Self::not_found(),
            405 => Self::new(
                405,
                "method-not-allowed",
                [
                    "この場所ではできない操作です",
                    "This address does not take that method",
                    "Allow に書かれた方法で送ってください",
                    "Use one of the methods named in Allow",
                ],
            ),
            408 => Self::too_slow(),
            413 => Self::too_large(),
            415 => Self::new(
                415,
                "unsupported-media-type",
                [
                    "この形式の内容は受け取れません",
                    "This kind of content is not taken here",
                    "Content-Type を確かめてください",
                    "Check the Content-Type",
                ],
            ),
            other => {
                let mut problem = Self::invalid(Vec::new());
                problem.status = other;
                problem
            }
        }
    }

    /// The body of a request did not come in the time it is given.
    pub fn too_slow() -> Self {
        Self::new(
            408,
            "too-slow",
            [
                "送られた内容が時間内に届きませんでした",
                "What was sent did not arrive in time",
                "電波やネットワークを確かめて、もう一度送ってください",
                "Check the network and send it again",
            ],
        )
    }

    /// A message or body above the limit.
    pub fn too_large() -> Self {
        Self::new(
            413,
            "too-large",
            [
                "送られた内容が大きすぎます",
                "The message is too large",
                "短くするか、分けて送ってください",
                "Shorten it, or send it in parts",
            ],
        )
    }
}
