//! The requests of a run that were answered without a server error: a server error of one like it comes now and then, and is not
//! about the request.

use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Mutex, PoisonError};

use uuid::Uuid;

use super::Deployment;
use crate::wire::Request;

/// The fault that any operation shows which answers some requests with a server error, and others like them without.
pub(crate) const NOW_AND_THEN: &str =
    "a server error of a request that is answered without one at other times";

/// The hashes of the requests that were answered without a server error.
#[derive(Debug, Default)]
pub(super) struct Sound(Mutex<HashSet<u64>>);

impl Deployment {
    /// Learns that a request was answered without a server error.
    pub(super) fn learn_sound(&self, request: &Request) {
        let hash = self.hash(request);
        let mut sound = (self.sound.0.lock()).unwrap_or_else(PoisonError::into_inner);
        sound.insert(hash);
    }

    /// Returns whether a request like this one was answered without a server error: its ids and its token may be others of the same
    /// kind.
    pub(crate) fn is_sound(&self, request: &Request) -> bool {
        let hash = self.hash(request);
        let sound = (self.sound.0.lock()).unwrap_or_else(PoisonError::into_inner);
        sound.contains(&hash)
    }

    fn hash(&self, request: &Request) -> u64 {
        let mut hasher = DefaultHasher::new();
        // A UUID is another one each time, a malformed id is not.
        let is_id = |part: &&str| part.parse::<Uuid>().is_ok();
        let path: Vec<&str> = (request.path.split('/'))
            .map(|part| if is_id(&part) { "{…}" } else { part })
            .collect();
        let named = self.ledger.named(&request.path);
        (request.method.as_str(), path, named, &request.body).hash(&mut hasher);
        let user = self.user_of(request);
        for (name, value) in &request.headers {
            match (&**name, user) {
                ("authorization", Some(user)) => user.name().hash(&mut hasher),
                ("authorization", None) if self.ledger.is_live(value) => "live".hash(&mut hasher),
                (name, _) => (name, value).hash(&mut hasher),
            }
        }
        hasher.finish()
    }
}
