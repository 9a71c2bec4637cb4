//! Headers of responses.

use serde_json::{Map, Value};

use super::Lifting;
use super::parameters::{Writing, writing};
use super::written::{Written, Wrong, object, written};
use crate::pointer;

impl<'v> Lifting<'v> {
    /// Lifts the headers of a response, which are to be at `place`.
    pub(super) fn headers(
        &mut self,
        headers: &'v Value,
        at: &str,
        place: &str,
    ) -> Result<Value, Wrong> {
        let mut lifted = Map::new();
        for (name, header) in object(headers, at)? {
            let at = pointer::join(at, name);
            let place = pointer::join(place, name);
            let header = match self.followed(header, &at) {
                Some((target, target_at)) => {
                    if target_at != at {
                        self.moved.note_copy(&place, &target_at);
                    }
                    self.header(&written(target, &target_at)?, &place)?
                }
                None => header.clone(),
            };
            lifted.insert(name.clone(), header);
        }
        Ok(Value::Object(lifted))
    }

    fn header(&mut self, header: &Written<'v>, place: &str) -> Result<Value, Wrong> {
        header.refuse(&["content", "style", "explode"])?;
        let mut lifted = Map::new();
        let mut schema = self.described(header, place, &mut lifted)?;
        let at = header.member("collectionFormat");
        self.moved.note(pointer::join(place, "style"), at);
        match writing(&mut schema, header, "header")? {
            Some(Writing::Style(..)) | None => {}
            Some(Writing::Other(style)) => {
                lifted.insert("style".to_owned(), style.into());
            }
        }
        lifted.insert("schema".to_owned(), schema);
        Ok(Value::Object(lifted))
    }
}
