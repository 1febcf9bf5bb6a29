//! What a store must do, written once and run on both databases by `tests/sqlite.rs` and `tests/postgres.rs`.
//!
//! Every behaviour gets a freshly migrated, empty store of its own. The night they play in lies in the year
//! 2040: a store that looked at a clock anywhere would fail most of them.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    reason = "these are tests that stand outside a test module so that two test programs can share them"
)]

pub mod away;
pub mod cases;
pub mod deliveries;
pub mod facts;
pub mod kill;
pub mod people;
pub mod records;
pub mod scene;
pub mod schema;
pub mod sessions;
pub mod timers;
pub mod turns;

/// One test for every behaviour, on a store that the caller's `fresh()` gives with what must outlive it. Both test programs
/// use this list, so none is forgotten on one side; a test compares it with the functions that exist.
#[macro_export]
macro_rules! behaviours {
    (each $($module:ident: { $($name:ident,)+ })+) => {$(
        mod $module {
            $(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $name() {
                    let (_kept, store) = super::fresh().await;
                    $crate::conformance::$module::$name(&store).await;
                    store.close().await;
                }
            )+
        }
    )+};
    () => {
        #[tokio::test]
        #[ignore = "the process that the test of kills starts and kills"]
        async fn writer() {
            $crate::conformance::kill::writer().await;
        }

        $crate::behaviours! {
            each
            turns: {
                rollback_leaves_nothing,
                dropped_turn_leaves_nothing,
                failed_statement_ends_the_turn,
                refused_commit_leaves_nothing,
                reader_does_not_wait_for_the_writer,
                a_read_is_one_snapshot,
                fifty_writers_queue_without_busy,
                cancelled_turns_leave_the_writer_usable,
                migrating_twice_is_harmless,
                ready_when_migrated,
                closed_store_refuses,
                instants_come_from_arguments,
            }
            cases: {
                a_case_comes_back_as_stored,
                stale_case_version_is_a_conflict,
                an_open_case_needs_owner_and_deadline,
                the_newest_open_case_of_a_patient_counts,
                a_night_lists_what_was_open_in_it,
                turns_on_one_case_lose_no_update,
                tenants_never_mix,
                references_stay_inside_the_tenant,
                corrupt_state_is_told,
                corrupt_body_is_told,
            }
            facts: {
                facts_number_without_gaps,
                racing_facts_number_without_gaps,
                facts_are_append_only,
                facts_need_their_own_tenant,
                nul_is_kept_in_bodies_and_refused_in_keys,
            }
            sessions: {
                a_session_comes_back_as_stored,
                stale_session_version_is_a_conflict,
                one_live_session_per_patient,
                one_live_session_per_device,
                one_online_examination_per_doctor,
                one_tap_wins_the_race,
                engagements_follow_the_session,
                one_person_takes_one_of_two_calls,
                an_ended_session_engages_nobody,
                a_leg_is_carried_by_one_node,
                recordings_keep_versions,
            }
            timers: {
                due_timers_come_in_order,
                racing_contenders_lease_each_timer_once,
                an_expired_lease_is_taken_over,
                replacing_keeps_what_is_the_same,
                replacing_moves_and_removes,
                of_one_reason_the_earlier_counts,
                a_stale_timer_changes_nothing,
                timer_ids_are_never_used_again,
                a_corrupt_timer_stands_in_nobodys_way,
                next_due_minds_leases,
                released_timers_are_free_at_once,
                a_parked_timer_is_in_nobodys_way,
            }
            deliveries: {
                an_outbox_key_is_stored_once,
                a_turn_taken_back_says_nothing,
                deliveries_wait_for_their_time,
                racing_contenders_deliver_once,
                a_lost_delivery_is_taken_over,
                a_failed_delivery_comes_later,
                a_parked_delivery_is_in_nobodys_way,
                released_deliveries_are_free_at_once,
            }
            records: {
                a_reading_is_stored_once_by_its_id,
                racing_readings_are_stored_once,
                readings_come_in_the_order_taken,
                signed_versions_keep_their_bytes,
                signed_versions_never_change,
                two_signatures_make_one_version,
            }
            people: {
                a_request_is_answered_once,
                a_request_key_belongs_to_its_body_and_actor,
                an_abandoned_request_is_taken_over,
                racing_requests_run_once,
                a_code_signs_in_once,
                duty_is_half_open,
                people_devices_and_places_come_back,
                devices_of_a_kind_are_those_in_use_of_one_tenant,
                a_setting_is_made_once,
            }
        }
    };
}
