//! From a command line's words to a deployment that cases can be run against: everything that can be wrong before
//! anything is sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::contract::{Contract, ContractError};
use crate::deployment::pace::Limits;
use crate::deployment::{Deployment, Parts};
use crate::fixtures::{Fixtures, Supply};
use crate::profile::{Credentials, Origin, Profile, ProfileError};
use crate::wire::{Client, ClientError, Way};

/// A deployment that cases can be run against, and where their disposable tokens come from.
#[derive(Debug)]
pub struct Session {
    /// The deployment.
    pub deployment: Arc<Deployment>,
    pub(crate) fixtures: Fixtures,
    /// The profile's file and its text, for messages about it.
    profile: (PathBuf, String),
}

impl Session {
    /// Returns the profile's file and its text.
    pub(crate) fn origin(&self) -> Origin<'_> {
        let (path, text) = &self.profile;
        Origin { path, text }
    }
}

/// What names a deployment.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'o> {
    /// Its base URL.
    pub target: &'o str,
    /// The file of its profile.
    pub profile: &'o Path,
    /// The file of the contract that it is held to; `None`: the published revoke operation.
    pub contract: Option<&'o Path>,
    /// Hosts that whoever runs the suite says to own, besides those of the profile.
    pub own: &'o [String],
    /// What may be asked of it.
    pub limits: Limits,
}

/// Why a deployment cannot be tested as it is named. Nothing was sent.
#[derive(Debug, thiserror::Error)]
pub enum OpeningError {
    /// The profile is wrong.
    #[error(transparent)]
    Profile(#[from] ProfileError),
    /// The target is wrong.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// The contract is wrong.
    #[error(transparent)]
    Contract(#[from] ContractError),
    /// Nobody has said that the target may be tested.
    #[error(
        "--target {target}: {host} is another machine, and nobody has said that it may be tested\n  If it is yours, add --i-own {host}, or `hosts = [\"{host}\"]` at the top of {profile}."
    )]
    Stranger {
        /// The target.
        target: String,
        /// Its host.
        host: String,
        /// The profile's file.
        profile: String,
    },
}

impl Opening<'_> {
    /// Reads profile, credentials and contract, and makes sure that the target may be tested. Sends nothing.
    ///
    /// # Errors
    /// When one of them is wrong, or the target is another machine that nobody has said to own.
    pub fn open(self) -> Result<Arc<Session>, OpeningError> {
        let (_, text) = Profile::load(self.profile)?;
        self.open_text(text)
    }

    /// As [`Opening::open`], by a profile's text; its path is then only for messages, and for files beside it.
    ///
    /// # Errors
    /// As [`Opening::open`].
    pub fn open_text(self, text: String) -> Result<Arc<Session>, OpeningError> {
        let origin = Origin {
            path: self.profile,
            text: &text,
        };
        let profile = Profile::read(origin)?;
        let credentials = Credentials::resolve(&profile, origin)?;
        let client = Client::new(Way {
            target: self.target,
            timeouts: &profile.timeouts,
            roots: &profile.tls.roots(origin)?,
            ca_file: profile.tls.ca_file(origin),
        })?;
        if let Some(host) = client.foreign_host() {
            let owned = self.own.iter().chain(&profile.hosts);
            if !owned
                .into_iter()
                .any(|owned| owned.eq_ignore_ascii_case(&host))
            {
                return Err(OpeningError::Stranger {
                    target: self.target.to_owned(),
                    host,
                    profile: self.profile.display().to_string(),
                });
            }
        }
        let contract = match self.contract {
            Some(path) => Contract::load(path)?,
            None => Contract::published()?,
        };
        profile.check_for(&contract, origin)?;
        let supply = Supply::open(&profile, origin)?;
        let deployment = Deployment::new(Parts {
            profile,
            credentials,
            contract,
            client,
            limits: self.limits,
        });
        Ok(Arc::new(Session {
            fixtures: Fixtures::new(Arc::clone(&deployment), supply),
            deployment,
            profile: (self.profile.to_owned(), text),
        }))
    }
}
