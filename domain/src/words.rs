//! The words for what the domain names: a stable code for machines, Japanese first and English beside it for
//! people. Page, time line and FHIR say the same thing because they read it here.

use crate::duty::Line;
use crate::mode::{MediaMode, ServiceKind};
use crate::people::{Role, Sex};
use crate::session::{
    ConsentManner, DeclineReason, IdentityMethod, LegRole, Outcome, RecordingFailure, RedFlag, SourceState,
    TakenBack, Urgency,
};
use crate::vitals::score::{Band, Item};
use crate::vitals::{Consciousness, Flag, Site};

/// One thing's names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Words {
    /// The wire's name of it; never changes.
    pub code: &'static str,
    /// Japanese.
    pub ja: &'static str,
    /// English.
    pub en: &'static str,
}

const fn words(code: &'static str, ja: &'static str, en: &'static str) -> Words {
    Words { code, ja, en }
}

/// Kind of care, in the words of the law and the guideline.
pub const fn service_kind(kind: ServiceKind) -> Words {
    match kind {
        ServiceKind::NurseAdvice => {
            words("nurseAdvice", "遠隔健康医療相談（医師以外）", "Remote health consultation (nurse)")
        }
        ServiceKind::DoctorAdvice => {
            words("doctorAdvice", "遠隔健康医療相談（医師）", "Remote health consultation (doctor)")
        }
        ServiceKind::OnlineExamination => {
            words("onlineExamination", "オンライン診療", "Online medical examination")
        }
    }
}

/// What was on.
pub const fn media_mode(mode: MediaMode) -> Words {
    match mode {
        MediaMode::None => words("none", "通信なし", "Nothing on"),
        MediaMode::Audio => words("audio", "音声のみ", "Sound only"),
        MediaMode::VideoAudio => words("videoAudio", "映像と音声", "Picture and sound"),
    }
}

/// What a leg is for.
pub const fn leg_role(role: LegRole) -> Words {
    match role {
        LegRole::Patient => words("patient", "患者", "Patient"),
        LegRole::DeskNurse => words("deskNurse", "当番看護師", "Desk nurse"),
        LegRole::DutyDoctor => words("dutyDoctor", "当番医", "Duty doctor"),
        LegRole::VisitingNurse => words("visitingNurse", "訪問看護師", "Visiting nurse"),
        LegRole::Device => words("device", "機器", "Device"),
    }
}

/// What a member of staff does.
pub const fn role(role: Role) -> Words {
    match role {
        Role::DeskNurse => words("deskNurse", "当番看護師", "Desk nurse"),
        Role::Doctor => words("doctor", "医師", "Doctor"),
        Role::VisitingNurse => words("visitingNurse", "訪問看護師", "Visiting nurse"),
        Role::Administrator => words("administrator", "事務局", "Administrator"),
    }
}

/// A line of duty.
pub const fn line(line: Line) -> Words {
    match line {
        Line::Desk => words("desk", "夜間連携窓口", "the liaison desk"),
        Line::DutyDoctor => words("dutyDoctor", "当番医", "the duty doctors"),
        Line::VisitingNurse => words("visitingNurse", "当番の訪問看護師", "the visiting nurses on call"),
    }
}

/// Administrative sex.
pub const fn sex(sex: Sex) -> Words {
    match sex {
        Sex::Female => words("female", "女性", "female"),
        Sex::Male => words("male", "男性", "male"),
        Sex::Other => words("other", "その他", "other"),
        Sex::Unknown => words("unknown", "性別不明", "sex unknown"),
    }
}

/// How the patient was recognised.
pub const fn identity(method: IdentityMethod) -> Words {
    match method {
        IdentityMethod::TabletAndFace => {
            words("tabletAndFace", "貸与端末と顔", "Lent tablet and face on record")
        }
        IdentityMethod::NameAndBirthDate => {
            words("nameAndBirthDate", "氏名と生年月日", "Name and date of birth")
        }
        IdentityMethod::Known => words("known", "面識あり", "Known to the nurse"),
        IdentityMethod::ByProxy => words("byProxy", "付き添いの人による確認", "By a person at the bedside"),
        IdentityMethod::NotYet => words("notYet", "未確認", "Not yet recognised"),
    }
}

/// A red flag.
pub const fn red_flag(flag: RedFlag) -> Words {
    match flag {
        RedFlag::Breathing => words("breathing", "息が苦しい", "Hard to breathe"),
        RedFlag::Consciousness => words("consciousness", "意識がおかしい", "Altered consciousness"),
        RedFlag::ChestPain => words("chestPain", "胸の痛み", "Chest pain"),
        RedFlag::Bleeding => words("bleeding", "止まらない出血", "Bleeding that does not stop"),
        RedFlag::HeadInjury => words("headInjury", "転倒して頭を打った", "Fall with head injury"),
        RedFlag::Seizure => words("seizure", "けいれん", "Seizure"),
    }
}

/// Triage colour.
pub const fn urgency(urgency: Urgency) -> Words {
    match urgency {
        Urgency::Red => words("red", "赤：今すぐ119番", "Red: 119 now"),
        Urgency::Orange => words("orange", "橙：1時間以内", "Orange: within 1 hour"),
        Urgency::Yellow => words("yellow", "黄：6時間以内", "Yellow: within 6 hours"),
        Urgency::Green => words("green", "緑：24時間以内", "Green: within 24 hours"),
        Urgency::Blue => words("blue", "青：自宅で様子をみる", "Blue: care at home"),
    }
}

/// The decision. The time of a second look is not in the words.
pub const fn outcome(outcome: Outcome) -> Words {
    match outcome {
        Outcome::Advice => words("advice", "助言で終了", "Advice given"),
        Outcome::Prescription => words("prescription", "処方", "Prescription"),
        Outcome::NurseVisit => words("nurseVisit", "訪問看護師が訪問", "A nurse visits"),
        Outcome::HouseCall => words("houseCall", "医師が往診", "A doctor makes a house call"),
        Outcome::Ambulance => words("ambulance", "119番通報・救急搬送", "Ambulance (119)"),
        Outcome::Hospital => words("hospital", "病院を受診", "To hospital"),
        Outcome::RecheckAt { .. } => {
            words("recheckAt", "時間をおいて再確認", "Second look at an agreed time")
        }
        Outcome::NextDay => words("nextDay", "翌日に主治医へ", "The daytime doctor, tomorrow"),
        Outcome::CancelledAndChecked => {
            words("cancelledAndChecked", "患者が取り消し・無事を確認", "Cancelled by the patient, all well")
        }
    }
}

/// Why a decision does not stand any more.
pub const fn taken_back(why: TakenBack) -> Words {
    match why {
        TakenBack::SuddenIllness => words(
            "suddenIllness",
            "急病急変とわかり、オンラインで終えるには医師の理由が必要です",
            "it turned out to be sudden illness, which ends online only with a doctor's reason",
        ),
        TakenBack::DoctorJoined => {
            words("doctorJoined", "医師が加わったため、医師が決めます", "a doctor joined and decides")
        }
    }
}

/// Why a ring was turned down.
pub const fn decline(reason: DeclineReason) -> Words {
    match reason {
        DeclineReason::WithPatient => words("withPatient", "ほかの患者に対応中", "with another patient"),
        DeclineReason::Travelling => words("travelling", "移動中", "on the road"),
        DeclineReason::Unavailable => words("unavailable", "今は出られない", "cannot talk now"),
        DeclineReason::Other => words("other", "理由なし", "no reason given"),
    }
}

/// What a device says of its microphone or camera.
pub const fn source(state: SourceState) -> Words {
    match state {
        SourceState::On => words("on", "使用中", "on"),
        SourceState::Off => words("off", "切", "off"),
        SourceState::Denied => words("denied", "許可なし", "permission refused"),
        SourceState::InUse => words("inUse", "ほかのアプリが使用中", "held by another program"),
        SourceState::Absent => words("absent", "なし", "none"),
        SourceState::Held => words("held", "電話のため一時停止", "taken by a telephone call"),
    }
}

/// How an agreement was given.
pub const fn manner(how: ConsentManner) -> Words {
    match how {
        ConsentManner::OnTablet => words("onTablet", "端末で「はい」", "“Yes” on the tablet"),
        ConsentManner::Spoken { .. } => words("spoken", "口頭", "Spoken"),
    }
}

/// Why a kind of care or a prescription was refused, from the refusal's code as the fact keeps it. A code this version does not know is
/// never printed.
pub fn kind_refused(code: &str) -> Words {
    match code {
        "examination-no-plan" => {
            words("examination-no-plan", "有効な診療計画がありません", "no care plan holds now")
        }
        "examination-not-named" => words(
            "examination-not-named",
            "診療計画に医師の名前がありません",
            "the care plan does not name the doctor",
        ),
        "examination-no-notice" => words(
            "examination-no-notice",
            "医療機関の届出がありません",
            "the institution has no notice in force",
        ),
        "examination-not-two-way" => words(
            "examination-not-two-way",
            "映像と音声が双方向ではありません",
            "picture and sound do not run both ways",
        ),
        "examination-sudden-illness" => words(
            "examination-sudden-illness",
            "急病急変は対面が原則です",
            "sudden illness is seen face to face in principle",
        ),
        "doctor-only" => {
            words("doctor-only", "医師だけが選べます", "only the doctor in the call may choose it")
        }
        "kind-not-yours" => {
            words("kind-not-yours", "この職種では選べません", "this role cannot give that kind of care")
        }
        "not-leading" => words(
            "not-leading",
            "いま診ている人が区分を決めます",
            "whoever leads the call names the kind of care",
        ),
        "clinician-only" => words(
            "clinician-only",
            "通話中の医療者だけが選べます",
            "only a clinician in the call may choose it",
        ),
        "prescription-needs-examination" => words(
            "prescription-needs-examination",
            "この通話でオンライン診療をしていません",
            "the doctor did not examine online in this call",
        ),
        "reason-needed" => words(
            "reason-needed",
            "急病急変をオンラインで終える理由がありません",
            "no reason was given to end sudden illness online",
        ),
        "text-too-long" => words("text-too-long", "文章が長すぎました", "a text was too long"),
        "not-in-call" => words("not-in-call", "通話に参加していません", "not in the call"),
        "call-ended" => words("call-ended", "通話が終わっています", "the call had ended"),
        "record-signed" => words("record-signed", "記録は署名済みです", "the record is signed"),
        _ => words("other", "理由の記録はありません", "no reason is on record"),
    }
}

/// Why a recording broke off. Details are in the server's log.
pub const fn recording_failed(reason: RecordingFailure) -> Words {
    match reason {
        RecordingFailure::NoRoom => words("no-room", "保存する場所がいっぱいです", "the disk is full"),
        RecordingFailure::WriteFailed => words(
            "write-failed",
            "保存する装置が書き込みを受け付けません",
            "the disk did not take what was written",
        ),
        RecordingFailure::RecorderDied => {
            words("recorder-died", "記録装置の不調です", "the recorder stopped")
        }
        RecordingFailure::Unknown => words("unknown", "理由の記録はありません", "no reason is on record"),
    }
}

/// ACVPU.
pub const fn consciousness(level: Consciousness) -> Words {
    match level {
        Consciousness::Alert => words("alert", "清明（A）", "Alert (A)"),
        Consciousness::Confusion => words("confusion", "新たな混乱（C）", "New confusion (C)"),
        Consciousness::Voice => words("voice", "呼びかけに反応（V）", "Responds to voice (V)"),
        Consciousness::Pain => words("pain", "痛みに反応（P）", "Responds to pain (P)"),
        Consciousness::Unresponsive => words("unresponsive", "反応なし（U）", "Unresponsive (U)"),
    }
}

/// Where a thermometer was held.
pub const fn site(site: Site) -> Words {
    match site {
        Site::Axilla => words("axilla", "腋窩", "Armpit"),
        Site::Body => words("body", "体表", "Body"),
        Site::Ear => words("ear", "耳たぶ", "Ear lobe"),
        Site::Finger => words("finger", "指", "Finger"),
        Site::GastroIntestinal => words("gastroIntestinal", "消化管", "Gastro-intestinal tract"),
        Site::Mouth => words("mouth", "口腔", "Mouth"),
        Site::Rectum => words("rectum", "直腸", "Rectum"),
        Site::Toe => words("toe", "足の指", "Toe"),
        Site::Tympanum => words("tympanum", "鼓膜", "Ear drum"),
    }
}

/// An item of NEWS2.
pub const fn item(item: Item) -> Words {
    match item {
        Item::Respiration => words("respiration", "呼吸数", "Breathing rate"),
        Item::Spo2 => words("spo2", "SpO2", "SpO2"),
        Item::Oxygen => words("oxygen", "酸素投与", "Oxygen"),
        Item::Systolic => words("systolic", "収縮期血圧", "Systolic"),
        Item::Pulse => words("pulse", "脈拍", "Pulse"),
        Item::Consciousness => words("consciousness", "意識", "Consciousness"),
        Item::Temperature => words("temperature", "体温", "Temperature"),
    }
}

/// A band of NEWS2.
pub const fn band(band: Band) -> Words {
    match band {
        Band::Low => words("low", "低", "Low"),
        Band::LowMedium => words("lowMedium", "低〜中", "Low–medium"),
        Band::Medium => words("medium", "中", "Medium"),
        Band::High => words("high", "高", "High"),
    }
}

/// What is known against a reading.
pub const fn flag(flag: Flag) -> Words {
    let code = match flag {
        Flag::FutureStamped => "futureStamped",
        Flag::Implausible => "implausible",
        Flag::ClockUnset => "clockUnset",
        Flag::Questionable => "questionable",
        Flag::Invalid => "invalid",
        Flag::EarlyEstimate => "earlyEstimate",
        Flag::Ongoing => "ongoing",
        Flag::FromMemory => "fromMemory",
        Flag::NotOnUser => "notOnUser",
        Flag::NoContact => "noContact",
        Flag::LowPerfusion => "lowPerfusion",
        Flag::PoorSignal => "poorSignal",
        Flag::SensorFault => "sensorFault",
        Flag::CuffLoose => "cuffLoose",
        Flag::Movement => "movement",
        Flag::WrongPosition => "wrongPosition",
        Flag::IrregularPulse => "irregularPulse",
        Flag::PulseOutOfRange => "pulseOutOfRange",
        Flag::OutOfDeviceRange => "outOfDeviceRange",
        Flag::Demo => "demo",
        Flag::Test => "test",
    };
    let (ja, en) = flag.label();
    words(code, ja, en)
}

#[cfg(test)]
mod tests;
