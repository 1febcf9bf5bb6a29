//! Devices in the field branch on codes: they stay as they are.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::*;
use crate::id::PersonId;
use crate::mode::NotExamination as N;

/// Every refusal with the code that devices in the field branch on. One without a row does not compile.
macro_rules! codes {
    ({ $($unit:ident $code:literal),+ $(,)? } { $($with:pat = $value:expr => $its:literal),+ $(,)? }) => {
        fn codes() -> Vec<(Refused, &'static str)> {
            match Refused::Ended {
                $(Refused::$unit)|+ | $($with)|+ => {}
            }
            vec![$((Refused::$unit, $code)),+, $(($value, $its)),+]
        }
    };
}

codes! {
    {
        Ended "call-ended",
        NotInCall "not-in-call",
        PatientOnly "patient-only",
        ClinicianOnly "clinician-only",
        DoctorOnly "doctor-only",
        AlreadyAnswered "already-answered",
        NobodyOnDuty "nobody-on-duty",
        EverybodyBusy "everybody-busy",
        PersonBusy "person-busy",
        NotOnDuty "not-on-duty",
        YouAreBusy "you-are-busy",
        Full "call-full",
        NoSuchLeg "no-such-leg",
        RingOver "ring-over",
        ConsentRefused "consent-refused",
        OwnConsent "own-consent",
        ConnectionLost "connection-lost",
        OtherDevice "other-device",
        TooLateToUndo "too-late-to-undo",
        KindNotYours "kind-not-yours",
        NotLeading "not-leading",
        ReasonNeeded "reason-needed",
        PrescriptionNeedsExamination "prescription-needs-examination",
        ScaleReasonNeeded "scale-reason-needed",
        RecheckInPast "recheck-in-past",
        RecheckTooFar "recheck-too-far",
        NoRecheck "no-recheck",
        NotYoursToRecheck "not-yours-to-recheck",
        RecheckNoteNeeded "recheck-note-needed",
        TextTooLong "text-too-long",
        StillRunning "still-running",
        NotYoursToEnd "not-yours-to-end",
        NotYoursToSign "not-yours-to-sign",
        ChangedMeanwhile "changed-meanwhile",
        RecordingNotPossible "recording-not-possible",
        RecordingNoRoom "recording-no-room",
        EquipmentElsewhere "equipment-elsewhere",
        EquipmentBusy "equipment-busy",
        EquipmentDirection "equipment-direction",
        Signed "record-signed",
    }
    {
        Refused::TakenBy(_) = Refused::TakenBy(PersonId(Uuid::from_u128(7))) => "taken-by-other",
        Refused::NotExamination(N::NoPlan) = Refused::NotExamination(N::NoPlan) => "examination-no-plan",
        Refused::NotExamination(N::NotNamed) = Refused::NotExamination(N::NotNamed) => "examination-not-named",
        Refused::NotExamination(N::NoNotice) = Refused::NotExamination(N::NoNotice) => "examination-no-notice",
        Refused::NotExamination(N::NotTwoWay) = Refused::NotExamination(N::NotTwoWay)
            => "examination-not-two-way",
        Refused::NotExamination(N::SuddenIllness) = Refused::NotExamination(N::SuddenIllness)
            => "examination-sudden-illness",
    }
}

#[test]
fn every_refusal_keeps_its_code_and_no_two_share_code_or_words() {
    let (mut seen, mut texts) = (BTreeSet::new(), BTreeSet::new());
    for (refused, code) in codes() {
        let problem = Problem::from(refused);
        assert_eq!(problem.code, code);
        assert_eq!(problem.kind, format!("urn:yoban:problem:{code}"));
        assert!(seen.insert(code), "{code} twice");
        assert!((400..500).contains(&problem.status), "{code}: nobody's machine is broken");
        assert!(texts.insert(problem.title.clone()), "{code}: two refusals in the same words");
        assert!(texts.insert(problem.title_en.clone()), "{code}: two refusals in the same words");
        let (ja, en) = ([&problem.title, &problem.next], [&problem.title_en, &problem.next_en]);
        assert!(
            ja.iter().all(|text| !text.is_ascii()) && en.iter().all(|text| !text.trim().is_empty()),
            "{code}"
        );
    }
}
