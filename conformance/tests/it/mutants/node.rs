//! Faults of the Node service, which `node/service.mjs` carries out, each with the case that must notice.

/// A fault and the case.
pub(super) struct NodeMutant {
    pub(super) name: &'static str,
    pub(super) killed_by: &'static str,
}

const fn mutant(name: &'static str, killed_by: &'static str) -> NodeMutant {
    NodeMutant { name, killed_by }
}

pub(super) const MUTANTS: &[NodeMutant] = &[
    mutant("a revoked token still lists", "revocation.refused_at_once"),
    mutant("anybody may list", "list.refuses_anonymous"),
    mutant(
        "the list shows another business",
        "tenancy.list_shows_nothing_foreign",
    ),
    mutant(
        "the list follows the header",
        "tenancy.list_under_a_foreign_header",
    ),
    mutant("the list forgets a token", "list.entry_is_the_token"),
    mutant(
        "the list shows one token of a name",
        "list.entry_is_the_token",
    ),
    mutant(
        "the list shows revoked tokens as live",
        "revocation.list_agrees",
    ),
    mutant("the list shows another time", "revocation.list_agrees"),
    mutant("the list shows the token's hash", "list.shows_no_secret"),
    mutant(
        "the id is accepted as the token",
        "authentication.id_is_no_credential",
    ),
    mutant(
        "the jti is accepted as the token",
        "authentication.id_is_no_credential",
    ),
    mutant(
        "the hash is accepted as the token",
        "authentication.id_is_no_credential",
    ),
    mutant(
        "a revoked token with padding is accepted",
        "revocation.refused_in_any_spelling",
    ),
    mutant(
        "a revoked token works on a connection that closes",
        "revocation.refused_whoever_asks",
    ),
    mutant(
        "a new token ends the older one of its name",
        "revocation.spares_the_twin_of_its_name",
    ),
    mutant(
        "a reason is lost with a charset parameter",
        "input.charset_parameter",
    ),
    mutant(
        "one token in twenty has the jti of another",
        "create.all_tokens_differ",
    ),
    mutant(
        "a blank reason is a server error",
        "reason.empty_revokes_or_is_refused",
    ),
    mutant(
        "tokens are compared without their letter case",
        "authentication.token_in_another_letter_case",
    ),
    mutant(
        "the blacklist is asked with the letter case",
        "revocation.refused_in_another_letter_case",
    ),
    mutant(
        "Basic with the token is accepted",
        "authentication.basic_with_the_token",
    ),
    mutant(
        "a business in capitals is not checked",
        "tenancy.foreign_business_in_capitals",
    ),
    mutant(
        "the blacklist is not asked for a business in capitals",
        "tenancy.own_business_in_capitals",
    ),
    mutant(
        "a prefix of an id names its token",
        "token_id.part_of_a_live_one",
    ),
    mutant(
        "tokens of the same name are revoked with it",
        "revocation.spares_the_twin_of_its_name",
    ),
    mutant(
        "the children of a token are revoked with it",
        "revocation.spares_what_the_token_minted",
    ),
    mutant(
        "revoked_by is the owner",
        "revocation.revoked_by_is_the_caller",
    ),
    mutant(
        "revoked_by is the caller before",
        "revocation.revoked_by_is_the_caller",
    ),
    mutant(
        "revoked_by is the caller of a parallel request",
        "revocation.revoked_by_is_the_caller",
    ),
    mutant(
        "revoked_by is a constant",
        "revocation.revoked_by_is_the_caller",
    ),
    mutant(
        "revoked_by is the e-mail header",
        "revocation.email_header_is_not_who",
    ),
    mutant(
        "the e-mail header is believed",
        "tenancy.member_with_the_operators_email",
    ),
    mutant(
        "a second try of a refused caller is let through",
        "tenancy.member_stays_forbidden",
    ),
    mutant("one 403 in twenty is 404", "tenancy.member_stays_forbidden"),
    mutant(
        "an admin may not revoke a member's token",
        "revocation.by_another_of_the_business",
    ),
    mutant(
        "tokens are created in the business of the header",
        "create.refuses_a_foreign_business",
    ),
    mutant(
        "a revoked token keeps working after an empty reason",
        "reason.empty_revokes_or_is_refused",
    ),
    mutant(
        "a revoked token keeps working after an emoji",
        "reason.emoji",
    ),
    mutant(
        "a revoked token keeps working after a long reason",
        "reason.of_255_characters",
    ),
    mutant(
        "an empty reason is a server error",
        "reason.empty_is_kept_or_none",
    ),
    mutant("a reason is cut at NUL", "input.nul"),
    mutant("a lone surrogate is replaced", "input.lone_surrogate"),
    mutant(
        "the answer shows the reason that was sent and another one is kept",
        "reason.of_255_characters",
    ),
    mutant("revoked_at is created_at", "revocation.timestamps_advance"),
    mutant(
        "revoked_at is the previous one",
        "revocation.timestamps_advance",
    ),
    mutant(
        "the answer is the record of the previous revocation",
        "revocation.each_has_its_own_record",
    ),
    mutant(
        "tokens expire three seconds late",
        "create.expires_when_asked",
    ),
    mutant("tokens expire an hour late", "create.expires_when_asked"),
    mutant(
        "a 201 holds a new signed token",
        "secrecy.no_answer_holds_a_credential",
    ),
    mutant("no challenge at all", "authentication.challenge"),
    mutant(
        "one challenge in twenty is missing",
        "authentication.every_refusal_has_a_challenge",
    ),
    mutant(
        "one 401 in twenty has another body",
        "status.every_answer_is_documented",
    ),
    mutant(
        "one 201 in twenty has no jti",
        "status.every_answer_is_documented",
    ),
    mutant(
        "one answer in twenty is HTML by its media type",
        "status.every_answer_is_documented",
    ),
    mutant(
        "one 201 in twenty has another jti",
        "status.every_answer_is_documented",
    ),
    mutant(
        "one 201 in twenty is no success",
        "status.every_answer_is_documented",
    ),
    mutant(
        "one 201 in twenty names another revoker",
        "status.every_answer_is_documented",
    ),
    mutant(
        "one 201 in twenty has another time",
        "status.every_answer_is_documented",
    ),
    mutant(
        "one reason in five is lost",
        "status.every_answer_is_documented",
    ),
    mutant(
        "one revocation in twenty does nothing",
        "revocation.refused_to_the_end",
    ),
    mutant(
        "a stack trace of node",
        "secrecy.no_answer_shows_the_inside",
    ),
    mutant(
        "a stack trace of java",
        "secrecy.no_answer_shows_the_inside",
    ),
    mutant(
        "a stack trace of python",
        "secrecy.no_answer_shows_the_inside",
    ),
    mutant("a stack trace of go", "secrecy.no_answer_shows_the_inside"),
    mutant(
        "a stack trace of dotnet",
        "secrecy.no_answer_shows_the_inside",
    ),
    mutant("a stack trace of php", "secrecy.no_answer_shows_the_inside"),
    mutant(
        "a stack trace of perl",
        "secrecy.no_answer_shows_the_inside",
    ),
    mutant(
        "a stack trace of ruby",
        "secrecy.no_answer_shows_the_inside",
    ),
    mutant(
        "a token that worked earlier keeps working",
        "revocation.refused_at_once",
    ),
    mutant(
        "a token that was never used keeps working",
        "revocation.by_its_owner",
    ),
    mutant(
        "of two credentials the first counts",
        "authentication.sent_twice",
    ),
    mutant(
        "the beginning of a token is enough",
        "authentication.truncated",
    ),
    mutant("an id in capitals revokes nothing", "token_id.upper_case"),
    mutant(
        "a 422 points at another place",
        "status.unprocessable_points_at_the_culprit",
    ),
    mutant(
        "one 403 in twenty is a list",
        "status.every_answer_is_documented",
    ),
    mutant(
        "tokens older than a second are not revoked",
        "revocation.refused_for_an_older_token",
    ),
    mutant(
        "a revocation with a body in chunks is forgotten",
        "http.body_in_chunks",
    ),
    mutant(
        "the token is accepted in x-api-key",
        "authentication.in_another_header",
    ),
    mutant(
        "the token is accepted as api_key",
        "authentication.in_the_query",
    ),
    mutant(
        "the token is accepted as a session",
        "authentication.in_a_cookie",
    ),
    mutant(
        "a long credential is a server error",
        "authentication.unusual_garbage",
    ),
    mutant("refusals are 403", "revocation.refused_at_once"),
    mutant(
        "a cookie hides a revoked token",
        "revocation.refused_whoever_asks",
    ),
    mutant("a revoked token gets 403", "revocation.refused_at_once"),
    mutant(
        "x-business-id is not checked",
        "tenancy.foreign_business_in_the_header",
    ),
    mutant("JSON is read whatever its media type", "input.json_as_text"),
    mutant(
        "a name is accepted as the id",
        "token_id.name_names_no_token",
    ),
    mutant("the nil UUID is a server error", "token_id.nil"),
    mutant("an id is a pattern", "token_id.part_of_a_live_one"),
    mutant("an id ends at NUL", "token_id.part_of_a_live_one"),
    mutant(
        "ids are looked up before the credential",
        "authentication.anonymous_learns_nothing",
    ),
    mutant(
        "a foreign token that is revoked is answered otherwise",
        "tenancy.foreign_revoked_is_like_live",
    ),
    mutant("a reason of digits is a number", "reason.digits"),
    mutant(
        "a revocation revokes the others of the user later",
        "revocation.spares_others_for_a_while",
    ),
    mutant(
        "tokens of the same name are revoked in every business",
        "tenancy.spares_the_twin_of_another_business",
    ),
    mutant(
        "one token more than the limit is created",
        "create.refuses_one_token_too_many",
    ),
    mutant(
        "the list forgets every fourth token",
        "tenancy.list_shows_nothing_foreign",
    ),
    mutant(
        "members list the tokens of the business",
        "tenancy.members_list_is_theirs",
    ),
    mutant("405 without allow", "http.get_not_allowed"),
    mutant(
        "the token in Base64 is accepted",
        "authentication.token_in_another_coding",
    ),
    mutant(
        "the token in hexadecimal is accepted",
        "authentication.token_in_another_coding",
    ),
    mutant(
        "a percent-encoded token is accepted",
        "authentication.token_in_another_coding",
    ),
    mutant(
        "a revoked token in Base64 is accepted",
        "revocation.refused_in_another_coding",
    ),
    mutant(
        "a revoked token is accepted by Basic",
        "revocation.refused_in_another_coding",
    ),
    mutant(
        "the nil business is every business",
        "tenancy.empty_or_nil_business",
    ),
    mutant(
        "an empty business is every business",
        "tenancy.empty_or_nil_business",
    ),
    mutant(
        "the list without a business shows all",
        "tenancy.list_in_no_business",
    ),
    mutant(
        "HEAD of the list needs no credential",
        "list.refuses_head_without_a_credential",
    ),
    mutant("a member of the 201 appears twice", "status.created"),
    mutant(
        "the token is accepted in the body",
        "authentication.in_the_body",
    ),
    mutant(
        "the last character of a token does not matter",
        "authentication.altered",
    ),
    mutant(
        "all tokens have one jti",
        "revocation.each_has_its_own_record",
    ),
    mutant(
        "a revoked token works for curl",
        "revocation.refused_whoever_asks",
    ),
    mutant(
        "a revoked token lists with include_revoked",
        "revocation.refused_on_other_paths",
    ),
    mutant(
        "a revoked token works with the scheme twice",
        "revocation.refused_in_any_spelling",
    ),
    mutant(
        "of a list of businesses the last counts",
        "status.repeated_business_id",
    ),
    mutant(
        "the name is accepted as the token",
        "authentication.id_is_no_credential",
    ),
    mutant("revocations are redirected to a slash", "status.created"),
    mutant(
        "connections are closed in place of a 403",
        "status.forbidden",
    ),
    mutant("the record is in a list", "status.created"),
    mutant("the record is null", "status.created_envelope"),
    mutant("the record is another object", "status.created"),
    mutant(
        "a refused credential is a server error",
        "authentication.missing",
    ),
    mutant(
        "a reason is an object",
        "generated.post_revoke.body.valid_reason_text",
    ),
    mutant(
        "the 201 holds the token itself",
        "secrecy.no_answer_holds_a_credential",
    ),
];
