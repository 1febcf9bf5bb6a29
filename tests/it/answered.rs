//! The call that is answered.

use yoban_tests::Night;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tap_ring_answer_and_both_hear_and_see_each_other() {
    let night = Night::begin(&[]).await;
    let (mut patient, mut nurse) = (night.patient(0).await, night.nurse(0).await);
    let call = night.answered(&mut patient, &mut nurse).await;
    nurse.hears_and_sees(call.patient, &patient.clip).await;
    patient.hears_and_sees(call.nurse, &nurse.clip).await;
}
