//! What a call refuses, in words a tired person can act on.

use super::Problem;
use crate::session::Refused;

impl From<Refused> for Problem {
    fn from(refused: Refused) -> Self {
        let status = match refused {
            Refused::NotInCall
            | Refused::PatientOnly
            | Refused::ClinicianOnly
            | Refused::DoctorOnly
            | Refused::NotYoursToEnd
            | Refused::NotYoursToSign
            | Refused::NotYoursToRecheck
            | Refused::KindNotYours
            | Refused::NotLeading
            | Refused::OwnConsent => 403,
            Refused::NoSuchLeg | Refused::EquipmentElsewhere => 404,
            Refused::ReasonNeeded
            | Refused::ScaleReasonNeeded
            | Refused::RecheckInPast
            | Refused::RecheckTooFar
            | Refused::RecheckNoteNeeded
            | Refused::TextTooLong => 422,
            Refused::Ended
            | Refused::TakenBy(_)
            | Refused::AlreadyAnswered
            | Refused::NobodyOnDuty
            | Refused::EverybodyBusy
            | Refused::PersonBusy
            | Refused::NotOnDuty
            | Refused::YouAreBusy
            | Refused::Full
            | Refused::RingOver
            | Refused::ConsentRefused
            | Refused::ConnectionLost
            | Refused::OtherDevice
            | Refused::TooLateToUndo
            | Refused::NotExamination(_)
            | Refused::PrescriptionNeedsExamination
            | Refused::NoRecheck
            | Refused::StillRunning
            | Refused::ChangedMeanwhile
            | Refused::RecordingNotPossible
            | Refused::RecordingNoRoom
            | Refused::EquipmentBusy
            | Refused::EquipmentDirection
            | Refused::Signed => 409,
        };
        let mut problem = Self::new(status, refused.code(), refusal_text(refused));
        if let Refused::TakenBy(person) = refused {
            problem.taken_by = Some(person);
        }
        problem
    }
}

/// What happened and what to do now, Japanese and English in turn.
const fn refusal_text(refused: Refused) -> [&'static str; 4] {
    use crate::mode::NotExamination as N;
    match refused {
        Refused::Ended => [
            "通話は終わっています",
            "The call has ended",
            "一覧から記録を開けます",
            "Open the record from the list",
        ],
        Refused::TakenBy(_) => [
            "ほかの担当者が応答しました",
            "Somebody else took the call",
            "次の呼び出しをお待ちください",
            "Wait for the next call",
        ],
        Refused::NotInCall => [
            "この通話に参加していません",
            "You are not in this call",
            "呼び出しに応答するか、窓口に連絡してください",
            "Answer a ring first, or ask the desk",
        ],
        Refused::PatientOnly => [
            "患者さんのタブレットだけができる操作です",
            "Only the patient's tablet can do this",
            "患者さんに画面の「はい」を押してもらってください",
            "Ask the patient to press “Yes” on the tablet",
        ],
        Refused::ClinicianOnly => [
            "通話中の医療者だけができる操作です",
            "Only a clinician in the call can do this",
            "通話中の看護師か医師に頼んでください",
            "Ask the nurse or doctor in the call",
        ],
        Refused::DoctorOnly => [
            "医師だけができる操作です",
            "Only the doctor in the call can do this",
            "当番医を呼んでください",
            "Call the duty doctor",
        ],
        Refused::AlreadyAnswered => [
            "もう応答されています",
            "It was already answered",
            "通話の画面から終えてください",
            "Leave from the call screen",
        ],
        Refused::NobodyOnDuty => [
            "いま当番の人がいません",
            "Nobody is on duty on that line",
            "窓口の手順に沿って電話で連絡してください",
            "Follow the desk's procedure and telephone",
        ],
        Refused::EverybodyBusy => [
            "当番の人は全員ほかの対応中です",
            "Everybody on duty is with another patient",
            "少し待ってもう一度呼ぶか、電話で連絡してください",
            "Ring again in a moment, or telephone",
        ],
        Refused::PersonBusy => [
            "その人はほかの対応中です",
            "That person is with another patient",
            "ほかの当番を選ぶか、少し待って呼んでください",
            "Choose somebody else, or wait a moment",
        ],
        Refused::NotOnDuty => [
            "いまの時間の当番ではありません",
            "Not on duty at this time",
            "当番表を確かめてください",
            "Check the rota",
        ],
        Refused::YouAreBusy => [
            "ほかの患者さんの対応中です",
            "You are in a call with another patient",
            "いまの通話を終えてから応答してください",
            "Finish that call first",
        ],
        Refused::Full => [
            "この通話には五人までしか入れません",
            "The call already holds five people",
            "だれかが退出してから入ってください",
            "Join when somebody has left",
        ],
        Refused::NoSuchLeg => [
            "その人はこの通話にいません",
            "No such person in this call",
            "画面を新しくして確かめてください",
            "Refresh and look again",
        ],
        Refused::RingOver => {
            ["呼び出しは終わっています", "The ring is over", "一覧を確かめてください", "Look at the list"]
        }
        Refused::ConsentRefused => [
            "患者さんの同意が得られませんでした",
            "The patient did not agree",
            "看護師から患者さんに説明してもらってください",
            "Ask the nurse to explain and invite again",
        ],
        Refused::OwnConsent => [
            "自分の参加の同意は自分では確認できません",
            "You cannot confirm the consent to your own joining",
            "通話中のほかの医療者に確認してもらってください",
            "Ask another clinician in the call",
        ],
        Refused::ConnectionLost => [
            "通話の映像と音声が途切れています",
            "Your connection to the call was lost",
            "つながり直したら、患者さんにもう一度尋ねてください",
            "Ask the patient again once you are connected",
        ],
        Refused::OtherDevice => [
            "この通話は別の端末で開いています",
            "This call is open on your other device",
            "この端末で続けるには「この端末で続ける」を押してください",
            "To go on here, press “Continue here”",
        ],
        Refused::TooLateToUndo => [
            "通話は終わりました",
            "It is too late to take the end back",
            "必要なら患者さんに電話してください",
            "Telephone the patient if needed",
        ],
        Refused::NotExamination(N::NoPlan) => [
            "有効な診療計画がないため、オンライン診療にできません",
            "No care plan holds now, so this is not an online examination",
            "健康医療相談として続けるか、往診・受診を選んでください",
            "Go on as advice, or choose a house call or a visit",
        ],
        Refused::NotExamination(N::NotNamed) => [
            "診療計画に名前がないため、オンライン診療にできません",
            "The care plan does not name you, so this is not an online examination",
            "健康医療相談として続けるか、往診を選んでください",
            "Go on as advice, or choose a house call",
        ],
        Refused::NotExamination(N::NoNotice) => [
            "医療機関の届出がないため、オンライン診療にできません",
            "Your institution has no notice in force, so this is not an online examination",
            "健康医療相談として続けてください",
            "Go on as advice",
        ],
        Refused::NotExamination(N::NotTwoWay) => [
            "映像と音声が双方向でないため、オンライン診療にできません",
            "Picture and sound do not run both ways, so this is not an online examination",
            "カメラとマイクを確かめるか、相談として続けてください",
            "Check camera and microphone, or go on as advice",
        ],
        Refused::NotExamination(N::SuddenIllness) => [
            "急病急変は対面が原則のため、オンライン診療にできません",
            "Sudden illness is seen face to face in principle, so this is not an online examination",
            "往診・救急・病院を選んでください",
            "Choose a house call, 119 or hospital",
        ],
        Refused::KindNotYours => [
            "この職種では選べない区分です",
            "Your role cannot give that kind of care",
            "別の区分を選んでください",
            "Choose another kind",
        ],
        Refused::NotLeading => [
            "いま診ている人が区分を決めます",
            "Whoever leads the call names the kind of care",
            "診ている人に頼むか、その人が抜けてから選んでください",
            "Ask them, or choose once they have left",
        ],
        Refused::ReasonNeeded => [
            "急を要する症例をオンラインで終えるには医師の理由が必要です",
            "A red or orange case, or one with a red flag, may end online only with the doctor's written reason",
            "理由を書くか、往診・救急・病院を選んでください",
            "Write the reason, or choose a house call, 119 or hospital",
        ],
        Refused::PrescriptionNeedsExamination => [
            "この通話でオンライン診療をしていないため、処方できません",
            "No prescription: you did not examine the patient online in this call",
            "通話中ならオンライン診療に切り替えて診るか、往診・受診・翌日の主治医を選んでください",
            "While the call runs, examine online first; otherwise choose a house call, hospital or their own doctor tomorrow",
        ],
        Refused::ScaleReasonNeeded => [
            "SpO2スケールの変更には医師の理由が必要です",
            "Changing the SpO2 scale needs the doctor's written reason",
            "理由を書いてもう一度選んでください",
            "Write the reason and choose again",
        ],
        Refused::RecheckInPast => [
            "再確認の時刻が過去です",
            "The recheck time has passed",
            "これからの時刻を選んでください",
            "Choose a time to come",
        ],
        Refused::RecheckTooFar => [
            "再確認の時刻が先すぎます",
            "The recheck lies too far ahead",
            "48時間以内の時刻を選ぶか、「明日、主治医へ」を選んでください",
            "Choose a time within 48 hours, or their own doctor tomorrow",
        ],
        Refused::NoRecheck => [
            "この通話に待っている再確認はありません",
            "No second look is owed for this call",
            "一覧を確かめてください",
            "Look at the list",
        ],
        Refused::NotYoursToRecheck => [
            "再確認を記録できるのは、窓口看護師と、通話にいた医師です",
            "The second look is the desk nurse's, or a doctor's who was in the call",
            "見たことを窓口に伝えてください",
            "Tell the desk what you saw",
        ],
        Refused::RecheckNoteNeeded => [
            "再確認の結果を書いてください",
            "Write what the second look showed",
            "ひとことで構いません。書いてもう一度押してください",
            "A few words are enough; then press again",
        ],
        Refused::TextTooLong => [
            "文章が長すぎます",
            "The text is too long",
            "一つの欄を4,000文字以内にしてください",
            "Keep each field within 4,000 characters",
        ],
        Refused::StillRunning => [
            "通話か判断がまだ終わっていません",
            "The call is not over, or the decision is missing",
            "通話を終え、転帰を選んでから署名してください",
            "End the call and choose what follows, then sign",
        ],
        Refused::NotYoursToEnd => [
            "全員の通話を終えられるのは窓口看護師と医師です",
            "Only the desk nurse or the doctor may end the call for everybody",
            "自分だけ退出してください",
            "Leave the call yourself instead",
        ],
        Refused::NotYoursToSign => [
            "この記録に署名するのは、判断をした人です",
            "The record is signed by whoever decided",
            "診た医師に、医師がいなければ応対した看護師に、署名を頼んでください",
            "Ask the doctor who saw the patient to sign; where there was none, the nurse who answered",
        ],
        Refused::ChangedMeanwhile => [
            "ご覧になったあとに、記録が書きかえられました",
            "The record was changed after you looked at it",
            "いまの記録を確かめてから、もう一度押してください",
            "Look at it as it is now, then press again",
        ],
        Refused::RecordingNotPossible => [
            "いまは録画できません",
            "Recording is not possible now",
            "録画せずに続けてください",
            "Go on without recording",
        ],
        Refused::RecordingNoRoom => [
            "録画を保存する場所が足りません",
            "There is no room to keep a recording",
            "録画せずに続けてください。この機械を管理する人に、空きを増やすよう伝えてください",
            "Go on without recording, and ask whoever keeps this machine to make room",
        ],
        Refused::EquipmentElsewhere => [
            "この通話では使えない機器です",
            "That device does not belong to this call",
            "一覧にある機器を選んでください",
            "Choose a device from the list",
        ],
        Refused::EquipmentBusy => [
            "その機器は別の通話で使用中です",
            "That device is in another call",
            "空いたらもう一度加えてください",
            "Bring it in when it is free",
        ],
        Refused::EquipmentDirection => [
            "カメラは送信専用、ディスプレイは受信専用です",
            "A camera only sends, a display only receives",
            "カメラは WHIP、ディスプレイは WHEP を設定してください",
            "Set up cameras for WHIP and displays for WHEP",
        ],
        Refused::Signed => [
            "記録は署名済みです",
            "The record is signed",
            "訂正は、日中の主治医か事務局に書面で伝えてください",
            "Give a correction to the day's doctor or the office in writing",
        ],
    }
}

#[cfg(test)]
mod tests;
