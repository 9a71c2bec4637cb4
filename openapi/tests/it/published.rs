//! The published slices: the real breaking change that upstream made, and the false alarm that this project avoids.

use openapi::diff::{Options, Verdict, compare, compare_with};
use openapi::{Document, published, render};

use crate::reports::rendered;
use crate::schemas::summary;

/// The slice as utoipa spells it: null in `type`, `oneOf` for `anyOf`, inlined records, a renamed component.
const UTOIPA: &str = include_str!("pairs/revoke-token.utoipa.json");

#[test]
fn adding_the_envelope_broke_clients() {
    let base = published::REVOKE_TOKEN_EARLIER.document();
    let revision = published::REVOKE_TOKEN.document();
    let diff = compare(&base, &revision);
    let text = rendered(render::text::write, &base, &revision, &diff);
    let plain = anstream::adapter::strip_str(&text).to_string();
    insta::assert_snapshot!(plain);
}

#[test]
fn utoipas_spelling_of_the_slice_is_identical() {
    let slice = published::REVOKE_TOKEN.document();
    let spelled = Document::parse("utoipa", UTOIPA).expect("a valid document");
    for (base, revision) in [(&slice, &spelled), (&spelled, &slice)] {
        let diff = compare(base, revision);
        assert_eq!(
            diff.verdict(),
            Verdict::Identical,
            "{:?}",
            summary(&diff.changes)
        );
    }
}

#[test]
fn component_names_are_compared_on_request() {
    let slice = published::REVOKE_TOKEN.document();
    let spelled = Document::parse("utoipa", UTOIPA).expect("a valid document");
    let options = Options {
        component_names: true,
        ..Options::default()
    };
    let diff = compare_with(&slice, &spelled, options);
    assert_eq!(diff.verdict(), Verdict::Docs);
    assert!(
        diff.changes
            .iter()
            .any(|change| change.message.to_string().contains("RevokeReason")),
        "{:?}",
        diff.changes
    );
}

#[test]
fn embedded_slices_have_the_hashes_in_their_readme() {
    let readme = include_str!("../../published/README.md");
    for slice in published::ALL {
        assert!(
            readme.contains(&slice.sha256()),
            "{} is another file",
            slice.name
        );
    }
}
