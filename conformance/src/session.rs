//! A session with a deployment, opened from the options of a command: every mistake in them is found before anything is
//! sent.

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

/// The options that name a deployment.
#[derive(Debug, Clone, Copy)]
pub struct Opening<'o> {
    /// Its base URL.
    pub target: &'o str,
    /// The file of its profile.
    pub profile: &'o Path,
    /// The file of the contract; `None` means the published revoke operation.
    pub contract: Option<&'o Path>,
    /// Hosts that may be tested, besides those of the profile.
    pub own: &'o [String],
    /// How much may be sent to it.
    pub limits: Limits,
}

/// The reason why a deployment cannot be tested. Nothing was sent.
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
    /// The target is another machine that neither an option nor the profile allows to test.
    #[error(
        "--target {target}: {host} is another machine, which neither --i-own nor the profile allows to test\n  If it is yours, add --i-own {host}, or `hosts = [\"{host}\"]` at the top of {profile}."
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
    /// Reads profile, credentials and contract, and checks that the target may be tested. Sends nothing.
    ///
    /// # Errors
    /// When one of them is wrong, or the target is another machine that is not allowed.
    pub fn open(self) -> Result<Arc<Session>, OpeningError> {
        let (_, text) = Profile::load(self.profile)?;
        self.open_text(text)
    }

    /// Opens a session by a profile's text; its path is then only for messages, and for files beside it.
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
        let contract = match self.contract {
            Some(path) => Contract::load(path)?,
            None => Contract::published()?,
        };
        let client = Client::new(Way {
            target: self.target,
            timeouts: &profile.timeouts,
            most_bytes: profile.answers.most_bytes(&contract),
            roots: &profile.tls.roots(origin)?,
            certificate: profile.tls.certificate(origin)?,
            files: profile.tls.files(origin),
            version: profile.http.version,
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
