//! What earlier answers of a run say about a request: whether its user's own token worked, and whether one like it was answered
//! without a server error.

use std::borrow::Cow;
use std::hash::{BuildHasher as _, Hash as _, Hasher as _};

use foldhash::fast::FixedState;
use secrecy::ExposeSecret;
use serde_json::Value;
use uuid::Uuid;

use super::faults::{BREAKS, TOO_LARGE, TOO_SLOW};
use super::{Deployment, path_of};
use crate::profile::Role;
use crate::wire::{NoAnswer, Request};

impl Deployment {
    /// Returns the user of the profile whose own token is the credential of a request.
    pub(crate) fn user_of(&self, request: &Request) -> Option<Role> {
        let mut given = (request.headers.iter()).filter(|(name, _)| name == "authorization");
        let (first, second) = (given.next(), given.next());
        let token = first
            .filter(|_| second.is_none())?
            .1
            .strip_prefix("Bearer ")?;
        let is = |role: &Role| {
            let identity = self.credentials.of(*role);
            identity.is_some_and(|identity| identity.token.expose_secret() == token)
        };
        Role::ALL.into_iter().find(is)
    }

    /// Learns from the status of an answer that the user's own token, which the request used, works there.
    pub(super) fn learn_user(&self, request: &Request, status: u16) {
        if !matches!(status, 200..=299 | 404) {
            return;
        }
        if let Some(role) = self.user_of(request) {
            let operation = self.operation_of(request.method.as_str(), &request.path);
            self.users.worked_at(role, operation);
        }
    }

    /// Returns whether the operation of a request accepted the user's own token earlier.
    pub(crate) fn has_worked(&self, role: Role, request: &Request) -> bool {
        let operation = self.operation_of(request.method.as_str(), &request.path);
        self.users.has_worked_at(role, operation)
    }

    /// Records that a user's own token is refused from now on.
    pub(crate) fn found_refused_user(&self, role: Role) {
        self.users.refuse(role);
    }

    /// Returns why a user's own token counts as refused.
    pub(crate) fn refused_user(&self, role: Role) -> Option<String> {
        self.users.refusal(role)
    }

    /// Learns that a request was answered without a server error.
    pub(super) fn learn_sound(&self, request: &Request) {
        let hash = self.hash(request);
        self.sound.add(hash);
    }

    /// Returns whether a request like this one was answered without a server error: its ids and its token may be others of the same
    /// kind.
    pub(crate) fn is_sound(&self, request: &Request) -> bool {
        let hash = self.hash(request);
        self.sound.contains(hash)
    }

    /// Returns the fault that a missing answer to a request shows, if any operation shows it.
    pub(crate) fn fault_of_missing(
        &self,
        request: &Request,
        problem: &NoAnswer,
    ) -> Option<&'static str> {
        match problem {
            NoAnswer::Timeout(_) => Some(TOO_SLOW),
            NoAnswer::TooLarge(..) => Some(TOO_LARGE),
            NoAnswer::Broken(_) => self.is_sound(request).then_some(BREAKS),
            _ => None,
        }
    }

    /// Returns the body of a request. Of one that creates a token, the name is left out, which is another one each time.
    fn unnamed<'r>(&self, request: &'r Request) -> Option<Cow<'r, [u8]>> {
        let body = request.body.as_deref()?;
        let value = (request.path == self.contract.tokens_path())
            .then(|| serde_json::from_slice::<Value>(body).ok());
        let Some(Some(Value::Object(mut members))) = value else {
            return Some(Cow::Borrowed(body));
        };
        members.remove("name");
        Some(Cow::Owned(Value::Object(members).to_string().into_bytes()))
    }

    /// Returns the things that a request names and that the run made, each as its kind, its id, and whether it is there.
    fn made_by_run(&self, request: &Request) -> Vec<(usize, String, bool)> {
        if self.graph.kinds.is_empty() {
            return Vec::new();
        }
        let path = path_of(request);
        let operation = self.tracker().operation(request.method.as_str(), path);
        let named = operation.map(|operation| self.graph.named_by(operation, path));
        let named = named.into_iter().flatten();
        named
            .filter_map(|(kind, mut ids)| {
                let is_there = self.made.is_there_yet(kind, &ids)?;
                Some((kind, ids.pop()?, is_there))
            })
            .collect()
    }

    /// Returns the path of the kind of something that a request names, and that the run has made and deleted.
    pub(crate) fn deleted_kind(&self, request: &Request) -> Option<&str> {
        let mut made = self.made_by_run(request).into_iter();
        let (kind, ..) = made.find(|(.., is_there)| !is_there)?;
        Some(&self.graph.kinds[kind].key)
    }

    fn hash(&self, request: &Request) -> u64 {
        let mut hasher = FixedState::default().build_hasher();
        let made = self.made_by_run(request);
        // A UUID, or the id of what was made, is another one each time; a malformed id is not.
        let is_id =
            |part: &str| part.parse::<Uuid>().is_ok() || made.iter().any(|(_, id, _)| id == part);
        let path: Vec<&str> = (request.path.split('/'))
            .map(|part| if is_id(part) { "{…}" } else { part })
            .collect();
        let there: Vec<bool> = made.iter().map(|(.., is_there)| *is_there).collect();
        let named = self.ledger.named(&request.path);
        (request.method.as_str(), path, named, self.unnamed(request)).hash(&mut hasher);
        there.hash(&mut hasher);
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
