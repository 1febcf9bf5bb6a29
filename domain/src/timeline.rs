//! The log of a case in plain words: one sentence a fact, Japanese and English.

mod names;
mod reading;
#[cfg(test)]
mod tests;

use crate::fact::{Fact, FactKind};
use crate::mode::SHORTEST;
use crate::people::Person;
use crate::session::{ConsentManner, LegRole};
use crate::vitals::feed;
use crate::wire::rest::{Measured, TimelineEntry};
use crate::words;

use names::Names;
pub use reading::shown;

/// One entry for each fact, in their order. `people` are the members of staff the facts may speak of; whoever is not among
/// them is called by their role.
pub fn timeline(facts: &[Fact], people: &[Person]) -> Vec<TimelineEntry> {
    told(facts.iter(), &Names::of(facts, people))
}

/// The same for a page that is read: a kind of media that held for less than a second while the others came up has no
/// line of its own. Nothing but paper and screens may leave it out.
pub fn for_reading(facts: &[Fact], people: &[Person]) -> Vec<TimelineEntry> {
    let lasting = facts
        .iter()
        .enumerate()
        .filter(|(n, fact)| !passing(fact, facts.get(n + 1..).unwrap_or_default()))
        .map(|(_, fact)| fact);
    told(lasting, &Names::of(facts, people))
}

fn told<'a>(facts: impl Iterator<Item = &'a Fact>, names: &Names<'_>) -> Vec<TimelineEntry> {
    let entry = |fact: &Fact| {
        let (code, ja, en) = names.sentence(fact);
        let reading =
            if let FactKind::ReadingStored { reading } = &fact.kind { Some(reading.reveal()) } else { None };
        TimelineEntry {
            seq: fact.seq,
            at: fact.at,
            session: fact.session,
            fact: code.to_owned(),
            text: ja.into(),
            text_en: en.into(),
            reading: reading.map(|r| r.id),
            measured: reading.map(|r| Measured {
                kind: r.vital.kind(),
                values: feed::values(r),
                source: r.source.clone(),
                flags: r.flags.clone(),
            }),
        }
    };
    facts.map(entry).collect()
}

fn passing(fact: &Fact, later: &[Fact]) -> bool {
    let moves = |f: &Fact| matches!(f.kind, FactKind::ModeChanged { .. });
    moves(fact)
        && later
            .iter()
            .take_while(|next| next.at.since(fact.at) < SHORTEST)
            .any(|next| moves(next) && next.session == fact.session)
}

impl Names<'_> {
    /// The fact's wire name, a Japanese and an English sentence.
    #[expect(clippy::too_many_lines, reason = "one arm a fact: a table, not a procedure")]
    fn sentence(&self, fact: &Fact) -> (&'static str, String, String) {
        let by = self.by(fact);
        let (code, ja, en) = match &fact.kind {
            FactKind::CaseOpened => {
                ("caseOpened", "対応が始まりました。".to_owned(), "A case was opened.".to_owned())
            }
            FactKind::SessionRequested { .. } => (
                "sessionRequested",
                "患者さんが「呼ぶ」を押しました。".to_owned(),
                "The patient pressed “Call”.".to_owned(),
            ),
            FactKind::RingStarted { leg, round, .. } => {
                let to = self.leg(*leg);
                let (ja, en) = if *round > 1 {
                    (
                        format!("{}をもう一度呼び出しました（{round}回目）。", to.ja),
                        format!("{} is rung again (round {round}).", to.en),
                    )
                } else {
                    (format!("{}を呼び出しました。", to.ja), format!("{} is rung.", to.en))
                };
                ("ringStarted", ja, en)
            }
            FactKind::PageSent { leg, attempt, devices, .. } => {
                let to = self.leg(*leg);
                let (ja, en) = match devices {
                    0 => (
                        format!("{}の端末にはまだ届いていません（{attempt}回目）。", to.ja),
                        format!("No device of {} shows the call yet (attempt {attempt}).", to.en),
                    ),
                    n => (
                        format!("{}の端末{n}台に呼び出しを表示しました。", to.ja),
                        format!("The call is shown on {} of {}.", count(*n, "device"), to.en),
                    ),
                };
                ("pageSent", ja, en)
            }
            FactKind::RingTimedOut { leg } => {
                let to = self.leg(*leg);
                (
                    "ringTimedOut",
                    format!("{}は時間内に応答しませんでした。", to.ja),
                    format!("{} did not answer in time.", to.en),
                )
            }
            FactKind::Declined { leg, reason } => {
                let (who, why) = (self.leg(*leg), words::decline(*reason));
                (
                    "declined",
                    format!("{}が辞退しました（{}）。", who.ja, why.ja),
                    format!("{} declined ({}).", who.en, why.en),
                )
            }
            FactKind::Withdrawn { leg, taken_by } => {
                let who = self.leg(*leg);
                let (ja, en) = match taken_by.map(|p| self.person(p)) {
                    Some(taker) => (
                        format!("{}への呼び出しを止めました（{}が応答）。", who.ja, taker.ja),
                        format!("{} is no longer rung: {} took it.", who.en, taker.en),
                    ),
                    None => (
                        format!("{}への呼び出しを止めました。", who.ja),
                        format!("{} is no longer rung.", who.en),
                    ),
                };
                ("withdrawn", ja, en)
            }
            FactKind::NobodyOnDuty { line } => {
                let line = words::line(*line);
                (
                    "nobodyOnDuty",
                    format!("{}に当番がいませんでした。", line.ja),
                    format!("Nobody was on duty for {}.", line.en),
                )
            }
            FactKind::FallbackShown => (
                "fallbackShown",
                "端末に窓口の電話番号と119番の案内を表示しました。".to_owned(),
                "The tablet shows the desk's telephone number and 119.".to_owned(),
            ),
            FactKind::Accepted { leg, role: LegRole::Device, .. } => {
                let who = self.leg(*leg);
                ("accepted", format!("{}を通話に加えました。", who.ja), format!("{} was brought in.", who.en))
            }
            FactKind::Accepted { leg, .. } => {
                let who = self.leg(*leg);
                ("accepted", format!("{}が応答しました。", who.ja), format!("{} answered.", who.en))
            }
            FactKind::JoinConsentAsked { leg } => {
                let who = self.leg(*leg);
                (
                    "joinConsentAsked",
                    format!("{}の参加について患者さんに尋ねました。", who.ja),
                    format!("The patient is asked whether {} may join.", who.en),
                )
            }
            FactKind::JoinConsentGiven { leg, how } => {
                let who = self.leg(*leg);
                let (ja, en) = match how {
                    ConsentManner::OnTablet => (
                        format!("患者さんが{}の参加に同意しました（端末で「はい」）。", who.ja),
                        format!("The patient agreed that {} joins (“Yes” on the tablet).", who.en),
                    ),
                    ConsentManner::Spoken { heard_by } => {
                        let ear = self.person(*heard_by);
                        (
                            format!("患者さんが{}の参加に口頭で同意しました（{}が確認）。", who.ja, ear.ja),
                            format!("The patient agreed aloud that {} joins (heard by {}).", who.en, ear.en),
                        )
                    }
                };
                ("joinConsentGiven", ja, en)
            }
            FactKind::JoinConsentRefused { leg } => {
                let who = self.leg(*leg);
                (
                    "joinConsentRefused",
                    format!("患者さんは{}の参加に同意しませんでした。", who.ja),
                    format!("The patient did not agree that {} joins.", who.en),
                )
            }
            FactKind::GateOpened { leg } => {
                let who = self.leg(*leg);
                (
                    "gateOpened",
                    format!("{}との映像と音声を通しました。", who.ja),
                    format!("Picture and sound may pass to and from {}.", who.en),
                )
            }
            FactKind::GateClosed { leg } => {
                let who = self.leg(*leg);
                (
                    "gateClosed",
                    format!("{}との映像と音声を止めました。", who.ja),
                    format!("Picture and sound no longer pass to and from {}.", who.en),
                )
            }
            FactKind::Joined { leg } => {
                let who = self.leg(*leg);
                (
                    "joined",
                    format!("{}の映像と音声がつながりました。", who.ja),
                    format!("{} is connected.", who.en),
                )
            }
            FactKind::Away { leg } => {
                let who = self.leg(*leg);
                (
                    "away",
                    format!("{}との接続が途切れました。", who.ja),
                    format!("The connection to {} was lost.", who.en),
                )
            }
            FactKind::Left { leg, gave_up } => {
                let who = self.leg(*leg);
                let (ja, en) = if *gave_up {
                    (
                        format!("{}の接続が戻らず、退出とみなしました。", who.ja),
                        format!("{} did not come back and counts as gone.", who.en),
                    )
                } else {
                    (format!("{}が退出しました。", who.ja), format!("{} left.", who.en))
                };
                ("left", ja, en)
            }
            FactKind::CameBack { leg } => {
                let who = self.leg(*leg);
                ("cameBack", format!("{}が戻りました。", who.ja), format!("{} came back.", who.en))
            }
            FactKind::DeviceChanged { leg } => {
                let who = self.leg(*leg);
                (
                    "deviceChanged",
                    format!("{}が別の端末に移り、通話を続けています。", who.ja),
                    format!("{} continues on another device.", who.en),
                )
            }
            FactKind::PatientAlone => (
                "patientAlone",
                "患者さんがひとりになったため、窓口を呼び出しました。".to_owned(),
                "The patient was left alone; the desk is rung again.".to_owned(),
            ),
            FactKind::Declared { leg, microphone, camera } => {
                let who = self.leg(*leg);
                let (mic, cam) = (words::source(*microphone), words::source(*camera));
                (
                    "declared",
                    format!("{}：マイク {}、カメラ {}。", who.ja, mic.ja, cam.ja),
                    format!("{}: microphone {}, camera {}.", who.en, mic.en, cam.en),
                )
            }
            FactKind::ModeChanged { kind, mode, nurse_present } => {
                let (kind, mode) = (words::service_kind(*kind), words::media_mode(*mode));
                let (with, with_en) = if *nurse_present {
                    ("、看護師が同席", ", a nurse at the bedside")
                } else {
                    ("", "")
                };
                (
                    "modeChanged",
                    format!("診療形態：{}（{}{with}）。", kind.ja, mode.ja),
                    format!("Kind of care: {} ({}{with_en}).", kind.en, mode.en.to_lowercase()),
                )
            }
            FactKind::KindRefused { wanted, code } => {
                let (wanted, why) = (words::service_kind(*wanted), words::kind_refused(code));
                (
                    "kindRefused",
                    format!("「{}」には切り替えられませんでした（{}）。", wanted.ja, why.ja),
                    format!("“{}” was not possible: {}.", wanted.en, why.en),
                )
            }
            FactKind::RecordingAsked => (
                "recordingAsked",
                "全員に録画・録音の同意を尋ねました。".to_owned(),
                "Everybody is asked about recording.".to_owned(),
            ),
            FactKind::RecordingAnswered { leg, yes, withdrawal } => {
                let who = self.leg(*leg);
                let (ja, en) = match (yes, withdrawal) {
                    (true, _) => ("録画・録音に同意しました", "agreed to recording"),
                    (false, true) => {
                        ("録画・録音の同意を取り消しました", "withdrew the agreement to recording")
                    }
                    (false, false) => ("録画・録音を断りました", "refused recording"),
                };
                ("recordingAnswered", format!("{}が{ja}。", who.ja), format!("{} {en}.", who.en))
            }
            FactKind::RecordingStarted => {
                ("recordingStarted", "録画・録音を始めました。".to_owned(), "Recording started.".to_owned())
            }
            FactKind::RecordingPaused => (
                "recordingPaused",
                "録画・録音を一時停止しました。".to_owned(),
                "Recording paused.".to_owned(),
            ),
            FactKind::RecordingStopped => {
                ("recordingStopped", "録画・録音を終えました。".to_owned(), "Recording stopped.".to_owned())
            }
            FactKind::RecordingFailed { reason } => {
                let why = words::recording_failed(*reason);
                (
                    "recordingFailed",
                    format!("録画・録音を続けられませんでした（{}）。通話は続きます。", why.ja),
                    format!("Recording failed: {}. The call goes on.", why.en),
                )
            }
            FactKind::RecordingFinished { tracks, digest } => {
                let short: String = digest.chars().take(12).collect();
                (
                    "recordingFinished",
                    format!("録画・録音を保存しました（{tracks}トラック、照合値 {short}…）。"),
                    format!("The recording was saved ({}, digest {short}…).", count(*tracks, "track")),
                )
            }
            FactKind::IdentityChecked { method } => {
                let how = words::identity(*method);
                (
                    "identityChecked",
                    format!("{}が本人確認をしました：{}。", by.ja, how.ja),
                    format!("{} recorded how the patient was recognised: {}.", by.en, how.en),
                )
            }
            FactKind::RedFlagsScreened { found } => {
                let (ja, en) = if found.is_empty() {
                    ("該当なし".to_owned(), "none found".to_owned())
                } else {
                    let all: Vec<_> = found.iter().map(|f| words::red_flag(*f)).collect();
                    (
                        all.iter().map(|w| w.ja).collect::<Vec<_>>().join("、"),
                        all.iter().map(|w| w.en).collect::<Vec<_>>().join(", "),
                    )
                };
                ("redFlagsScreened", format!("危険な症状の確認：{ja}。"), format!("Red flags: {en}."))
            }
            FactKind::UrgencySet { urgency } => {
                let colour = words::urgency(*urgency);
                (
                    "urgencySet",
                    format!("緊急度を「{}」としました。", colour.ja),
                    format!("Urgency was set: {}.", colour.en),
                )
            }
            FactKind::SbarWritten { .. } => (
                "sbarWritten",
                format!("{}がSBARを記入しました。", by.ja),
                format!("{} wrote the SBAR.", by.en),
            ),
            FactKind::NoteWritten { .. } => (
                "noteWritten",
                format!("{}が記録を書きました。", by.ja),
                format!("{} wrote the note.", by.en),
            ),
            FactKind::ReadingStored { reading } => {
                let (ja, en) = self.reading(reading.reveal());
                ("readingStored", ja, en)
            }
            FactKind::Disposed { disposition } => {
                let outcome = words::outcome(disposition.reveal().outcome);
                (
                    "disposed",
                    format!("{}が転帰を決めました：{}。", by.ja, outcome.ja),
                    format!("{} decided: {}.", by.en, outcome.en),
                )
            }
            FactKind::DecisionTakenBack { why } => {
                let why = words::taken_back(*why);
                (
                    "decisionTakenBack",
                    format!("転帰は取り消され、改めて決めます（{}）。", why.ja),
                    format!("The decision no longer stands and is needed anew: {}.", why.en),
                )
            }
            FactKind::PrescriptionRefused { code } => {
                let why = words::kind_refused(code);
                (
                    "prescriptionRefused",
                    format!("{}は処方を選べませんでした（{}）。", by.ja, why.ja),
                    format!("{} could not prescribe: {}.", by.en, why.en),
                )
            }
            FactKind::Cancelled => (
                "cancelled",
                "患者さんが呼び出しを取り消しました。".to_owned(),
                "The patient took the call back.".to_owned(),
            ),
            FactKind::AnsweredByNext { .. } => (
                "answeredByNext",
                "患者さんがもう一度呼びました。取り消した呼び出しには次の通話で対応します。".to_owned(),
                "The patient called again; the next call answers for the one that was taken back.".to_owned(),
            ),
            FactKind::EndAsked => (
                "endAsked",
                format!("{}が通話を終えました（取り消し可能）。", by.ja),
                format!("{} ended the call; it can still be taken back.", by.en),
            ),
            FactKind::EndUndone => {
                ("endUndone", "通話の終了を取り消しました。".to_owned(), "The end was taken back.".to_owned())
            }
            FactKind::Ended => ("ended", "通話が終わりました。".to_owned(), "The call is over.".to_owned()),
            FactKind::CheckInDue => (
                "checkInDue",
                "通話を続けるかどうか担当者に確認しました。".to_owned(),
                "The owner is asked whether the call goes on.".to_owned(),
            ),
            FactKind::CheckInAnswered { leg } => {
                let who = self.leg(*leg);
                (
                    "checkInAnswered",
                    format!("{}が通話を続けると答えました。", who.ja),
                    format!("{} answered that the call goes on.", who.en),
                )
            }
            FactKind::CheckInMissed { leg } => {
                let who = self.leg(*leg);
                (
                    "checkInMissed",
                    format!("{}から答えがないため、次の担当に引き継ぎます。", who.ja),
                    format!("No answer came from {}; the next owner takes over.", who.en),
                )
            }
            FactKind::EverybodyBusy { line } => {
                let line = words::line(*line);
                (
                    "everybodyBusy",
                    format!("{}は全員ほかの対応中でした。", line.ja),
                    format!("Everybody on the line “{}” was with another patient.", line.en),
                )
            }
            FactKind::OxygenScaleSet { scale2, .. } => {
                let n = if *scale2 { 2 } else { 1 };
                (
                    "oxygenScaleSet",
                    format!("{}がSpO2スケール{n}を選びました。", by.ja),
                    format!("{} chose SpO2 scale {n}.", by.en),
                )
            }
            FactKind::DispositionOverdue => (
                "dispositionOverdue",
                "転帰がまだ記入されていません。".to_owned(),
                "The decision is overdue.".to_owned(),
            ),
            FactKind::RecheckDue => (
                "recheckDue",
                "約束した再確認の時刻です。".to_owned(),
                "The promised second look is due.".to_owned(),
            ),
            // A record that was signed before has no other place for it.
            FactKind::Rechecked { note } => (
                "rechecked",
                format!("{}が再確認をしました（{}）。", by.ja, note.reveal()),
                format!("{} took the second look ({}).", by.en, note.reveal()),
            ),
            FactKind::RecheckByNewCall => (
                "recheckByNewCall",
                "再確認の前に患者さんがもう一度呼びました。新しい通話で対応します。".to_owned(),
                "The patient called again before the second look; the new call takes its place.".to_owned(),
            ),
            FactKind::OwnerChanged { owner } => {
                let owner = self.owner(owner);
                ("ownerChanged", format!("担当：{}。", owner.ja), format!("In charge now: {}.", owner.en))
            }
            FactKind::Signed { version, digest } => {
                let short: String = digest.chars().take(12).collect();
                (
                    "signed",
                    format!("{}が記録に署名しました（第{version}版、照合値 {short}…）。", by.ja),
                    format!("{} signed the record (version {version}, digest {short}…).", by.en),
                )
            }
            FactKind::CaseClosed => {
                ("caseClosed", "対応を終えました。".to_owned(), "The case is closed.".to_owned())
            }
        };
        (code, ja, capital(en))
    }
}

fn count(n: u32, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn capital(text: String) -> String {
    let mut chars = text.chars();
    match chars.next() {
        Some(first) => first.to_uppercase().chain(chars).collect(),
        None => text,
    }
}
