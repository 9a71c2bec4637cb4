//! `openapi list`: the slices and the emitted document.

use serde_json::Value;
use testbed::output::{stderr, stdout};

use crate::xtask;

#[test]
fn slices_and_operations_are_named_with_their_hashes() {
    let output = xtask(&["openapi", "list"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    insta::with_settings!({filters => [("[0-9a-f]{64}", "[hash]")]}, {
        insta::assert_snapshot!(stdout(&output), @"
    openapi/published/revoke-token.json: a slice in force
        sha256 [hash]
        POST /api/v1/tokens/{token_id}/revoke (revoke_token_api_v1_tokens__token_id__revoke_post)
    openapi/published/revoke-token.earlier.json: a slice, no longer in force
        sha256 [hash]
        POST /api/v1/tokens/{token_id}/revoke (revoke_token_api_v1_tokens__token_id__revoke_post)
    openapi/emitted/server.json: what the server emits
        sha256 [hash]
        GET /api/v1/tokens (list_tokens_api_v1_tokens_get)
        POST /api/v1/tokens (create_token_api_v1_tokens_post)
        POST /api/v1/tokens/{token_id}/revoke (revoke_token_api_v1_tokens__token_id__revoke_post)
    ");
    });
}

#[test]
fn the_list_is_one_object_for_programs() {
    let output = xtask(&["openapi", "list", "--format", "json"]);
    let list: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    let slice = &list["slices"][0];
    assert_eq!(slice["file"], "openapi/published/revoke-token.json");
    assert_eq!(slice["in_force"], true);
    assert_eq!(slice["sha256"], openapi::published::REVOKE_TOKEN.sha256());
    assert_eq!(slice["operations"][0]["method"], "POST");
    assert_eq!(list["slices"][1]["in_force"], false);
    let path = &slice["operations"][0]["path"];
    let emitted = list["emitted"]["operations"].as_array().expect("a list");
    assert!(emitted.iter().any(|operation| &operation["path"] == path));
    assert_eq!(list["emitted"]["sha256"].as_str().map(str::len), Some(64));
}
