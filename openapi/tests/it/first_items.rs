//! `prefixItems`: each place is compared by itself, and what differs is named.

use serde_json::{Value, json};

use crate::schemas::{Body, changes};

#[test]
fn the_first_items_of_a_list_are_compared_by_their_places() {
    let object = |kind: &str| json!({"type": "object", "required": ["a"], "properties": {"a": {"type": kind}}});
    let of = |items: Value| json!({"type": "array", "prefixItems": items});
    let two = of(json!([object("string"), {"type": "integer"}]));
    for (base, revision, expected) in [
        (
            two.clone(),
            of(json!([object("boolean"), {"type": "string"}])),
            ["/prefixItems/0/properties/a", "/prefixItems/1"].as_slice(),
        ),
        (
            two,
            of(json!([object("boolean")])),
            &["/prefixItems/0/properties/a", "/prefixItems/1"],
        ),
        (
            of(json!([object("string")])),
            of(json!([object("boolean"), {"type": "integer"}])),
            &["/prefixItems/0/properties/a", "/prefixItems/1"],
        ),
    ] {
        for body in [Body::Request, Body::Response] {
            let found = changes(body, &base, &revision);
            let mut places: Vec<&str> = found
                .iter()
                .map(|change| {
                    let (_, place) = change.location.split_once("/schema/").unwrap_or_default();
                    &change.location[change.location.len() - place.len() - 1..]
                })
                .collect();
            places.sort_unstable();
            assert_eq!(places, expected, "{body:?} {base} {revision} {found:#?}");
        }
    }
}
