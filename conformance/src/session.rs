//! A session with a deployment, opened from the options of a command: every mistake in them is found before anything is
//! sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use reqwest::Url;

use crate::contract::{Contract, ContractError, Place};
use crate::deployment::pace::Limits;
use crate::deployment::{Deployment, Parts};
use crate::fixtures::{Fixtures, Supply};
use crate::profile::{Credentials, Origin, Profile, ProfileError};
use crate::wire::{Client, ClientError, Download, Way};

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
    /// The contract; `None` means the published revoke operation.
    pub contract: Option<&'o Place>,
    /// Hosts that may be tested, besides those of the profile.
    pub own: &'o [String],
    /// How much may be sent to it.
    pub limits: Limits,
}

/// The reason why a deployment cannot be tested. Nothing was sent, except to fetch a contract at a URL.
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
    /// Reads profile, credentials and contract, and checks that the target may be tested. Sends nothing, except to fetch a
    /// contract at a URL.
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
        let mut profile = Profile::read(origin)?;
        let credentials = Credentials::resolve(&mut profile, origin)?;
        let way = self.way(&profile, origin)?;
        let client = Client::new(&way)?;
        let contract = self.read_contract(&way, &client, &profile.hosts)?;
        profile.check_for(&contract, origin)?;
        let supply = Supply::open(&profile, origin)?;
        let client = client.reading(profile.answers.most_bytes(&contract));
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
    /// Reads the contract alone, as a profile without a line lets it be reached.
    ///
    /// # Errors
    /// As [`Opening::open`].
    pub fn contract_alone(self) -> Result<Contract, OpeningError> {
        let origin = Origin {
            path: self.profile,
            text: "",
        };
        let profile = Profile::read(origin)?;
        let way = self.way(&profile, origin)?;
        self.read_contract(&way, &Client::new(&way)?, &profile.hosts)
    }

    /// Returns how to reach the target.
    fn way<'w>(&self, profile: &'w Profile, origin: Origin<'_>) -> Result<Way<'w>, ProfileError>
    where
        Self: 'w,
    {
        Ok(Way {
            target: self.target,
            timeouts: &profile.timeouts,
            roots: profile.tls.roots(origin)?,
            certificate: profile.tls.certificate(origin)?,
            files: profile.tls.files(origin),
            version: profile.http.version,
        })
    }

    /// Checks that the target may be tested, and reads the contract.
    fn read_contract(
        &self,
        way: &Way<'_>,
        client: &Client,
        hosts: &[String],
    ) -> Result<Contract, OpeningError> {
        let is_owned = |host: &str| {
            let mut owned = self.own.iter().chain(hosts);
            owned.any(|owned| owned.eq_ignore_ascii_case(host))
        };
        if let Some(host) = client.foreign_host().filter(|host| !is_owned(host)) {
            return Err(OpeningError::Stranger {
                target: self.target.to_owned(),
                host,
                profile: self.profile.display().to_string(),
            });
        }
        match self.contract {
            None => Ok(Contract::published()?),
            Some(Place::File(path)) => Ok(Contract::load(path)?),
            Some(Place::Url(text)) => {
                let url = may_be_fetched(text, self.target, is_owned)?;
                let download = Download::new(way, url)?;
                // It waits for each file while the document is read, which a task of the caller's runtime must not.
                let fetched = std::thread::scope(|scope| {
                    let fetching = scope.spawn(|| fetched(text, download));
                    fetching.join()
                });
                Ok(fetched.unwrap_or_else(|panic| std::panic::resume_unwind(panic))?)
            }
        }
    }
}

/// Returns the URL of a contract that may be fetched: on the target's origin, or on a host that is the user's own.
fn may_be_fetched(
    text: &str,
    target: &str,
    is_owned: impl Fn(&str) -> bool,
) -> Result<Url, ContractError> {
    let wrong = |problem: String, remedy| ContractError {
        name: text.to_owned(),
        problem,
        remedy,
    };
    let whole =
        "Give the document's URL, such as https://staging.example.com/openapi.json, or a file.";
    let url = Url::parse(text).map_err(|error| wrong(error.to_string(), whole))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(ContractError {
            name: "(hidden)".to_owned(),
            problem: "credentials do not belong in its URL".to_owned(),
            remedy: SAVE,
        });
    }
    let host = match url.host_str() {
        Some(host) if matches!(url.scheme(), "http" | "https") => host,
        Some(_) | None => return Err(wrong("not an http or https URL".to_owned(), whole)),
    };
    let is_targets = Url::parse(target).is_ok_and(|target| target.origin() == url.origin());
    if !is_targets && !is_owned(host) {
        let problem = format!(
            "it is not on the origin of the target, {target}, and --i-own does not name {host}"
        );
        let remedy = "If that host is yours, add --i-own with its name. Otherwise save the document to a file, and give that.";
        return Err(wrong(problem, remedy));
    }
    Ok(url)
}

/// What to do about a document that cannot be fetched.
const SAVE: &str =
    "Save the document and the files that it refers to in a folder, and give its file.";

/// Fetches a contract and the files that it refers to.
fn fetched(name: &str, mut download: Download) -> Result<Contract, ContractError> {
    let wrong = |problem: String| ContractError {
        name: name.to_owned(),
        problem,
        remedy: SAVE,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    let runtime = runtime.map_err(|error| wrong(error.to_string()))?;
    let text = runtime.block_on(download.document());
    let text = text.map_err(|problem| wrong(format!("it cannot be fetched: {problem}")))?;
    Contract::parse_with_files(name, &text, |file| runtime.block_on(download.file(file)))
}
