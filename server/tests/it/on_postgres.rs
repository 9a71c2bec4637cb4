//! The tests that hold for every store, run again with their data in PostgreSQL.
//!
//! Elsewhere in this program they run on SQLite. Both stores must behave the same.

use crate::faults::revoked_writers;
use crate::harness::with_postgres;

macro_rules! again {
    ($($module:ident::$test:ident,)*) => {
        $(
            #[test]
            fn $test() {
                with_postgres($module::$test);
            }
        )*
    };
}

use crate::{
    audit, authentication, bootstrap, command_line, companions, durability, operations, operators,
    revocation, secrecy, tenancy,
};
use operators::{members, retention, tokens};

again! {
    revoked_writers::nothing_is_written_for_a_token_after_its_revocation_is_acknowledged,
    revoked_writers::last_use_is_not_recorded_after_the_revocation_of_its_token,
    audit::trail_says_who_did_what_to_which_token_and_from_where,
    secrecy::logs_metrics_and_database_hold_no_token_and_no_key,
    revocation::revoked_token_is_refused_and_a_bystander_is_not,
    revocation::every_way_to_give_no_reason_is_equivalent,
    revocation::second_revoke_returns_the_original_record_with_another_code,
    revocation::caller_may_revoke_the_token_that_it_is_using,
    revocation::request_whose_body_comes_after_the_revocation_of_its_token_is_refused,
    revocation::admin_who_loses_the_role_before_the_body_comes_is_refused,
    revocation::parallel_revokes_agree_on_one_record_and_one_of_them_is_first,
    tenancy::foreign_unknown_and_wrong_business_are_the_same_404,
    tenancy::member_may_revoke_only_its_own_tokens_and_an_admin_all,
    tenancy::same_person_has_a_role_in_each_business,
    companions::created_token_works_at_once_and_is_shown_once,
    companions::eleventh_active_token_is_refused_until_one_is_revoked,
    companions::parallel_creates_do_not_pass_the_limit,
    companions::list_shows_the_callers_tokens_and_hides_revoked_ones,
    companions::pages_hold_each_token_once_in_any_order_and_direction,
    companions::last_use_of_a_token_shows_in_the_list_soon,
    companions::list_checks_its_parameters,
    durability::revoked_token_is_refused_after_a_restart,
    durability::revoked_token_is_refused_after_a_kill_right_after_the_201,
    authentication::anything_but_a_bearer_token_of_ours_is_refused,
    bootstrap::business_may_be_named_by_its_id_and_no_business_is_named_like_an_id,
    bootstrap::bootstrap_works_before_and_while_a_server_runs_and_any_number_of_times,
    bootstrap::bootstrap_is_exempt_from_the_limit_of_active_tokens,
    bootstrap::first_starts_at_the_same_moment_agree_on_one_database_and_one_key,
    command_line::program_runs_on_a_schema_that_is_one_step_newer,
    tokens::tokens_are_listed_with_the_token_that_minted_each,
    tokens::listing_of_many_tokens_is_complete_over_several_pages,
    tokens::operator_revokes_a_token_a_user_or_a_business_while_a_server_runs,
    tokens::descendants_of_a_token_are_revoked_with_it_when_asked_for,
    tokens::token_that_is_minted_during_the_revocation_of_its_ancestors_is_revoked_too,
    members::deactivated_user_has_no_active_token_and_gets_none_until_added_again,
    members::role_changes_at_the_next_request_and_the_trail_says_who_made_an_admin,
    members::businesses_and_users_are_added_once_and_listed,
    operators::what_does_not_exist_is_refused_and_nothing_changes,
    tokens::use_of_a_revoked_token_is_counted_logged_and_recorded_once_an_hour,
    retention::pruning_deletes_expired_tokens_and_old_events_and_no_revocation_that_is_needed,
    operators::commands_wait_for_migrate_and_create_nothing,
    operations::healthy_and_ready_while_the_store_answers,
}
