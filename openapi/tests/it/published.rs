//! The published slice: the real breaking change that upstream made, and the false alarm that this
//! project exists to end.

use openapi::diff::{Options, Verdict, compare, compare_with};
use openapi::{Document, published, render};

use crate::schemas::summary;

/// The slice as utoipa spells it: null among the types, one-of for any-of, records written out in
/// place, a component renamed.
const UTOIPA: &str = include_str!("pairs/revoke-token.utoipa.json");

#[test]
fn the_envelope_broke_whoever_read_the_record() {
    let base = published::REVOKE_TOKEN_EARLIER.document();
    let revision = published::REVOKE_TOKEN.document();
    let diff = compare(&base, &revision);
    let mut text = Vec::new();
    render::text::write(&mut text, &diff, "earlier", "current").expect("a write to memory");
    let plain = anstream::adapter::strip_str(&String::from_utf8(text).expect("text")).to_string();
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
fn names_of_components_count_where_they_are_asked_for() {
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
fn the_embedded_slices_are_what_their_readme_says() {
    let readme = include_str!("../../published/README.md");
    for slice in published::ALL {
        assert!(
            readme.contains(&slice.sha256()),
            "{} is another file",
            slice.name
        );
    }
}
