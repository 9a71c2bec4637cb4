//! The latest validators, by the texts of their schemas: a schema is often related to several others, and properties of
//! one kind are in many schemas.

use std::rc::Rc;

use serde_json::Value;

use crate::memo::{Memo, text_of};
use crate::schema::{Validator, size};

/// The most nodes of a small schema.
const SMALL: usize = 50;

/// The most validators of small schemas that are remembered.
const MOST_SMALL: usize = 512;

/// The most validators of other schemas that are remembered.
const MOST_LARGE: usize = 48;

/// The validators by the texts of their schemas; `None` where there is none.
type Known = Memo<String, Option<Rc<Validator>>>;

thread_local! {
    static SMALL_ONES: Known = Memo::new(MOST_SMALL);
    static LARGE_ONES: Known = Memo::new(MOST_LARGE);
}

/// Returns the validator of a self-contained schema; `None` where it cannot be compiled.
pub(super) fn validator(schema: &Value) -> Option<Rc<Validator>> {
    let compiled = |_: &String| Validator::new(schema).ok().map(Rc::new);
    let known = if size(schema) <= SMALL {
        &SMALL_ONES
    } else {
        &LARGE_ONES
    };
    known.with(|known| known.get(text_of(schema), compiled))
}
